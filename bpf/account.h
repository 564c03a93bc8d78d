/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The accounting: a cycle's log -> the tree of its reason.
 *
 * Runs at the entry boundary, when the cycle is over and its reason known. What it comes to is
 * a list of operations (include/xg_path.h): this time between two records goes to that node.
 *
 *  - A path that was seen before (known.h): the log's codes are the same one by one, so are
 *    the operations. That is so nearly always, and costs little.
 *  - Else account_record() replays the log against the stack of open calls, finds each call's
 *    node and notes the operations. Nothing in the tree changes but that nodes without calls
 *    may be added. If anything does not fit, the cycle is dropped, with all its operations:
 *    a tree never holds half a cycle. Its latency is kept.
 *
 * Then the operations are applied (apply.h).
 *
 * Calls which are open across the cycle's ends restart there: each cycle gets its own part.
 * What the exit boundary took itself is in none of them: see XG_AT_START_LATE.
 *
 * The same code is compiled for user space, where the unit tests feed it with logs that no
 * kernel would write. All indices are masked or compared: no log can lead out of the state.
 */
#ifndef EXITGRAPH_BPF_ACCOUNT_H
#define EXITGRAPH_BPF_ACCOUNT_H

#include "apply.h"
#include "known.h"
#include "nodes.h"

#define ACCOUNT_OK   LOOP_ON
#define ACCOUNT_STOP LOOP_STOP /* the cycle is bad; the rest of its log means nothing */

ACCOUNT_INLINE int account_bad(struct xg_vcpu_state *st, u32 loss)
{
	st->bad = loss + 1;
	return ACCOUNT_STOP;
}

/* Note what the time from record @from to record @to is. */
ACCOUNT_INLINE int account_note(struct xg_vcpu_state *st, u32 kind, u32 node, u32 from, u32 to)
{
	u32 n = st->op_n;
	struct xg_op *op = &st->op[account_masked(n, XG_OPS - 1)];

	if (n >= XG_OPS)
		return account_bad(st, XG_LOSS_LOG_FULL);
	op->from = from;
	op->to = to;
	op->node_at = XG_NODE_AT(node);
	op->kind = kind;
	st->op_n = n + 1;
	st->op_other_n += kind != XG_OP_CALL;
	return ACCOUNT_OK;
}

/* The node under which a call at @depth would hang: the open call's, or the root. */
ACCOUNT_INLINE u32 account_parent(struct xg_vcpu_state *st, u32 depth)
{
	if (!depth)
		return st->root;
	return st->stack[(depth - 1) & (XG_DEPTH - 1)].node;
}

/*
 * The calls that must be open at an entry boundary, whether or not they were seen entered:
 * kvm_entry fires inside them in every kernel. After a bad cycle this is where we are.
 */
ACCOUNT_INLINE void account_assume_base(struct xg_vcpu_state *st)
{
	for (u32 i = 0; i < XG_BASE_FRAMES; i++) {
		st->stack[i].id = st->base_id[i];
		st->stack[i].at = XG_AT_START_LATE;
	}
	st->depth = st->base_n & (XG_BASE_FRAMES - 1);
	st->at_base = 1;
	st->in_user = 0;
}

/* First use of a slot, or a new thread for a vCPU that has one. */
ACCOUNT_INLINE void account_begin(struct xg_vcpu_state *st)
{
	if (!st->node_n) {
		st->node_n = 1;
		st->chunk_n = 1;
	}
	account_assume_base(st);
	st->assumed = 1;
}

/* Set a time that is no record, @ns after the cycle's start. */
ACCOUNT_INLINE void account_set_at(struct xg_vcpu_state *st, u32 at, u64 ns)
{
	st->log[at].clock_ns = st->entry_clock_ns + ns;
}

