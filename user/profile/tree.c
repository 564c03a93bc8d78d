// SPDX-License-Identifier: GPL-2.0
#include "profile/tree.h"

#include <errno.h>
#include <stdlib.h>

struct node *tree_next_outside(const struct node *node, u32 *depth)
{
	while (node && !node->next_sibling) {
		node = node->parent;
		/* The walk ends above the first level, where depth is 0 already. */
		if (node)
			(*depth)--;
	}
	return node ? node->next_sibling : NULL;
}

struct node *tree_next(const struct node *node, u32 *depth)
{
	if (!node->first_child)
		return tree_next_outside(node, depth);
	(*depth)++;
	return node->first_child;
}

int tree_append(struct reason *reason, struct node *parent, struct node *last, enum node_kind kind,
		u32 function, struct node **out)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		return -ENOMEM;
	node->kind = kind;
	node->function = kind == NODE_CALL ? function : 0;
	node->parent = parent;
	if (last)
		last->next_sibling = node;
	else if (parent)
		parent->first_child = node;
	else
		reason->first_child = node;
	*out = node;
	return 0;
}

int tree_child(struct reason *reason, struct node *parent, enum node_kind kind, u32 function,
	       struct node **out)
{
	struct node *last = NULL;

	tree_for_each_child (child, parent ? parent->first_child : reason->first_child) {
		if (child->kind == kind && (kind != NODE_CALL || child->function == function)) {
			*out = child;
			return 0;
		}
		last = child;
	}
	return tree_append(reason, parent, last, kind, function, out);
}

void tree_free(struct node *first)
{
	struct node *node = first;

	while (node) {
		struct node *up = node->parent, *next = node->next_sibling;

		if (node->first_child) {
			node = node->first_child;
			continue;
		}
		/* The last of its siblings: the parent has no children any more. */
		if (!next && up)
			up->first_child = NULL;
		dist_clear(&node->dist);
		free(node);
		node = next ? next : up;
	}
}

/* Unsigned up to the end: what a bad file holds may overflow, and nothing else. */
static s64 self_ns(u64 inclusive_ns, struct node *children)
{
	tree_for_each_child (child, children)
		inclusive_ns -= child->dist.total_ns;
	return (s64)inclusive_ns;
}

s64 node_self_ns(const struct node *node)
{
	return self_ns(node->dist.total_ns, node->first_child);
}

s64 reason_self_ns(const struct reason *reason)
{
	return self_ns(reason->cycle_ns, reason->first_child);
}

int reason_merge(struct reason *to, const struct reason *from)
{
	const struct node *node = from->first_child;
	struct node *place = NULL; /* where in @to the parent of @node is */
	int err;

	err = dist_merge(&to->latency, &from->latency);
	if (err)
		return err;
	to->cycle_cnt += from->cycle_cnt;
	to->cycle_ns += from->cycle_ns;
	to->guest_call_cnt += from->guest_call_cnt;
	while (node) {
		struct node *copy;

		err = tree_child(to, place, node->kind, node->function, &copy);
		if (!err)
			err = dist_merge(&copy->dist, &node->dist);
		if (err)
			return err;
		if (node->first_child) {
			node = node->first_child;
			place = copy;
			continue;
		}
		while (node && !node->next_sibling) {
			node = node->parent;
			place = place ? place->parent : NULL;
		}
		node = node ? node->next_sibling : NULL;
	}
	return 0;
}

int recording_merge_reasons(const struct recording *recording, struct vcpu *all)
{
	recording_for_each_vcpu (vcpu, recording) {
		vcpu_for_each_reason (reason, vcpu) {
			struct reason *sum;
			int err = vcpu_add_reason(all, reason->code, &sum);

			if (!err)
				err = reason_merge(sum, reason);
			if (err)
				return err;
		}
	}
	return 0;
}
