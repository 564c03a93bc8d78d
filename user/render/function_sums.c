// SPDX-License-Identifier: GPL-2.0
#include "render/function_sums.h"

#include <errno.h>
#include <stdlib.h>

#include "profile/tree.h"

static bool same_function(const struct node *a, const struct node *b)
{
	return a->kind == b->kind && (a->kind != NODE_CALL || a->function == b->function);
}

static bool is_outermost(const struct node *node)
{
	for (const struct node *n = node->parent; n; n = n->parent) {
		if (same_function(n, node))
			return false;
	}
	return true;
}

static struct function_sum *sum_of(struct function_sum *sums, const struct recording *recording,
				   const struct node *node)
{
	if (node->kind == NODE_CALL)
		return &sums[node->function];
	return &sums[recording->function_cnt + node->kind];
}

static void add_calls(struct function_sum *sum, const struct dist *calls)
{
	if (!calls->count)
		return;
	if (!sum->call_cnt || calls->min_ns < sum->min_ns)
		sum->min_ns = calls->min_ns;
	if (!sum->call_cnt || calls->max_ns > sum->max_ns)
		sum->max_ns = calls->max_ns;
	sum->call_cnt += calls->count;
}

static void add_node(struct function_sum *sum, const struct node *node)
{
	sum->example = node;
	add_calls(sum, &node->dist);
	/* Unsigned: what a bad file holds may overflow. */
	sum->self_ns = (s64)((u64)sum->self_ns + (u64)node_self_ns(node));
	if (is_outermost(node))
		sum->inclusive_ns += node->dist.total_ns;
}

int function_sums_new(const struct view *view, struct function_sum **out, size_t *cnt_out)
{
	const struct recording *recording = view->recording;
	size_t cnt = recording->function_cnt + NODE_KIND_COUNT;
	struct function_sum *sums = calloc(cnt, sizeof(*sums));

	if (!sums)
		return -ENOMEM;
	for (size_t i = 0; i < view->group_cnt; i++) {
		const struct group *group = &view->groups[i];

		for (size_t k = 0; k < group->reason_cnt; k++) {
			const struct node *first = group->reasons[k]->first_child;
			u32 depth = 0;

			for (const struct node *n = first; n; n = tree_next(n, &depth))
				add_node(sum_of(sums, recording, n), n);
		}
	}
	*out = sums;
	*cnt_out = cnt;
	return 0;
}