/* The reason's nodes, and the cycle's measures. @end_clock_ns is the entry boundary's first. */
ACCOUNT_INLINE int account_prepare(struct xg_vcpu_state *st, u64 end_clock_ns)
{
	struct xg_reason *guess = &st->reasons[st->last_reason & (XG_REASONS - 1)];

	st->bad = 0;
	st->op_n = 0;
	st->op_other_n = 0;
	st->taken_ns = 0;
	st->guest_depth = st->depth;
	st->began_at_base = st->at_base;
	st->end_ns = end_clock_ns - st->entry_clock_ns;
	st->latency_ns = end_clock_ns - st->exit_clock_ns;
	account_set_at(st, XG_AT_START, 0);
	account_set_at(st, XG_AT_START_LATE, 0);
	account_set_at(st, XG_AT_END, st->end_ns);
	if (guess->root && guess->code == st->reason) {
		st->root = guess->root;
		st->latency = guess->latency;
	} else if (account_reason(st, st->reason)) {
		st->root = 0;
		st->latency = 0;
		return account_bad(st, XG_LOSS_REASONS_FULL);
	}
	return ACCOUNT_OK;
}

/* Before the replay: its own state, and the nodes of the calls that are open. */
ACCOUNT_GLOBAL int account_prepare_replay(struct xg_vcpu_state *st)
{
	if (!st)
		return ACCOUNT_STOP;
	st->clock_ns = 0;
	st->user_since = 0;
	st->user_until = 0;
	st->exit_at = 0;
	st->left_base = 0;
	st->log_hash = 0;
	st->in_guest = 1;
	st->in_boundary = 0;
	st->last_node = st->root;
	if (st->log_n > XG_LOG_ROOM)
		return account_bad(st, XG_LOSS_LOG_FULL);
	if (st->depth >= XG_BASE_FRAMES)
		return account_bad(st, XG_LOSS_DEPTH);
	for (u32 i = 0; i < XG_BASE_FRAMES && i < st->depth; i++) {
		struct xg_frame *frame = &st->stack[i];

		frame->node = account_child(st, account_parent(st, i), frame->id);
		if (!frame->node)
			return account_bad(st, XG_LOSS_NODES_FULL);
	}
	return ACCOUNT_OK;
}

/*
 * KVM_RUN, entered before its probes were attached, was left unseen: with nothing open but
 * the calls that were assumed at the begin, an outer one of them is entered or returns.
 */
ACCOUNT_INLINE int account_begun_inside(struct xg_vcpu_state *st)
{
	st->assumed = 0;
	return account_bad(st, XG_LOSS_BEGUN_INSIDE);
}

/* KVM_RUN is called again: what was not in any call since it returned was user space. */
ACCOUNT_INLINE int account_user_end(struct xg_vcpu_state *st, u32 at)
{
	u32 node = account_child(st, st->root, XG_ID_USERSPACE);

	if (!node)
		return account_bad(st, XG_LOSS_NODES_FULL);
	st->in_user = 0;
	if (!st->user_since) /* all the while a call was open */
		return account_note(st, XG_OP_REST, node, at, at);
	return account_note(st, XG_OP_REST, node, st->user_since, st->user_until);
}

ACCOUNT_INLINE int account_entry(struct xg_vcpu_state *st, u32 id, u32 at)
{
	u32 depth = st->depth;
	struct xg_frame *frame;
	u32 node;

	if (depth >= XG_DEPTH)
		return account_bad(st, XG_LOSS_DEPTH);
	if (st->assumed && depth && depth < st->base_n && id == st->stack[0].id)
		return account_begun_inside(st);
	if (!depth)
		st->user_until = at;
	if (st->in_user && id == st->run_ioctl_id && account_user_end(st, at))
		return ACCOUNT_STOP;
	node = account_child(st, account_parent(st, depth), id);
	if (!node)
		return account_bad(st, XG_LOSS_NODES_FULL);
	frame = &st->stack[depth & (XG_DEPTH - 1)];
	frame->at = at;
	frame->node = node;
	frame->id = id;
	st->depth = depth + 1;
	return ACCOUNT_OK;
}

