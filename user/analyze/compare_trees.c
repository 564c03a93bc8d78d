// SPDX-License-Identifier: GPL-2.0
/* The trees of one reason: laid over each other, and how well each of their times is known. */
#include "analyze/compare_trees.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/equivalent.h"
#include "util/cleanup.h"

/*
 * Of calls that are open at a cycle's ends, parts are counted which no histogram has; so
 * what they differ by is no more than what the exits' latency does, and that is taken.
 */
static void spread_of_side(const struct aligned_side *side, const struct reason *reason,
			   struct spread *spread, double *call_cnt)
{
	double cycles = (double)reason->cycle_cnt, own_ns;

	*call_cnt = (double)side->calls.count;
	spread_of(&side->calls, spread);
	own_ns = spread->mean_ns * *call_cnt;
	if (fabs(own_ns - (double)side->calls.total_ns) <= 0.07 * own_ns && *call_cnt)
		return;
	if (spread->value_cnt * 2 < cycles) {
		spread_of(&reason->latency, spread);
		*call_cnt = cycles;
	} else {
		struct spread latency;

		spread_of(&reason->latency, &latency);
		spread->variance_ns2 = fmax(spread->variance_ns2, latency.variance_ns2);
		spread->bulk_variance_ns2 =
			fmax(spread->bulk_variance_ns2, latency.bulk_variance_ns2);
	}
}

static void estimate_inclusive(struct aligned_node *node, enum side side,
			       const struct reason *reason)
{
	struct aligned_side *s = &node->side[side];
	double cycles = (double)reason->cycle_cnt, call_cnt;
	struct spread spread;

	s->inclusive = (struct estimate){ .sample_cnt = cycles };
	if (!s->example || !cycles) {
		/* None of them: there may be some all the same, as long as the other's. */
		spread_of(&node->side[!side].calls, &spread);
		s->inclusive = estimate_of(0, 0, cycles, &spread);
		return;
	}
	spread_of_side(s, reason, &spread, &call_cnt);
	s->inclusive = estimate_of(s->inclusive_ns / cycles, call_cnt, cycles, &spread);
	s->inclusive.uncertainty_ns = s->uncertainty_ns / cycles;
}

/* What a call takes itself has no histogram: it varies at most as it and what it calls do. */
static void estimate_self(struct aligned_node *node, enum side side)
{
	struct aligned_side *s = &node->side[side];
	struct estimate *self = &s->self;

	*self = s->inclusive;
	self->ns = s->inclusive.sample_cnt ? s->self_ns / s->inclusive.sample_cnt : 0;
	for (const struct aligned_node *n = node->first_child; n; n = n->next_sibling) {
		const struct estimate *child = &n->side[side].inclusive;

		self->bulk_ns -= child->bulk_ns;
		self->variance_ns2 += child->variance_ns2;
		self->bulk_variance_ns2 += child->bulk_variance_ns2;
		self->uncertainty_ns += child->uncertainty_ns;
	}
}

static double cycle_ns(const struct reason *reason)
{
	return reason->cycle_cnt ? (double)reason->cycle_ns / (double)reason->cycle_cnt : 0;
}

static void compare_nodes(const struct compare *c, struct compared_reason *reason)
{
	const struct reason *const sides[] = { reason->side[SIDE_A].reason,
					       reason->side[SIDE_B].reason };
	double cycle = fmax(cycle_ns(sides[SIDE_A]), cycle_ns(sides[SIDE_B]));
	u32 depth = 0;

	for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth)) {
		for (int side = 0; side < SIDE_CNT; side++)
			estimate_inclusive(n, side, sides[side]);
	}
	for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth)) {
		bool both = n->side[SIDE_A].example && n->side[SIDE_B].example;

		for (int side = 0; side < SIDE_CNT; side++) {
			estimate_self(n, side);
			if (both && n->kind == NODE_CALL)
				reason->matched_share[side] +=
					n->side[side].self.ns / cycle_ns(sides[side]);
		}
		n->inclusive = compare_estimates(&n->side[SIDE_A].inclusive,
						 &n->side[SIDE_B].inclusive, cycle, &c->bounds);
		n->self = compare_estimates(&n->side[SIDE_A].self, &n->side[SIDE_B].self, cycle,
					    &c->bounds);
	}
}

/* Does the side trace a function of @key? */
static bool is_traced(const struct compare *c, enum side side, const char *key)
{
	const struct recording *r = c->side[side].recording;
	char buffer[EQUIVALENT_MAX];

	for (u32 i = 0; i < r->function_cnt; i++) {
		if (!strcmp(align_key(r, i, c->by_class, buffer), key))
			return true;
	}
	return false;
}

static void mark_traced(const struct compare *c, struct compared_reason *reason)
{
	u32 depth = 0;

	for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth)) {
		for (int side = 0; side < SIDE_CNT; side++)
			n->side[side].traced = n->side[side].example || n->kind != NODE_CALL ||
					       is_traced(c, side, n->key);
	}
}

int compare_trees(const struct compare *c, struct compared_reason *reason)
{
	int err = 0;

	if (!reason->side[SIDE_A].reason || !reason->side[SIDE_B].reason)
		return 0;
	for (int side = 0; side < SIDE_CNT && !err; side++)
		err = align_tree(&reason->first_child, side, c->side[side].recording,
				 reason->side[side].reason, c->by_class);
	if (err)
		return err;
	mark_traced(c, reason);
	compare_nodes(c, reason);
	return 0;
}
