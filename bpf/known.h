/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths that were seen before. What KVM does for an exit repeats: the log of a cycle has the
 * same codes in the same order as that of one before, and so comes to the same operations.
 *
 * A path is learnt when it comes for the second time within a few of its reason that were not
 * known. To compare codes, and the order of the clock readings (which a known path must have
 * right, or account_record() will), takes some 9 instructions a record; to replay it, 150.
 *
 * The loops here are plain ones as long as they can be, for a turn of bpf_loop() costs as much as
 * three records. Nothing is called in them, and what loops count or add up is in the state and
 * not in variables: the verifier would not come to an end else, for what it knows of a variable
 * makes another case of every turn.
 */
#ifndef EXITGRAPH_BPF_KNOWN_H
#define EXITGRAPH_BPF_KNOWN_H

#include "apply.h"

struct known_loop {
	struct xg_vcpu_state *st;
	struct xg_path *path;
	struct xg_op *op; /* of this run */
};

/* One record; in the order in which it is written, or there would not be registers enough. */
#define KNOWN_COMPARE(k, previous, now)           \
	do {                                      \
		now = log[k].clock_ns;            \
		differs |= log[k].code ^ code[k]; \
		backward |= now - previous;       \
		asm volatile("" ::: "memory");    \
	} while (0)

/* Are the codes of the log those of @path, and no clock earlier than the one before it? */
ACCOUNT_GLOBAL int known_is(struct xg_vcpu_state *st, struct xg_path *path)
{
	u64 differs = 0, backward = 0, a, b;
	const struct xg_record *log;
	const u16 *code;
	u32 n;

	if (!st || !path)
		return 0;
	n = st->log_n;
	if (path->record_n != n || (st->assumed && path->leaves_base))
		return 0;
	log = st->log;
	code = path->code;
	a = st->log[XG_AT_START].clock_ns;
	APPLY_POINTER(log);
	APPLY_POINTER(code);
	LOOP_NOT_UNROLLED
	for (u32 i = 0; i < XG_PATH_RECORDS / XG_GROUP; i++) {
		if (i * XG_GROUP >= n)
			break;
		KNOWN_COMPARE(0, a, b);
		KNOWN_COMPARE(1, b, a);
		KNOWN_COMPARE(2, a, b);
		KNOWN_COMPARE(3, b, a);
		log += XG_GROUP;
		code += XG_GROUP;
		APPLY_POINTER(log);
		APPLY_POINTER(code);
	}
	return !differs && (s64)(backward | (st->log[XG_AT_END].clock_ns - a)) >= 0;
}