/* A return that is not the latest open call's, or just word of a CPU. */
ACCOUNT_NOINLINE int account_stray_return(struct xg_vcpu_state *st, u32 id)
{
	if (id >= XG_ID_CPU)
		return ACCOUNT_OK;
	for (u32 i = 0; i < XG_BASE_FRAMES; i++)
		if (st->assumed && st->depth < st->base_n && i < st->depth && st->stack[i].id == id)
			return account_begun_inside(st);
	return account_bad(st, XG_LOSS_MISMATCH);
}

/* What kind of call has returned, to @depth: one that guest or user space waited for? */
ACCOUNT_INLINE u32 account_kind(struct xg_vcpu_state *st, u32 depth)
{
	if (st->in_guest)
		return depth == st->guest_depth ? XG_OP_TAKEN : XG_OP_CALL;
	return st->in_user && !depth && st->user_since ? XG_OP_TAKEN : XG_OP_CALL;
}

ACCOUNT_INLINE int account_return(struct xg_vcpu_state *st, u32 id, u32 at)
{
	u32 depth = st->depth;
	struct xg_frame *frame = &st->stack[(depth - 1) & (XG_DEPTH - 1)];

	if (!depth || frame->id != id)
		return account_stray_return(st, id);
	depth--;
	if (st->in_guest && depth < st->guest_depth)
		return account_bad(st, XG_LOSS_MISMATCH);
	st->last_node = frame->node;
	st->depth = depth;
	if (account_note(st, account_kind(st, depth), frame->node, frame->at, at))
		return ACCOUNT_STOP;
	if (id == st->run_ioctl_id) {
		st->in_user = 1;
		st->user_since = 0;
		st->left_base = 1;
	}
	if (!depth) {
		if (st->in_user && !st->user_since)
			st->user_since = at;
		st->left_base = 1;
		st->assumed = 0;
	}
	return ACCOUNT_OK;
}

/* The exit boundary: the guest phase is over. */
ACCOUNT_INLINE int account_exit(struct xg_vcpu_state *st, u32 at)
{
	u32 node;

	if (!st->in_guest || st->depth != st->guest_depth)
		return account_bad(st, XG_LOSS_MISMATCH);
	st->in_guest = 0;
	st->in_boundary = 1;
	st->exit_at = at;
	node = account_child(st, account_parent(st, st->depth), XG_ID_GUEST);
	if (!node)
		return account_bad(st, XG_LOSS_NODES_FULL);
	return account_note(st, XG_OP_REST, node, XG_AT_START, at);
}

/* The end of the boundary's own work, during which time stood still for all that is open. */
ACCOUNT_INLINE int account_exit_end(struct xg_vcpu_state *st, u32 at)
{
	if (!st->in_boundary)
		return account_bad(st, XG_LOSS_MISMATCH);
	st->in_boundary = 0;
	account_set_at(st, XG_AT_START_LATE,
		       account_clock_ns(st, at) - account_clock_ns(st, st->exit_at));
	return ACCOUNT_OK;
}

/* When record @at was made, since the cycle's start; it may be before that. */
ACCOUNT_INLINE s64 account_clock(struct xg_vcpu_state *st, u32 at)
{
	return account_clock_ns(st, at) - st->entry_clock_ns;
}

/*
 * Record @at, after those before it.
 *
 * A probe that is interrupted or preempted between its clock reading and its place in the
 * log leaves readings out of order. An entry has its place first: it was no later than the
 * record after it. A return has its clock first: it was no earlier than the record before.
 * The log is put right, for the operations and for whoever gets the cycle whole.
 */
