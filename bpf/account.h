/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The accounting: a cycle's log -> the tree of its reason.
 *
 * Runs at the entry boundary, when the cycle is over and its reason known, in two passes:
 *
 *  1. account_record() replays the log against the stack of open calls, finds each call's
 *     node and leaves {node, duration} in result[]. Nothing in the tree changes but that
 *     nodes without calls may be added.
 *  2. account_result() adds those results to the nodes.
 *
 * If anything in pass 1 does not fit, pass 2 adds the exit's latency alone and the cycle is
 * counted as dropped: a tree never holds half a cycle.
 *
 * Times are ns since the cycle's start with the exit boundary's own work taken out ("now"
 * below), so that the calls which are open across it do not hold it either. Calls which are
 * open across the cycle's ends restart at 0: each cycle gets its own part.
 *
 * The same code is compiled for user space, where the unit tests feed it with logs that no
 * kernel would write. All indices are masked or compared: no log can lead out of the state.
 */
#ifndef EXITGRAPH_BPF_ACCOUNT_H
#define EXITGRAPH_BPF_ACCOUNT_H

#ifdef __bpf__
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#endif

#include "xg_state.h"

#ifdef __bpf__
#define ACCOUNT_NOINLINE static __attribute__((noinline))
#else
#define ACCOUNT_NOINLINE static inline
#endif
#define ACCOUNT_INLINE static inline __attribute__((always_inline))

#define ACCOUNT_OK     0
#define ACCOUNT_STOP   1 /* the cycle is bad; the rest of its log means nothing */

ACCOUNT_INLINE struct xg_node *account_node(struct xg_vcpu_state *st, u32 index)
{
	return &st->nodes[index & (XG_NODES - 1)];
}

ACCOUNT_INLINE int account_bad(struct xg_vcpu_state *st, u32 loss)
{
	st->bad = loss + 1;
	return ACCOUNT_STOP;
}

/* A new node; 0 when there is no room. */
ACCOUNT_INLINE u32 account_node_new(struct xg_vcpu_state *st, u32 parent, u32 id)
{
	u32 index = st->node_n;
	struct xg_node *node;

	if (index >= XG_NODES)
		return 0;
	st->node_n = index + 1;
	node = account_node(st, index);
	node->id = id;
	node->parent = parent;
	node->min_ns = ~0ULL;
	return index;
}

/* The child of @parent with @id by hash, added if need be; 0 when there is no room. */
ACCOUNT_NOINLINE u32 account_child_search(struct xg_vcpu_state *st, u32 parent, u32 id)
{
	u32 hash = (parent * 0x9e3779b1u) ^ (id * 0x85ebca6bu);

	hash ^= hash >> 15;
	for (u32 i = 0; i < XG_HASH_PROBES; i++) {
		u16 *entry = &st->hash[(hash + i) & (XG_HASH - 1)];
		u32 index = *entry;
		struct xg_node *node;

		if (!index) {
			index = account_node_new(st, parent, id);
			*entry = index;
			return index;
		}
		node = account_node(st, index);
		if (node->parent == parent && node->id == id)
			return index;
	}
	return 0;
}

/* The same, guessed first from what came after the latest event the last time. */
ACCOUNT_INLINE u32 account_child(struct xg_vcpu_state *st, u32 parent, u32 id)
{
	struct xg_node *last = account_node(st, st->last_node);
	u32 index = last->next;
	struct xg_node *node = account_node(st, index);

	if (node->parent != parent || node->id != id || !index) {
		index = account_child_search(st, parent, id);
		last->next = index;
	}
	st->last_node = index;
	return index;
}

/* Note a finished call of @node for pass 2. */
ACCOUNT_INLINE int account_note(struct xg_vcpu_state *st, u32 node, u64 ns)
{
	u32 n = st->result_n;

	if (n >= XG_LOG_RECORDS)
		return account_bad(st, XG_LOSS_LOG_FULL);
	st->result[n & (XG_LOG_RECORDS - 1)] = XG_RECORD(ns, node);
	st->result_n = n + 1;
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
		st->stack[i].start_ns = 0;
	}
	st->depth = st->base_n & (XG_BASE_FRAMES - 1);
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

/* Find @code's reason, added if need be: 0, or ACCOUNT_STOP when there is no room. */
ACCOUNT_NOINLINE int account_reason(struct xg_vcpu_state *st, u64 code)
{
	for (u32 i = 0; i < XG_REASONS; i++) {
		struct xg_reason *reason = &st->reasons[i];

		if (!reason->root) {
			u32 root, latency;

			root = account_node_new(st, 0, XG_ID_ROOT);
			latency = account_node_new(st, 0, XG_ID_LATENCY);
			if (!latency)
				return ACCOUNT_STOP;
			reason->code = code;
			reason->root = root;
			reason->latency = latency;
		} else if (reason->code != code) {
			continue;
		}
		st->last_reason = i;
		st->root = reason->root;
		st->latency = reason->latency;
		return ACCOUNT_OK;
	}
	return ACCOUNT_STOP;
}

