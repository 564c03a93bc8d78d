/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths that were seen before. What KVM does for an exit repeats: the log of a cycle has the
 * same codes in the same order as that of one before, and so comes to the same operations.
 *
 * A path is learnt when it comes for the second time within a few of its reason that were not
 * known. To compare codes, and the order of the clock readings (which a known path must have
 * right, or account_record() will), takes some 8 instructions a record; to replay it, 150.
 */
#ifndef EXITGRAPH_BPF_KNOWN_H
#define EXITGRAPH_BPF_KNOWN_H

#include "apply.h"

struct known_loop {
	struct xg_vcpu_state *st;
	struct xg_path *path;
	u64 latest; /* record */
	u32 differs;
};

/* One record; in the order in which it is written, or there would not be registers enough. */
#define KNOWN_COMPARE(k, previous, record)     \
	do {                                   \
		record = log[k];               \
		differs |= record ^ code[k];   \
		backward |= record - previous; \
		asm volatile("" ::: "memory"); \
	} while (0)

static long known_compare_body(u32 group, struct known_loop *loop)
{
	u32 at = (group * XG_GROUP) & (XG_PATH_RECORDS - XG_GROUP);
	const u64 *log = &loop->st->log[at];
	const u16 *code = &loop->path->code[at];
	u64 differs = 0, backward = 0, a = loop->latest, b;

	APPLY_POINTER(log);
	APPLY_POINTER(code);
	KNOWN_COMPARE(0, a, b);
	KNOWN_COMPARE(1, b, a);
	KNOWN_COMPARE(2, a, b);
	KNOWN_COMPARE(3, b, a);
	KNOWN_COMPARE(4, a, b);
	KNOWN_COMPARE(5, b, a);
	KNOWN_COMPARE(6, a, b);
	KNOWN_COMPARE(7, b, a);
	loop->latest = a;
	if (!(differs & 0xffff) && (s64)backward >= 0)
		return LOOP_ON;
	loop->differs = 1;
	return LOOP_STOP;
}

static long known_apply_body(u32 group, struct known_loop *loop)
{
	apply_group(loop->st, &loop->path->op[(group * XG_OP_GROUP) & (XG_PATH_OPS - XG_OP_GROUP)]);
	return LOOP_ON;
}

/* Fill up the log's last group: later and later, with a code that no record has there. */
ACCOUNT_INLINE void known_pad_log(struct xg_vcpu_state *st)
{
	u64 n = account_masked(st->log_n, XG_PATH_RECORDS - 1);
	u64 last = st->log[(n - 1) & (XG_PATH_RECORDS - 1)] | 0xffff;

	for (u32 k = 0; k < XG_GROUP - 1; k++)
		st->log[n + k] = last + 1;
}

/* Is the log that of @path? */
ACCOUNT_INLINE bool known_is(struct xg_vcpu_state *st, struct xg_path *path)
{
	struct known_loop loop = { .st = st, .path = path, .latest = st->log[XG_AT_START] };
	u64 n = st->log_n;

	if (path->record_n != n || (st->assumed && path->leaves_base))
		return false;
	account_loop_run((n + XG_GROUP - 1) / XG_GROUP, known_compare_body, &loop);
	return !loop.differs && (s64)(st->log[XG_AT_END] - loop.latest) >= 0;
}

/* The reason's path @which of its list, the latest first. */
ACCOUNT_INLINE struct xg_path *known_path(struct xg_vcpu_state *st, struct xg_reason *reason,
					  u32 which)
{
	u32 number = reason->path[which];
	struct xg_path *path = &st->paths[(number - 1) & (XG_PATHS - 1)];

	/* It may have been forgotten for one of another reason. */
	return number && path->owner == reason->root ? path : 0;
}

/* Put the reason's path @which first. */
ACCOUNT_INLINE void known_move_first(struct xg_reason *reason, u32 which)
{
	u8 number = reason->path[which & (XG_REASON_PATHS - 1)];

	for (u32 i = XG_REASON_PATHS - 1; i; i--)
		if (i <= which)
			reason->path[i] = reason->path[i - 1];
	reason->path[0] = number;
}