ACCOUNT_INLINE int account_record(struct xg_vcpu_state *st, u32 at)
{
	u32 code = st->log[at & (XG_LOG_RECORDS - 1)].code & XG_CODE_MASK;
	s64 read = account_clock(st, at), now = read, next;

	if (!(code & 1) && at + 1 < st->log_n) {
		next = account_clock(st, at + 1);
		if (next < now) {
			now = next;
			st->loss[XG_LOSS_INTERRUPTED_PROBE]++;
		}
	}
	if (now < (s64)st->clock_ns) {
		now = st->clock_ns;
		st->loss[XG_LOSS_INTERRUPTED_PROBE]++;
	}
	if (now != read)
		account_set_at(st, at & (XG_LOG_RECORDS - 1), now);
	st->clock_ns = now;
	st->log_hash = (st->log_hash ^ code) * 0x9e3779b1u;
	if (st->in_boundary && code != XG_CODE_RETURN(XG_ID_BOUNDARY))
		return account_bad(st, XG_LOSS_MISMATCH);
	if (code == XG_CODE_ENTRY(XG_ID_BOUNDARY))
		return account_exit(st, at);
	if (code == XG_CODE_RETURN(XG_ID_BOUNDARY))
		return account_exit_end(st, at);
	if (code & 1)
		return account_return(st, code >> 1, at);
	return account_entry(st, code >> 1, at);
}

/* All calls that are open are those of base_id[]. */
ACCOUNT_INLINE u32 account_is_at_base(struct xg_vcpu_state *st)
{
	if (st->depth != st->base_n)
		return 0;
	for (u32 i = 0; i < XG_BASE_FRAMES && i < st->depth; i++)
		if (st->stack[i].id != st->base_id[i])
			return 0;
	return 1;
}

/* After the last record: the cycle as a whole, and the parts of the calls that stay open. */
ACCOUNT_INLINE int account_end(struct xg_vcpu_state *st)
{
	if (st->in_guest || st->in_boundary || st->in_user || st->depth != st->guest_depth)
		return account_bad(st, XG_LOSS_MISMATCH);
	if (st->end_ns < st->clock_ns) {
		st->end_ns = st->clock_ns;
		account_set_at(st, XG_AT_END, st->end_ns);
	}
	for (u32 i = 0; i < XG_BASE_FRAMES && i < st->depth; i++) {
		struct xg_frame *frame = &st->stack[i];

		if (account_note(st, XG_OP_OPEN, frame->node, frame->at, XG_AT_END))
			return ACCOUNT_STOP;
		frame->at = XG_AT_START_LATE;
	}
	return account_note(st, XG_OP_CALL, st->root, XG_AT_START_LATE, XG_AT_END);
}

static long account_record_body(u32 at, struct account_loop *loop)
{
	return account_record(loop->st, at);
}

static long account_apply_body(u32 at, struct account_loop *loop)
{
	apply_op(loop->st, &loop->st->op[at & (XG_OPS - 1)]);
	return LOOP_ON;
}

/* The path is not known: replay the log; if all is well, apply what that comes to. */
ACCOUNT_GLOBAL int account_replay(struct xg_vcpu_state *st)
{
	struct account_loop loop = { .st = st };

	if (!st || account_prepare_replay(st))
		return ACCOUNT_STOP;
	account_loop_run(st->log_n, account_record_body, &loop);
	if (st->bad || account_end(st))
		return ACCOUNT_STOP;
	st->at_base = account_is_at_base(st);
	st->reasons[st->last_reason & (XG_REASONS - 1)].guest_calls +=
		account_guest_calls(st->exit_at);
	account_loop_run(st->op_n, account_apply_body, &loop);
	if (st->began_at_base && st->at_base)
		known_learn(st);
	return ACCOUNT_OK;
}

/* The cycle of @st ended at @clock_ns, the entry boundary's first reading: account for it. */
ACCOUNT_INLINE void account_cycle(struct xg_vcpu_state *st, u64 clock_ns)
{
	if (!account_prepare(st, clock_ns) && !known_apply(st))
		account_replay(st);
	if (st->latency)
		apply_call(st, account_node(st, st->latency), st->latency_ns);
	if (st->bad) {
		u32 loss = st->bad - 1;

		if (loss < XG_LOSS_KERNEL_COUNT)
			st->loss[loss]++;
		account_assume_base(st);
		return;
	}
	st->end_ns = st->log[XG_AT_END].clock_ns - st->log[XG_AT_START_LATE].clock_ns;
}

#endif
