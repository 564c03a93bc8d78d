// SPDX-License-Identifier: GPL-2.0
/* What all renderings of a comparison have in common. */
#include "render/diff.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/view.h"
#include "util/cleanup.h"

static const char *const sides[] = { [SIDE_A] = "A only", [SIDE_B] = "B only" };

/* A recording is one vendor's; of one that is not, what has more exits. */
static const struct group *largest(const struct view *view)
{
	const struct group *group = NULL;

	for (size_t i = 0; i < view->group_cnt; i++) {
		if (!group || view->groups[i].exits.count > group->exits.count)
			group = &view->groups[i];
	}
	return group;
}

static struct compare_side side_of(const struct view *view, const struct group *group)
{
	struct compare_side side = { .recording = view->recording };

	if (group) {
		side.isa = group->isa;
		side.reasons = group->reasons;
		side.reason_cnt = group->reason_cnt;
	}
	return side;
}

int diff_pair_fill(struct diff_pair *pair, struct view *view_a, struct view *view_b,
		   const struct compare_options *options)
{
	struct compare_side a, b;
	int err;

	pair->view[SIDE_A] = view_a;
	pair->view[SIDE_B] = view_b;
	view_a->name = "A";
	view_b->name = "B";
	pair->group[SIDE_A] = largest(view_a);
	pair->group[SIDE_B] = largest(view_b);
	a = side_of(view_a, pair->group[SIDE_A]);
	b = side_of(view_b, pair->group[SIDE_B]);
	err = compare_new(&a, &b, options, &pair->compare);
	return err ? err : diff_notes_find(pair);
}

void diff_pair_clear(struct diff_pair *pair)
{
	compare_free(&pair->compare);
	for (int i = 0; i < SIDE_CNT; i++) {
		if (pair->view[i])
			view_free(&pair->view[i]);
		free(pair->name[i]);
	}
	warnings_clear(&pair->notes);
}

bool diff_is_worse(const struct diff_pair *pairs, size_t pair_cnt, double threshold)
{
	for (size_t i = 0; i < pair_cnt; i++) {
		const struct compare *c = pairs[i].compare;

		for (size_t k = 0; k < c->reason_cnt; k++) {
			if (compared_is_worse(&c->reasons[k], threshold))
				return true;
		}
	}
	return false;
}

const char *diff_verdict(const struct aligned_node *node, const struct comparison *comparison)
{
	for (int i = 0; i < SIDE_CNT; i++) {
		/* That a call happened to come on one side alone is noise, too. */
		if (!node->side[!i].example && comparison->verdict >= VERDICT_FEW)
			return sides[i];
	}
	return verdict_name(comparison->verdict);
}

const char *diff_reason_verdict(const struct compared_reason *reason)
{
	for (int i = 0; i < SIDE_CNT; i++) {
		if (!reason->side[!i].reason)
			return sides[i];
	}
	return verdict_name(reason->latency.verdict);
}

static double cycle_ns(const struct compared_side *side)
{
	return side->reason && side->reason->cycle_cnt
		       ? (double)side->reason->cycle_ns / (double)side->reason->cycle_cnt
		       : 0;
}

bool diff_shows(const struct diff_options *options, const struct compared_reason *reason,
		const struct aligned_node *node, u32 depth)
{
	double cycle = fmax(cycle_ns(&reason->side[SIDE_A]), cycle_ns(&reason->side[SIDE_B]));
	double most = fmax(node->side[SIDE_A].inclusive.ns, node->side[SIDE_B].inclusive.ns);

	if (options->depth && depth >= options->depth)
		return false;
	return most * 100 >= options->min_share * cycle;
}

const char *diff_node_name(const struct diff_pair *pair, const struct aligned_node *node,
			   enum side side)
{
	if (!node->side[side].example)
		return NULL;
	return node_name(pair->view[side]->recording, node->side[side].example);
}

const char *diff_reason_name(const struct compared_reason *reason, char buffer[DIFF_NAME_MAX])
{
	const char *a = reason->side[SIDE_A].names, *b = reason->side[SIDE_B].names;

	if (*a && *b && strcmp(a, b))
		snprintf(buffer, DIFF_NAME_MAX, "%s = %s", a, b);
	else
		snprintf(buffer, DIFF_NAME_MAX, "%s", *a ? a : b);
	return buffer;
}

u32 diff_rank(const struct comparison *comparison)
{
	return comparison->verdict < VERDICT_TAIL ? 0 : comparison->verdict;
}

static int by_contribution(const void *a, const void *b)
{
	const struct aligned_node *x = *(const struct aligned_node *const *)a;
	const struct aligned_node *y = *(const struct aligned_node *const *)b;
	int more = (int)diff_rank(&y->self) - (int)diff_rank(&x->self);
	double by;

	if (more)
		return more;
	by = fabs(y->self.difference_ns) - fabs(x->self.difference_ns);
	return by ? (by > 0 ? 1 : -1) : strcmp(x->key, y->key);
}

const struct aligned_node **diff_by_contribution(const struct compared_reason *reason,
						 size_t *cnt_out)
{
	const struct aligned_node **nodes;
	u32 depth = 0;
	size_t cnt = 0;

	for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth))
		cnt++;
	nodes = calloc(cnt ?: 1, sizeof(*nodes));
	if (!nodes)
		return NULL;
	cnt = 0;
	for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth))
		nodes[cnt++] = n;
	qsort(nodes, cnt, sizeof(*nodes), by_contribution);
	*cnt_out = cnt;
	return nodes;
}
