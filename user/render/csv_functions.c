// SPDX-License-Identifier: GPL-2.0
/*
 * What each function costs, wherever it is called from. A function that is open twice (it
 * recursed) is charged its inclusive time once: that of the outermost call.
 */
#include <errno.h>
#include <inttypes.h>

#include "profile/tree.h"
#include "render/csv.h"
#include "util/cleanup.h"

struct sum {
	const struct node *example; /* one of its nodes, for the name; NULL while there is none */
	struct dist calls;
	u64 inclusive_ns;
	s64 self_ns;
};

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

/* The sums are those of the functions, and behind them those of the pseudo calls. */
static struct sum *sum_of(struct sum *sums, const struct recording *recording,
			  const struct node *node)
{
	if (node->kind == NODE_CALL)
		return &sums[node->function];
	return &sums[recording->function_cnt + node->kind];
}

static void add_node(struct sum *sum, const struct node *node)
{
	sum->example = node;
	dist_merge(&sum->calls, &node->dist);
	/* Unsigned: what a bad file holds may overflow. */
	sum->self_ns = (s64)((u64)sum->self_ns + (u64)node_self_ns(node));
	if (is_outermost(node))
		sum->inclusive_ns += node->dist.total_ns;
}

static void print_sum(const struct recording *recording, const struct sum *sum, FILE *out)
{
	csv_cell(node_name(recording, sum->example), out);
	putc(',', out);
	csv_cell(node_module(recording, sum->example), out);
	fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRId64, sum->calls.count, sum->inclusive_ns,
		sum->self_ns);
	if (sum->calls.count)
		fprintf(out, ",%" PRIu64 ",%" PRIu64 "\n", sum->calls.min_ns, sum->calls.max_ns);
	else
		fputs(",,\n", out);
}

int csv_functions(const struct view *view, bool merged, FILE *out)
{
	const struct recording *recording = view->recording;
	size_t cnt = recording->function_cnt + NODE_KIND_COUNT;
	_cleanup_free_ struct sum *sums = calloc(cnt, sizeof(*sums));

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
	for (size_t i = 0; i < cnt; i++) {
		if (sums[i].example)
			print_sum(recording, &sums[i], out);
	}
	return 0;
}
