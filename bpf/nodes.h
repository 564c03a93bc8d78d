/* SPDX-License-Identifier: GPL-2.0 */
/* The tree's nodes and the reasons: found, and added where they are met for the first time. */
#ifndef EXITGRAPH_BPF_NODES_H
#define EXITGRAPH_BPF_NODES_H

#include "apply.h"

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
	node->last_shift = 63;
	return index;
}

/* The child of @parent with @id by hash, added if need be; 0 when there is no room. */
ACCOUNT_GLOBAL u32 account_child_search(struct xg_vcpu_state *st, u32 parent, u32 id)
{
	u32 hash = (parent * 0x9e3779b1u) ^ (id * 0x85ebca6bu);

	if (!st)
		return 0;
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

/* Find @code's reason, added if need be: 0, or LOOP_STOP when there is no room. */
ACCOUNT_GLOBAL int account_reason(struct xg_vcpu_state *st, u64 code)
{
	struct xg_reason *reason;
	u32 i;

	if (!st)
		return LOOP_STOP;
	LOOP_NOT_UNROLLED
	for (i = 0; i < XG_REASONS; i++) {
		reason = &st->reasons[i];
		if (!reason->root || reason->code == code)
			break;
	}
	if (i == XG_REASONS)
		return LOOP_STOP;
	/* By way of the state, lest the verifier look at what follows for each of them. */
	*(volatile u32 *)&st->last_reason = i;
	reason = &st->reasons[*(volatile u32 *)&st->last_reason & (XG_REASONS - 1)];
	if (!reason->root) {
		u32 root = account_node_new(st, 0, XG_ID_ROOT);
		u32 latency = account_node_new(st, 0, XG_ID_LATENCY);

		if (!latency)
			return LOOP_STOP;
		reason->code = code;
		reason->root = root;
		reason->latency = latency;
	}
	st->root = reason->root;
	st->latency = reason->latency;
	return LOOP_ON;
}

#endif
