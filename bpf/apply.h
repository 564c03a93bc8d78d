/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations -> nodes: what a cycle comes to is added to the tree. The shortest code of the
 * accounting, for it runs once per call of every cycle.
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

/* @offset bytes into @array, in one instruction. */
ACCOUNT_INLINE void *apply_at(void *array, u64 offset)
{
#ifdef __bpf__
	asm volatile("%0 += %1" : "+r"(offset) : "r"(array));
	return (void *)offset;
#else
	return array + offset;
#endif
}

/* When record @at was made. */
ACCOUNT_INLINE u64 account_clock_ns(struct xg_vcpu_state *st, u32 at)
{
	return st->log[at & (XG_LOG_RECORDS - 1)].clock_ns;
}

/*
 * Calls between entry and exit, of which the record is @exit_at: interrupts are off there, so there
 * is nothing but calls in the log, each with its return.
 */
ACCOUNT_INLINE u32 account_guest_calls(u32 exit_at)
{
	return exit_at / 2;
}

ACCOUNT_INLINE u64 apply_clock(void *log, u16 at)
{
	return ((struct xg_record *)apply_at(log, (u64)at << XG_RECORD_SHIFT))->clock_ns;
}

ACCOUNT_INLINE u64 apply_op_ns(void *log, const struct xg_op *op)
{
	return apply_clock(log, op->to) - apply_clock(log, op->from);
}

ACCOUNT_INLINE struct xg_node *apply_op_node(void *nodes, const struct xg_op *op)
{
	return apply_at(nodes, (u64)op->node_at << XG_NODE_UNIT_SHIFT);
}

/* A value in another octave than the node's latest: find its bucket, and chunk if need be. */
ACCOUNT_GLOBAL int apply_new_octave(struct xg_vcpu_state *st, struct xg_node *node, u64 ns)
{
	u32 bucket = xg_hist_bucket(ns);
	u32 octave = bucket >> XG_HIST_SUB_BITS;
	u32 chunk;

	if (!st || !node || octave >= XG_HIST_CHUNKS)
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
	node->last_chunk_at = XG_CHUNK_AT(chunk);
	return 0;
}

/* The bucket's place in its chunk, if @ns is of @node's latest octave; else 8 and more. */
ACCOUNT_INLINE u64 apply_place(const struct xg_node *node, u64 ns)
{
#ifdef __bpf__
	/* In x86 a shift is by CL, which r4 is; by another register it is moved there and back. */
	register u64 shift asm("r4") = node->last_shift;

	asm("%0 >>= %1" : "+r"(ns) : "r"(shift));
#else
	ns >>= node->last_shift;
#endif
	return ns - XG_HIST_SUB;
}

/*
 * A call of @node of @ns; false if its place in the histogram must be found by
 * apply_new_octave(), which is left to the caller, so that loops have no calls in them.
 */
ACCOUNT_INLINE bool apply_known(void *chunks, struct xg_node *node, u64 ns)
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
		void *chunk = apply_at(chunks, (u64)node->last_chunk_at << XG_CHUNK_UNIT_SHIFT);

		((struct xg_chunk *)chunk)->count[place]++;
		return true;
	}
	return false;
}

/* A call of @node of @ns. */
ACCOUNT_INLINE void apply_call(struct xg_vcpu_state *st, struct xg_node *node, u64 ns)
{
	if (!apply_known(st->chunks, node, ns))
		apply_new_octave(st, node, ns);
}

/* The time that is @node's call, of an operation of @kind that spans @ns; @taken_ns goes on. */
ACCOUNT_INLINE u64 apply_taken(u32 kind, u64 ns, u64 *taken_ns)
{
	if (kind == XG_OP_REST) {
		ns -= *taken_ns;
		*taken_ns = 0;
	} else if (kind == XG_OP_TAKEN) {
		*taken_ns += ns;
	}
	return ns;
}

/* One operation of any kind. */
ACCOUNT_INLINE void apply_op(struct xg_vcpu_state *st, const struct xg_op *op)
{
	struct xg_node *node = apply_op_node(st->nodes, op);
	u64 ns = apply_op_ns(st->log, op);

	if (op->kind == XG_OP_OPEN)
		node->inclusive_ns += ns;
	else
		apply_call(st, node, apply_taken(op->kind, ns, &st->taken_ns));
}

#endif