/* A cycle of @path: nothing but times is new. */
ACCOUNT_INLINE void known_apply_path(struct xg_vcpu_state *st, struct xg_path *path)
{
	struct known_loop loop = { .st = st, .path = path };
	u32 exit_at = path->exit_at;
	u64 gap_ns;

	gap_ns = XG_RECORD_NS(apply_record(st, exit_at), apply_record(st, exit_at + 1));
	st->log[XG_AT_START_LATE] += gap_ns << XG_RECORD_CLOCK_SHIFT;
	account_loop_run(path->op_n / XG_OP_GROUP, known_apply_body, &loop);
	st->known_n++;
}

/* Account for the cycle if its path is known. */
ACCOUNT_INLINE bool known_apply(struct xg_vcpu_state *st)
{
	struct xg_reason *reason = &st->reasons[st->last_reason & (XG_REASONS - 1)];

	if (!st->at_base || !st->log_n || st->log_n > XG_PATH_RECORDS - XG_GROUP)
		return false;
	known_pad_log(st);
	for (u32 which = 0; which < XG_REASON_PATHS; which++) {
		struct xg_path *path = known_path(st, reason, which);

		if (!path || !known_is(st, path))
			continue;
		known_apply_path(st, path);
		if (which)
			known_move_first(reason, which);
		return true;
	}
	return false;
}

static long known_learn_body(u32 group, struct known_loop *loop)
{
	u32 at = (group * XG_GROUP) & (XG_PATH_RECORDS - XG_GROUP);
	const u64 *log = &loop->st->log[at], *from = &loop->st->op[at];
	u16 *code = &loop->path->code[at];
	u64 *to = &loop->path->op[at];

	for (u32 k = 0; k < XG_GROUP; k++) {
		code[k] = log[k];
		to[k] = from[k];
	}
	return LOOP_ON;
}

/* Was a log like this one among the latest of its reason whose path was not known? */
ACCOUNT_INLINE bool known_came_before(struct xg_vcpu_state *st, struct xg_reason *reason)
{
	for (u32 i = 0; i < XG_REASON_PATHS; i++)
		if (reason->slow_hash[i] == st->log_hash)
			return true;
	reason->slow_hash[reason->slow_n & (XG_REASON_PATHS - 1)] = st->log_hash;
	reason->slow_n++;
	return false;
}

/* The cycle that was just replayed: learn its path, if it has come before. */
ACCOUNT_NOINLINE int known_learn(struct xg_vcpu_state *st)
{
	struct xg_reason *reason = &st->reasons[st->last_reason & (XG_REASONS - 1)];
	struct known_loop loop = { .st = st };
	u32 number, groups;

	if (!st->log_n || st->log_n > XG_PATH_RECORDS - XG_GROUP ||
	    st->op_n > XG_PATH_OPS - XG_GROUP)
		return 0;
	if (!known_came_before(st, reason))
		return 0;
	number = st->path_n & (XG_PATHS - 1);
	st->path_n++;
	loop.path = &st->paths[number];
	groups = (st->op_n + XG_GROUP - 1) / XG_GROUP;
	if (groups < (st->log_n + XG_GROUP - 1) / XG_GROUP)
		groups = (st->log_n + XG_GROUP - 1) / XG_GROUP;
	known_pad_log(st);
	account_loop_run(groups, known_learn_body, &loop);
	loop.path->record_n = st->log_n;
	loop.path->op_n = (st->op_n + XG_OP_GROUP - 1) / XG_OP_GROUP * XG_OP_GROUP;
	loop.path->exit_at = st->exit_at;
	loop.path->leaves_base = st->left_base;
	loop.path->owner = reason->root;
	known_move_first(reason, XG_REASON_PATHS - 1);
	reason->path[0] = number + 1;
	return 0;
}

#endif
