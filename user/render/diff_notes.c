// SPDX-License-Identifier: GPL-2.0
/* What a comparison's numbers do not support, what the tracers cost, and what remains without. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "profile/tree.h"
#include "render/diff.h"
#include "render/tracer_cost.h"
#include "render/units.h"
#include "util/cleanup.h"

struct notes {
	struct diff_pair *pair;
	const struct recording *r[SIDE_CNT];
	int err;
};

#define note(n, ...)                                              \
	do {                                                      \
		if (warnings_add(&(n)->pair->notes, __VA_ARGS__)) \
			(n)->err = -ENOMEM;                       \
	} while (0)

static bool is_import(const struct recording *r)
{
	return *r->source != '\0';
}

/* What a report of either would warn of; tracer_took() says it of both. */
static void add_warnings(struct notes *n)
{
	bool both = is_import(n->r[SIDE_A]) && is_import(n->r[SIDE_B]);

	for (int i = 0; i < SIDE_CNT; i++) {
		struct warnings own = {};

		if (warnings_find(n->pair->view, SIDE_CNT, i, !both, &own))
			n->err = -ENOMEM;
		for (size_t k = 0; k < own.cnt; k++)
			note(n, "%s: %s", n->pair->view[i]->name, own.text[k]);
		warnings_clear(&own);
	}
}

static double cycle_ns(const struct reason *reason)
{
	return (double)reason->cycle_ns / (double)reason->cycle_cnt;
}

/* Of how much of @part in @whole it is to be said that it dominates. */
static bool dominates(double part, double whole)
{
	return part > whole / 2;
}

/* What is left of a cycle of both sides without what their tracer took. */
static void remains(struct notes *n, const struct compared_reason *reason,
		    const struct tracer_cost cost[SIDE_CNT])
{
	double all[SIDE_CNT], took[SIDE_CNT], rest[SIDE_CNT], calls[SIDE_CNT], ratio, left;
	char text[8][UNITS_MAX], name[DIFF_NAME_MAX];

	for (int i = 0; i < SIDE_CNT; i++) {
		const struct reason *r = reason->side[i].reason;

		if (!r || !r->cycle_cnt)
			return;
		took[i] = tracer_cost_of(&cost[i], r, &calls[i]);
		all[i] = cycle_ns(r);
		rest[i] = all[i] - took[i];
	}
	ratio = compared_ratio(all[SIDE_A], all[SIDE_B]);
	left = compared_ratio(rest[SIDE_A], rest[SIDE_B]);
	note(n,
	     "%s: the tracer's own cost %s: %s of A's %s (%s) and %s of B's %s (%s). What remains "
	     "is "
	     "%s against %s: B takes %.2f times as long as A with the tracer, and %.2f times "
	     "without.",
	     diff_reason_name(reason, name),
	     dominates(took[SIDE_A], all[SIDE_A]) && dominates(took[SIDE_B], all[SIDE_B])
		     ? "dominates"
		     : "is in these times",
	     units_duration(took[SIDE_A], text[0]), units_duration(all[SIDE_A], text[1]),
	     units_share(took[SIDE_A], all[SIDE_A], text[2]), units_duration(took[SIDE_B], text[3]),
	     units_duration(all[SIDE_B], text[4]), units_share(took[SIDE_B], all[SIDE_B], text[5]),
	     units_duration(rest[SIDE_A], text[6]), units_duration(rest[SIDE_B], text[7]), ratio,
	     left);
}

static void tracer_took(struct notes *n)
{
	const struct compare *c = n->pair->compare;
	struct tracer_cost cost[SIDE_CNT];
	char text[4][UNITS_MAX];

	if (!is_import(n->r[SIDE_A]) || !is_import(n->r[SIDE_B]))
		return;
	for (int i = 0; i < SIDE_CNT; i++) {
		tracer_cost_estimate(n->pair->view[i], &cost[i]);
		if (!cost[i].known)
			return;
	}
	for (size_t i = 0; i < c->reason_cnt; i++)
		remains(n, &c->reasons[i], cost);
	note(n,
	     "the tracer's cost is estimated from the traces themselves, from those calls that do "
	     "least: a call costs at most what the shortest one reads (%s in A, %s in B), and "
	     "its caller at most what the least of them takes beyond its calls (%s in A, %s in B), "
	     "times the calls of a cycle. So what remains is rather too little than too much, and "
	     "a "
	     "few per cent of the tracer's cost are a large part of it.",
	     units_duration((double)cost[SIDE_A].inside_ns, text[0]),
	     units_duration((double)cost[SIDE_B].inside_ns, text[1]),
	     units_duration(cost[SIDE_A].outside_ns, text[2]),
	     units_duration(cost[SIDE_B].outside_ns, text[3]));
}

/* Traced calls of a cycle. */
static double calls_per_cycle(const struct reason *reason)
{
	double calls = 0;
	u32 depth = 0;

	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth))
		calls += n->kind == NODE_CALL ? (double)n->dist.count : 0;
	return calls / (double)reason->cycle_cnt;
}

