/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations -> nodes: what a cycle comes to is added to the tree. The shortest code of the
 * accounting, for it runs once per call of every cycle; groups of operations are written out
 * in a row, because a turn of the loop costs as much as one of them.
 */
#ifndef EXITGRAPH_BPF_APPLY_H
#define EXITGRAPH_BPF_APPLY_H

#include "loop.h"

ACCOUNT_INLINE struct xg_node *account_node(struct xg_vcpu_state *st, u32 index)
{
	return &st->nodes[index & (XG_NODES - 1)];
}

/*
 * A pointer as it is: else the compiler takes it apart again, and adds an offset into the
 * state, which no instruction of BPF has room for, at every use.
 */
#define APPLY_POINTER(pointer) asm volatile("" : "+r"(pointer))

#define APPLY_RECORDS_MASK     ((XG_LOG_RECORDS - 1ULL) << XG_RECORD_SHIFT)
#define APPLY_NODES_MASK       ((XG_NODES - 1ULL) << XG_NODE_SHIFT)
#define APPLY_CHUNKS_MASK      ((XG_CHUNKS - 1ULL) * sizeof(struct xg_chunk))

ACCOUNT_INLINE u64 apply_record(struct xg_vcpu_state *st, u32 at)
{
	return st->log[at & (XG_LOG_RECORDS - 1)];
}

ACCOUNT_INLINE u64 apply_op_ns(const void *log, u64 op)
{
	const u64 *from = log + (op & APPLY_RECORDS_MASK);
	const u64 *to = log + (op >> XG_OP_TO_SHIFT & APPLY_RECORDS_MASK);

	return XG_RECORD_NS(*from, *to);
}

ACCOUNT_INLINE struct xg_node *apply_op_node(void *nodes, u64 op)
{
	struct xg_node *node = nodes + (op >> XG_OP_NODE_SHIFT & APPLY_NODES_MASK);

	APPLY_POINTER(node);
	return node;
}

/* A value in another octave than the node's latest: find its bucket, and chunk if need be. */
ACCOUNT_NOINLINE int apply_new_octave(struct xg_vcpu_state *st, struct xg_node *node, u64 ns)
{
	u32 bucket = xg_hist_bucket(ns);
	u32 octave = bucket >> XG_HIST_SUB_BITS;
	u32 chunk;

	if (!st || !node || octave >= XG_HIST_CHUNKS) /* never; said for the verifier */
		return 0;
	chunk = node->chunk[octave];
	if (!chunk) {
		chunk = st->chunk_n;
		if (chunk >= XG_CHUNKS) {
			st->loss[XG_LOSS_HIST_FULL]++;
			return 0;
		}
		st->chunk_n = chunk + 1;
		node->chunk[octave] = chunk;
	}
	st->chunks[chunk & (XG_CHUNKS - 1)].count[bucket & (XG_HIST_SUB - 1)]++;
	/* No guess for 0..7, nor for values beyond the last octave. */
	node->last_shift = octave && ns < XG_HIST_LIMIT_NS ? octave - 1 : 63;
	node->last_chunk_at = chunk * sizeof(struct xg_chunk);
	return 0;
}

/* The bucket's place in its chunk, if @ns is of @node's latest octave; else 8 and more. */
ACCOUNT_INLINE u64 apply_place(const struct xg_node *node, u64 ns)
{
#ifdef __bpf__
	u64 shift = node->last_shift;

	asm("%0 >>= %1" : "+r"(ns) : "r"(shift));
#else
	ns >>= node->last_shift;
#endif
	return ns - XG_HIST_SUB;
}

/* A call of @node of @ns. */
ACCOUNT_INLINE void apply_call(struct xg_vcpu_state *st, struct xg_node *node, u64 ns)
{
	u64 place;

	node->calls++;
	node->inclusive_ns += ns;
	if (ns < node->min_ns)
		node->min_ns = ns;
	if (ns > node->max_ns)
		node->max_ns = ns;
	place = apply_place(node, ns);
	if (place < XG_HIST_SUB) {
		u64 at = node->last_chunk_at & APPLY_CHUNKS_MASK;

		((struct xg_chunk *)((void *)st->chunks + at))->count[place]++;
	} else {
		apply_new_octave(st, node, ns);
	}
}

/* The kinds that are not just a call. */
ACCOUNT_NOINLINE int apply_special(struct xg_vcpu_state *st, u64 op)
{
	struct xg_node *node;
	u64 ns;

	if (!st)
		return 0;
	node = apply_op_node(st->nodes, op);
	ns = apply_op_ns(st->log, op);
	if (XG_OP_KIND(op) == XG_OP_NOTHING)
		return 0;
	if (XG_OP_KIND(op) == XG_OP_OPEN) {
		node->inclusive_ns += ns;
		return 0;
	}
	if (XG_OP_KIND(op) == XG_OP_REST) {
		ns -= st->taken_ns;
		st->taken_ns = 0;
	} else {
		st->taken_ns += ns;
	}
	apply_call(st, node, ns);
	return 0;
}

ACCOUNT_INLINE void apply_op(struct xg_vcpu_state *st, const void *log, void *nodes, u64 op)
{
	if (XG_OP_IS_SPECIAL(op))
		apply_special(st, op);
	else
		apply_call(st, apply_op_node(nodes, op), apply_op_ns(log, op));
}

/* XG_OP_GROUP of them. */
ACCOUNT_INLINE void apply_group(struct xg_vcpu_state *st, const u64 *op)
{
	const void *log = st->log;
	void *nodes = st->nodes;

	APPLY_POINTER(log);
	APPLY_POINTER(nodes);
	APPLY_POINTER(op);
	apply_op(st, log, nodes, op[0]);
	apply_op(st, log, nodes, op[1]);
	apply_op(st, log, nodes, op[2]);
	apply_op(st, log, nodes, op[3]);
}

#endif