/* Fill up the log's last group: at the same time, with a code that no record has. */
ACCOUNT_INLINE void known_pad_log(struct xg_vcpu_state *st)
{
	u64 n = account_masked(st->log_n, XG_PATH_RECORDS - 1);
	struct xg_record *end = &st->log[n];
	u64 clock_ns;

	APPLY_POINTER(end);
	clock_ns = st->log[(n - 1) & (XG_PATH_RECORDS - 1)].clock_ns;
	end[0] = (struct xg_record){ clock_ns, XG_CODE_MASK };
	end[1] = (struct xg_record){ clock_ns, XG_CODE_MASK };
	end[2] = (struct xg_record){ clock_ns, XG_CODE_MASK };
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

static long known_late_body(u32 k, struct known_loop *loop)
{
	struct xg_vcpu_state *st = loop->st;
	const struct xg_op *op = &loop->op[k & (XG_PATH_RUN - 1)];

	if (st->late >> (k & (XG_PATH_RUN - 1)) & 1)
		apply_new_octave(st, apply_op_node(st->nodes, op),
				 st->late_ns[k & (XG_PATH_RUN - 1)]);
	return LOOP_ON;
}

/* Values that came into another octave than the one before. */
ACCOUNT_INLINE void known_apply_late(struct known_loop *loop, struct xg_op *op)
{
	loop->op = op;
	account_loop_run(XG_PATH_RUN, known_late_body, loop);
	loop->st->late = 0;
}

/* Calls, so many of the path's at a time. */
static long known_calls_body(u32 run, struct known_loop *loop)
{
	u32 first = (run * XG_PATH_RUN) & (XG_PATH_CALLS - XG_PATH_RUN);
	struct xg_vcpu_state *st = loop->st;
	struct xg_op *op = &loop->path->call[first], *all = op;
	void *log = st->log, *nodes = st->nodes, *chunks = st->chunks;
	u32 n = loop->path->call_n - first;

	APPLY_POINTER(log);
	APPLY_POINTER(nodes);
	APPLY_POINTER(chunks);
	APPLY_POINTER(op);
	LOOP_NOT_UNROLLED
	for (u32 k = 0; k < XG_PATH_RUN; k++) {
		u64 ns = apply_op_ns(log, op);

		if (k >= n)
			break;
		if (!apply_known(chunks, apply_op_node(nodes, op), ns)) {
			st->late_ns[k] = ns;
			st->late |= 1ULL << k;
		}
		op++;
		APPLY_POINTER(op);
	}
	if (st->late)
		known_apply_late(loop, all);
	return LOOP_ON;
}

/* The other operations, of which the order matters. */
ACCOUNT_INLINE void known_apply_others(struct known_loop *loop)
{
	struct xg_vcpu_state *st = loop->st;
	struct xg_op *op = loop->path->other;
	void *log = st->log, *nodes = st->nodes, *chunks = st->chunks;
	u32 n = loop->path->other_n;

	APPLY_POINTER(log);
	APPLY_POINTER(nodes);
	APPLY_POINTER(chunks);
	APPLY_POINTER(op);
	LOOP_NOT_UNROLLED
	for (u32 k = 0; k < XG_PATH_OTHERS; k++) {
		struct xg_node *node = apply_op_node(nodes, op);
		u64 ns = apply_op_ns(log, op);

		if (k >= n)
			break;
		ns = apply_taken(op->kind, ns, &st->taken_ns);
		if (op->kind == XG_OP_OPEN) {
			node->inclusive_ns += ns;
		} else if (!apply_known(chunks, node, ns)) {
			st->late_ns[k] = ns;
			st->late |= 1ULL << k;
		}
		op++;
		APPLY_POINTER(op);
	}
	if (st->late)
		known_apply_late(loop, loop->path->other);
}

/* A cycle of @path: nothing but times is new. */
ACCOUNT_GLOBAL int known_apply_path(struct xg_vcpu_state *st, struct xg_path *path)
{
	struct known_loop loop = { .st = st, .path = path };
	u32 exit_at;

	if (!st || !path)
		return 0;
	exit_at = path->exit_at;
	st->log[XG_AT_START_LATE].clock_ns +=
		account_clock_ns(st, exit_at + 1) - account_clock_ns(st, exit_at);
	account_loop_run((path->call_n + XG_PATH_RUN - 1) / XG_PATH_RUN, known_calls_body, &loop);
	known_apply_others(&loop);
	return 0;
}

static long known_search_body(u32 i, struct known_loop *loop)
{
	struct xg_vcpu_state *st = loop->st;
	struct xg_reason *reason = &st->reasons[st->last_reason & (XG_REASONS - 1)];
	u32 which = (i + 1) & (XG_REASON_PATHS - 1);
	struct xg_path *path = known_path(st, reason, which);

	if (!path || !known_is(st, path))
		return LOOP_ON;
	known_move_first(reason, which);
	st->known_n++;
	return LOOP_STOP;
}

/* Is the path one of its reason but the latest? Then that is the latest now. */
ACCOUNT_NOINLINE int known_search(struct xg_vcpu_state *st)
{
	struct known_loop loop = { .st = st };
	u32 known_n;

	if (!st)
		return 0;
	known_n = st->known_n;
	account_loop_run(XG_REASON_PATHS - 1, known_search_body, &loop);
	return st->known_n != known_n;
}

/* Account for the cycle if its path is known. */
ACCOUNT_INLINE bool known_apply(struct xg_vcpu_state *st)
{
	struct xg_reason *reason = &st->reasons[st->last_reason & (XG_REASONS - 1)];
	struct xg_path *path = known_path(st, reason, 0);

	if (!st->at_base || !st->log_n || st->log_n > XG_PATH_RECORDS - XG_GROUP)
		return false;
	known_pad_log(st);
	if (path && known_is(st, path))
		st->known_n++;
	else if (!known_search(st))
		return false;
	path = &st->paths[(reason->path[0] - 1) & (XG_PATHS - 1)];
	reason->guest_calls += account_guest_calls(path->exit_at);
	known_apply_path(st, path);
	return true;
}

static long known_learn_code_body(u32 at, struct known_loop *loop)
{
	at &= XG_PATH_RECORDS - 1;
	loop->path->code[at] = loop->st->log[at].code;
	return LOOP_ON;
}

static long known_learn_op_body(u32 at, struct known_loop *loop)
{
	const struct xg_op *op = &loop->st->op[at & (XG_OPS - 1)];
	struct xg_path *path = loop->path;

	if (op->kind == XG_OP_CALL)
		path->call[account_masked(path->call_n++, XG_PATH_CALLS - 1)] = *op;
	else
		path->other[account_masked(path->other_n++, XG_PATH_OTHERS - 1)] = *op;
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
ACCOUNT_GLOBAL int known_learn(struct xg_vcpu_state *st)
{
	struct known_loop loop = { .st = st };
	struct xg_reason *reason;
	u32 number;

	if (!st)
		return 0;
	reason = &st->reasons[st->last_reason & (XG_REASONS - 1)];
	if (!st->log_n || st->log_n > XG_PATH_RECORDS - XG_GROUP ||
	    st->op_other_n > XG_PATH_OTHERS || st->op_n - st->op_other_n > XG_PATH_CALLS)
		return 0;
	if (!known_came_before(st, reason))
		return 0;
	number = st->path_n & (XG_PATHS - 1);
	st->path_n++;
	loop.path = &st->paths[number];
	known_pad_log(st);
	account_loop_run(st->log_n + XG_GROUP - 1, known_learn_code_body, &loop);
	loop.path->call_n = 0;
	loop.path->other_n = 0;
	account_loop_run(st->op_n, known_learn_op_body, &loop);
	loop.path->record_n = st->log_n;
	loop.path->exit_at = st->exit_at;
	loop.path->leaves_base = st->left_base;
	loop.path->owner = reason->root;
	known_move_first(reason, XG_REASON_PATHS - 1);
	reason->path[0] = number + 1;
	return 0;
}

#endif
