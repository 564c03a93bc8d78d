// SPDX-License-Identifier: GPL-2.0
/* What all reports have in common: which nodes are shown, and in what order. */
#include "render/report.h"

#include <stdlib.h>

#include "profile/tree.h"

bool report_shows(const struct report_options *options, const struct reason *reason,
		  const struct node *node, u32 depth)
{
	if (options->depth && depth >= options->depth)
		return false;
	return (double)node->dist.total_ns * 100 >= options->min_share * (double)reason->cycle_ns;
}

size_t report_hidden(const struct report_options *options, const struct reason *reason)
{
	size_t all = 0, shown = 0;
	u32 depth = 0;

	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth))
		all++;
	depth = 0;
	for (const struct node *n = reason->first_child; n;) {
		if (report_shows(options, reason, n, depth)) {
			shown++;
			n = tree_next(n, &depth);
		} else {
			n = tree_next_outside(n, &depth);
		}
	}
	return all - shown;
}

struct sortable {
	const struct node *node;
	size_t place; /* qsort() is not stable */
};

static int by_time(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;

	if (x->node->dist.total_ns != y->node->dist.total_ns)
		return x->node->dist.total_ns < y->node->dist.total_ns ? 1 : -1;
	return x->place < y->place ? -1 : 1;
}

const struct node **report_children(const struct report_options *options,
				    const struct reason *reason, const struct node *first,
				    u32 depth, size_t *cnt_out)
{
	const struct node **children;
	struct sortable *sortable;
	size_t all = 0, cnt = 0;

	for (const struct node *n = first; n; n = n->next_sibling)
		all++;
	children = calloc(all ?: 1, sizeof(*children));
	sortable = calloc(all ?: 1, sizeof(*sortable));
	if (!children || !sortable) {
		free(children);
		free(sortable);
		return NULL;
	}
	for (const struct node *n = first; n; n = n->next_sibling) {
		if (!report_shows(options, reason, n, depth))
			continue;
		sortable[cnt] = (struct sortable){ .node = n, .place = cnt };
		cnt++;
	}
	if (options->sort == SORT_TIME)
		qsort(sortable, cnt, sizeof(*sortable), by_time);
	for (size_t i = 0; i < cnt; i++)
		children[i] = sortable[i].node;
	free(sortable);
	*cnt_out = cnt;
	return children;
}