/* More calls are more of the probes' cost, whatever the calls do. */
static void calls_differ(struct notes *n)
{
	const struct compare *c = n->pair->compare;

	if (is_import(n->r[SIDE_A]) || is_import(n->r[SIDE_B]))
		return;
	for (size_t i = 0; i < c->reason_cnt; i++) {
		const struct reason *a = c->reasons[i].side[SIDE_A].reason;
		const struct reason *b = c->reasons[i].side[SIDE_B].reason;
		char name[DIFF_NAME_MAX];

		if (!a || !b || a->cycle_cnt < SAMPLE_MIN || b->cycle_cnt < SAMPLE_MIN ||
		    fabs(calls_per_cycle(a) - calls_per_cycle(b)) < 1)
			continue;
		note(n,
		     "%s: a cycle has %.3g traced calls in A and %.3g in B, and as many times what "
		     "probes cost.",
		     diff_reason_name(&c->reasons[i], name), calls_per_cycle(a),
		     calls_per_cycle(b));
	}
}

static void sources_differ(struct notes *n)
{
	const struct recording *a = n->r[SIDE_A], *b = n->r[SIDE_B];

	if (is_import(a) == is_import(b))
		return;
	note(n,
	     "%s is an imported trace and %s a recording: what function_graph and what exitgraph's "
	     "probes cost is in their times, and it is not the same.",
	     is_import(a) ? "A" : "B", is_import(a) ? "B" : "A");
}

static void boundaries_differ(struct notes *n)
{
	const struct recording *a = n->r[SIDE_A], *b = n->r[SIDE_B];

	if (!*a->exit_boundary || !*b->exit_boundary || !strcmp(a->exit_boundary, b->exit_boundary))
		return;
	note(n,
	     "an exit is first seen at %s in A, and at %s in B: what lies between them is in the "
	     "latency of one and in the guest's time of the other.",
	     a->exit_boundary, b->exit_boundary);
}

static void mechanisms_differ(struct notes *n)
{
	const struct recording *a = n->r[SIDE_A], *b = n->r[SIDE_B];

	if (is_import(a) || is_import(b))
		return;
	if (!a->function_cnt != !b->function_cnt) {
		note(n,
		     "%s has entries and exits alone, without the cost of %s's probes: their "
		     "latencies are not comparable, and there are no trees to compare.",
		     a->function_cnt ? "B" : "A", a->function_cnt ? "A" : "B");
		return;
	}
	if (!strcmp(a->mechanism, b->mechanism))
		return;
	note(n, "A's probes are attached by %s, B's by %s: they do not cost the same.",
	     *a->mechanism ? a->mechanism : "nothing", *b->mechanism ? b->mechanism : "nothing");
}

/* The functions of @of that are called in neither's trees but traced in one have no part in this.
 */
static u32 traced_alone(const struct compare *c, enum side side)
{
	u32 cnt = 0;

	for (size_t i = 0; i < c->reason_cnt; i++) {
		u32 depth = 0;

		for (struct aligned_node *n = c->reasons[i].first_child; n;
		     n = aligned_next(n, &depth))
			cnt += n->side[side].example && !n->side[!side].traced;
	}
	return cnt;
}

static void filters_differ(struct notes *n)
{
	for (int i = 0; i < SIDE_CNT && !n->pair->compare->by_class; i++) {
		u32 cnt = traced_alone(n->pair->compare, i);

		if (cnt)
			note(n,
			     "%u call%s of the trees %s traced in %s only: %s there, with %s "
			     "tracer's cost, and in the caller's own time in %s.",
			     cnt, cnt == 1 ? "" : "s", cnt == 1 ? "is" : "are",
			     n->pair->view[i]->name, cnt == 1 ? "it is" : "they are",
			     cnt == 1 ? "its" : "their", n->pair->view[!i]->name);
	}
}

static void matched(struct notes *n)
{
	const struct compare *c = n->pair->compare;

	for (size_t i = 0; i < c->reason_cnt; i++) {
		const struct compared_reason *r = &c->reasons[i];
		char a[UNITS_MAX], b[UNITS_MAX], name[DIFF_NAME_MAX];

		if (!r->first_child ||
		    (r->matched_share[SIDE_A] >= 0.5 && r->matched_share[SIDE_B] >= 0.5))
			continue;
		note(n,
		     "%s: the trees differ in kind: calls that both have hold %s of A's cycle and "
		     "%s of B's (what they take themselves). Compare the phases.",
		     diff_reason_name(r, name), units_share(r->matched_share[SIDE_A], 1, a),
		     units_share(r->matched_share[SIDE_B], 1, b));
	}
}

int diff_notes_find(struct diff_pair *pair)
{
	static void (*const checks[])(struct notes * n) = {
		tracer_took,	   calls_differ,   sources_differ, boundaries_differ,
		mechanisms_differ, filters_differ, matched,	   add_warnings,
	};
	struct notes n = { pair,
			   { pair->view[SIDE_A]->recording, pair->view[SIDE_B]->recording },
			   0 };

	for (size_t i = 0; i < ARRAY_SIZE(checks) && !n.err; i++)
		checks[i](&n);
	return n.err;
}