/* Before pass 1. @end_clock_ns is the entry boundary's first clock reading. */
ACCOUNT_INLINE int account_prepare(struct xg_vcpu_state *st, u64 end_clock_ns)
{
	struct xg_reason *guess = &st->reasons[st->last_reason & (XG_REASONS - 1)];

	if (guess->root && guess->code == st->reason) {
		st->root = guess->root;
		st->latency = guess->latency;
	} else if (account_reason(st, st->reason)) {
		st->root = 0;
		st->latency = 0;
		return account_bad(st, XG_LOSS_REASONS_FULL);
	}
	st->bad = 0;
	st->end_ns = (end_clock_ns - st->entry_clock_ns) & XG_CLOCK_MASK;
	st->latency_ns = (end_clock_ns - st->exit_clock_ns) & XG_CLOCK_MASK;
	st->clock_ns = 0;
	st->gap_ns = 0;
	st->exit_ns = 0;
	st->guest_child_ns = 0;
	st->user_since_ns = 0;
	st->user_ns = 0;
	st->in_guest = 1;
	st->guest_depth = st->depth;
	st->result_n = 0;
	st->last_node = st->root;
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

ACCOUNT_INLINE int account_entry(struct xg_vcpu_state *st, u32 id, u64 now)
{
	u32 depth = st->depth;
	struct xg_frame *frame;
	u32 node;

	if (depth >= XG_DEPTH)
		return account_bad(st, XG_LOSS_DEPTH);
	if (st->assumed && depth && depth < st->base_n && id == st->stack[0].id)
		return account_begun_inside(st);
	if (!depth && st->in_user)
		st->user_ns += now - st->user_since_ns;
	if (st->in_user && id == st->run_ioctl_id) {
		node = account_child(st, st->root, XG_ID_USERSPACE);
		if (!node)
			return account_bad(st, XG_LOSS_NODES_FULL);
		st->in_user = 0;
		if (account_note(st, node, st->user_ns))
			return ACCOUNT_STOP;
	}
	node = account_child(st, account_parent(st, depth), id);
	if (!node)
		return account_bad(st, XG_LOSS_NODES_FULL);
	frame = &st->stack[depth & (XG_DEPTH - 1)];
	frame->start_ns = now;
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

ACCOUNT_INLINE int account_return(struct xg_vcpu_state *st, u32 id, u64 now)
{
	u32 depth = st->depth;
	struct xg_frame *frame = &st->stack[(depth - 1) & (XG_DEPTH - 1)];
	u64 ns;

	if (!depth || frame->id != id)
		return account_stray_return(st, id);
	depth--;
	ns = now - frame->start_ns;
	st->last_node = frame->node;
	st->depth = depth;
	if (account_note(st, frame->node, ns))
		return ACCOUNT_STOP;
	if (st->in_guest) {
		if (depth < st->guest_depth)
			return account_bad(st, XG_LOSS_MISMATCH);
		if (depth == st->guest_depth)
			st->guest_child_ns += ns;
	}
	if (id == st->run_ioctl_id) {
		st->in_user = 1;
		st->user_ns = 0;
	}
	if (!depth) {
		st->user_since_ns = now;
		st->assumed = 0;
	}
	return ACCOUNT_OK;
}

/* The exit boundary: the guest phase is over. */
ACCOUNT_INLINE int account_exit(struct xg_vcpu_state *st, u64 now)
{
	u32 node;

	if (!st->in_guest || st->depth != st->guest_depth)
		return account_bad(st, XG_LOSS_MISMATCH);
	st->in_guest = 0;
	st->exit_ns = now;
	node = account_child(st, account_parent(st, st->depth), XG_ID_GUEST);
	if (!node)
		return account_bad(st, XG_LOSS_NODES_FULL);
	return account_note(st, node, now - st->guest_child_ns);
}

/* When record @i was made, since the cycle's start: a signed difference of 48-bit clocks. */
ACCOUNT_INLINE s64 account_clock(struct xg_vcpu_state *st, u32 i)
{
	u64 record = st->log[i & (XG_LOG_RECORDS - 1)];

	return (s64)(record - XG_RECORD(st->entry_clock_ns, 0)) >> XG_RECORD_CLOCK_SHIFT;
}

/*
 * Pass 1: record @i of the log.
 *
 * A probe that is interrupted or preempted between its clock reading and its place in the
 * log leaves readings out of order. An entry has its place first: it was no later than the
 * record after it. A return has its clock first: it was no earlier than the record before.
 */
ACCOUNT_INLINE int account_record(struct xg_vcpu_state *st, u32 i)
{
	u32 code = XG_RECORD_CODE(st->log[i & (XG_LOG_RECORDS - 1)]);
	s64 raw = account_clock(st, i), now = raw - (s64)st->gap_ns, next;

	if (code == XG_CODE_RETURN(XG_ID_BOUNDARY)) {
		/* Its own work: time stands still from the exit on. */
		st->gap_ns = raw > (s64)st->exit_ns ? raw - st->exit_ns : 0;
		return ACCOUNT_OK;
	}
	if (!(code & 1) && i + 1 < st->log_n) {
		next = account_clock(st, i + 1) - (s64)st->gap_ns;
		if (next < now) {
			now = next;
			st->loss[XG_LOSS_INTERRUPTED_PROBE]++;
		}
	}
	if (now < (s64)st->clock_ns) {
		now = st->clock_ns;
		st->loss[XG_LOSS_INTERRUPTED_PROBE]++;
	}
	st->clock_ns = now;
	if (code == XG_CODE_ENTRY(XG_ID_BOUNDARY))
		return account_exit(st, now);
	if (code & 1)
		return account_return(st, code >> 1, now);
	return account_entry(st, code >> 1, now);
}

/* Between the passes: the cycle as a whole, and its latency, which is kept in any case. */
ACCOUNT_INLINE void account_conclude(struct xg_vcpu_state *st)
{
	u64 end = st->end_ns - st->gap_ns;

	if (!st->bad && (st->in_guest || st->in_user || st->depth != st->guest_depth))
		account_bad(st, XG_LOSS_MISMATCH);
	if ((s64)end < (s64)st->clock_ns)
		end = st->clock_ns;
	st->end_ns = end;
	if (!st->bad)
		account_note(st, st->root, end);
	if (st->bad)
		st->result_n = 0;
	if (st->latency)
		account_note(st, st->latency, st->latency_ns);
}

/* Pass 2: result @i. */
ACCOUNT_INLINE void account_result(struct xg_vcpu_state *st, u32 i)
{
	u64 result = st->result[i & (XG_LOG_RECORDS - 1)];
	struct xg_node *node = account_node(st, XG_RECORD_CODE(result));
	u64 ns = XG_RECORD_CLOCK(result);
	u32 bucket = xg_hist_bucket(ns);
	u32 octave = bucket >> XG_HIST_SUB_BITS;
	u32 chunk;

	node->calls++;
	node->inclusive_ns += ns;
	if (ns < node->min_ns)
		node->min_ns = ns;
	if (ns > node->max_ns)
		node->max_ns = ns;
	if (octave >= XG_HIST_CHUNKS) /* never; said for the verifier */
		return;
	chunk = node->chunk[octave];
	if (!chunk) {
		chunk = st->chunk_n;
		if (chunk >= XG_CHUNKS) {
			st->loss[XG_LOSS_HIST_FULL]++;
			return;
		}
		st->chunk_n = chunk + 1;
		node->chunk[octave] = chunk;
	}
	st->chunks[chunk & (XG_CHUNKS - 1)].count[bucket & (XG_HIST_SUB - 1)]++;
}

/* After pass 2: the parts of calls that stay open, and what the next cycle starts from. */
ACCOUNT_INLINE void account_close(struct xg_vcpu_state *st)
{
	if (st->bad) {
		u32 loss = st->bad - 1;

		if (loss < XG_LOSS_KERNEL_COUNT)
			st->loss[loss]++;
		account_assume_base(st);
		return;
	}
	for (u32 i = 0; i < XG_BASE_FRAMES && i < st->depth; i++) {
		struct xg_frame *frame = &st->stack[i];

		account_node(st, frame->node)->inclusive_ns += st->end_ns - frame->start_ns;
		frame->start_ns = 0;
	}
}

/*
 * A loop over the records or the results, whose body the verifier looks at once. Its context
 * is all that the body has.
 */
struct account_loop {
	struct xg_vcpu_state *st;
};

static long account_record_body(u32 i, struct account_loop *loop)
{
	return account_record(loop->st, i);
}

static long account_result_body(u32 i, struct account_loop *loop)
{
	account_result(loop->st, i);
	return 0;
}

#ifdef __bpf__
#define account_loop_run(n, body, loop) bpf_loop(n, body, loop, 0)
#else
#define account_loop_run(n, body, loop)                     \
	for (u32 i_ = 0; i_ < (n) && !body(i_, loop); i_++) \
		;
#endif

/* The cycle of @st ended at @clock_ns, the entry boundary's first reading: account for it. */
ACCOUNT_INLINE void account_cycle(struct xg_vcpu_state *st, u64 clock_ns)
{
	struct account_loop loop = { .st = st };
	u64 n = st->log_n;

	if (!account_prepare(st, clock_ns)) {
		if (n > XG_LOG_RECORDS)
			account_bad(st, XG_LOSS_LOG_FULL);
		else
			account_loop_run(n, account_record_body, &loop);
	}
	account_conclude(st);
	account_loop_run(st->result_n, account_result_body, &loop);
	account_close(st);
}

#endif
