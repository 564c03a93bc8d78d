// SPDX-License-Identifier: GPL-2.0
/* The trees of one reason: laid over each other, and how well each of their times is known. */
#include "analyze/compare_trees.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/equivalent.h"
#include "util/cleanup.h"

/* The guest's time below @node, which then is open: its entry, or exit, comes in the middle of it.
 */
static const struct aligned_node *guest_in(const struct aligned_node *node)
{
	for (const struct aligned_node *n = node->first_child; n;) {
		u32 depth = 0;

		if (n->kind == NODE_GUEST)
			return n;
		n = aligned_next(n, &depth);
		/* Beyond the last one below, it goes on outside. */
		for (const struct aligned_node *above = n; above != node; above = above->parent) {
			if (!above)
				return NULL;
		}
	}
	return NULL;
}

/*
 * Of open calls, a cycle has parts that no histogram has. How much they differ is not known, but
 * no more than the exits' latency and the guest's time do; nor more than if all of that time were
 * a single cycle's.
 */
static void add_parts(struct spread *calls, double ns_per_cycle, double call_cnt,
		      const struct reason *reason, const struct dist *guest)
{
	double cycles = (double)reason->cycle_cnt, rate = call_cnt / cycles;
	double parts_ns = fmax(0, ns_per_cycle - rate * (calls->mean_ns - calls->slack_ns));
	struct spread latency, inside;

	spread_of(&reason->latency, &latency);
	spread_of(guest, &inside);
	calls->variance_ns2 +=
		fmin(latency.variance_ns2 + inside.variance_ns2, parts_ns * parts_ns * cycles) /
		rate;
}

static void estimate_inclusive(struct aligned_node *node, enum side side,
			       const struct reason *reason)
{
	struct aligned_side *s = &node->side[side];
	double cycles = (double)reason->cycle_cnt, call_cnt;
	const struct aligned_node *guest;
	struct spread spread;

	s->inclusive = (struct estimate){ .sample_cnt = cycles };
	if (!s->example || !cycles) {
		/* None of them: there may be some all the same, as long as the other's. */
		spread_of(&node->side[!side].calls, &spread);
		s->inclusive = estimate_of(0, 0, cycles, &spread);
		return;
	}
	/* Without a return in most cycles, they are as many as those: always open. */
	call_cnt = (double)s->calls.count;
	guest = guest_in(node);
	if (guest && call_cnt < cycles)
		call_cnt = cycles;
	spread_of(&s->calls, &spread);
	if (guest)
		add_parts(&spread, s->inclusive_ns / cycles, call_cnt, reason,
			  &guest->side[side].calls);
	s->inclusive = estimate_of(s->inclusive_ns / cycles, call_cnt, cycles, &spread);
	s->inclusive.uncertainty_ns = s->uncertainty_ns / cycles;
	s->inclusive.mean_only = guest;
}

/*
 * What a call takes itself has no histogram. It varies at most as the call does and as long as
 * those take that it calls. How many those are, is no part of it: their time is not, either.
 */
static void estimate_self(struct aligned_node *node, enum side side)
{
	struct aligned_side *s = &node->side[side];
	struct estimate *self = &s->self;

	*self = s->inclusive;
	self->ns = s->inclusive.sample_cnt ? s->self_ns / s->inclusive.sample_cnt : 0;
	for (const struct aligned_node *n = node->first_child; n; n = n->next_sibling) {
		const struct estimate *child = &n->side[side].inclusive;

		self->bulk_ns -= child->bulk_ns;
		self->variance_ns2 += child->variance_ns2 - child->rate_variance_ns2;
		self->bulk_variance_ns2 += child->bulk_variance_ns2 - child->rate_variance_ns2;
		self->uncertainty_ns += child->uncertainty_ns;
		self->bulk_slack_ns += child->bulk_slack_ns;
	}
}

static double cycle_ns(const struct reason *reason)
{
	return reason->cycle_cnt ? (double)reason->cycle_ns / (double)reason->cycle_cnt : 0;
}

/* What the node adds to how little is known of its phase. */
static void add_to_phase(struct compared_side *side, const struct aligned_side *node)
{
	struct estimate *phase = &side->phases[node->phase];

	if (!node->example)
		return;
	phase->variance_ns2 += node->self.variance_ns2;
	phase->bulk_variance_ns2 += node->self.bulk_variance_ns2;
	phase->bulk_ns -= node->self.ns - node->self.bulk_ns;
	phase->mean_only |= node->self.mean_only;
	phase->uncertainty_ns += node->self.uncertainty_ns;
	phase->bulk_slack_ns += node->self.bulk_slack_ns;
}

static void compare_selves(struct compared_reason *reason)
{
	double matched[SIDE_CNT] = {}, all[SIDE_CNT] = {};
	u32 depth = 0;

	for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth)) {
		bool both = n->side[SIDE_A].example && n->side[SIDE_B].example;

		for (int side = 0; side < SIDE_CNT; side++) {
			estimate_self(n, side);
			add_to_phase(&reason->side[side], &n->side[side]);
			if (n->kind != NODE_CALL)
				continue;
			all[side] += n->side[side].self.ns;
			matched[side] += both ? n->side[side].self.ns : 0;
		}
	}
	for (int side = 0; side < SIDE_CNT; side++)
		reason->matched_share[side] = all[side] ? matched[side] / all[side] : 0;
}

static void compare_nodes(const struct compare *c, struct compared_reason *reason)
{
	struct compared_side *a = &reason->side[SIDE_A], *b = &reason->side[SIDE_B];
	double cycle = fmax(cycle_ns(a->reason), cycle_ns(b->reason));
	u32 depth = 0;

	for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth)) {
		estimate_inclusive(n, SIDE_A, a->reason);
		estimate_inclusive(n, SIDE_B, b->reason);
		n->inclusive = compare_estimates(&n->side[SIDE_A].inclusive,
						 &n->side[SIDE_B].inclusive, cycle, &c->bounds);
	}
	compare_selves(reason);
	for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth))
		n->self = compare_estimates(&n->side[SIDE_A].self, &n->side[SIDE_B].self, cycle,
					    &c->bounds);
	for (int i = 0; i < PHASE_COUNT; i++)
		reason->phases[i] =
			compare_estimates(&a->phases[i], &b->phases[i], cycle, &c->bounds);
}

/* Does the side trace a function of @key? */
static bool is_traced(const struct compare *c, enum side side, const char *key)
{
	const struct recording *r = c->side[side].recording;
	char buffer[EQUIVALENT_MAX];

	/* An imported trace does not say what it would have shown. */
	if (*r->source)
		return true;
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

	for (int side = 0; side < SIDE_CNT; side++) {
		const struct reason *own = reason->side[side].reason;

		if (!own || !own->cycle_cnt)
			return 0;
	}
	for (int side = 0; side < SIDE_CNT && !err; side++)
		err = align_tree(&reason->first_child, side, c->side[side].recording,
				 reason->side[side].reason, c->by_class);
	if (err)
		return err;
	mark_traced(c, reason);
	compare_nodes(c, reason);
	return 0;
}
