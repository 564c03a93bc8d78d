/* SPDX-License-Identifier: GPL-2.0 */
/* Two vCPUs' exits compared; a profile drawn again from its own histograms. */
#ifndef EXITGRAPH_TESTS_COMPARE_FIXTURE_H
#define EXITGRAPH_TESTS_COMPARE_FIXTURE_H

#include "fixture.h"

#include <math.h>

#include "analyze/compare.h"
#include "profile/tree.h"

/* All reasons of a vCPU, as a side of a comparison. */
struct fixture_side {
	const struct reason *reasons[16];
	struct compare_side side;
};

static inline void fixture_side(struct fixture_side *f, const struct recording *recording,
				const struct vcpu *vcpu)
{
	f->side = (struct compare_side){ recording, vcpu->isa, f->reasons, 0 };
	vcpu_for_each_reason (reason, vcpu)
		f->reasons[f->side.reason_cnt++] = reason;
}

static inline struct compare *fixture_compare(const struct recording *a, const struct vcpu *va,
					      const struct recording *b, const struct vcpu *vb,
					      enum align_match match)
{
	struct compare_options options = { .match = match, .bounds = BOUNDS_DEFAULT };
	struct fixture_side x, y;
	struct compare *compare;

	fixture_side(&x, a, va);
	fixture_side(&y, b, vb);
	assert_int_equal(compare_new(&x.side, &y.side, &options, &compare), 0);
	/* These are not looked at any more. */
	compare->side[SIDE_A].reasons = compare->side[SIDE_B].reasons = NULL;
	return compare;
}

static inline struct compared_reason *fixture_reason(struct compare *compare, const char *name)
{
	for (size_t i = 0; i < compare->reason_cnt; i++) {
		if (!strcmp(compare->reasons[i].name, name))
			return &compare->reasons[i];
	}
	return NULL;
}

/* The first node of that key. */
static inline struct aligned_node *fixture_aligned(struct compared_reason *reason, const char *key)
{
	u32 depth = 0;

	for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth)) {
		if (!strcmp(n->key, key))
			return n;
	}
	return NULL;
}

static inline struct node *fixture_node(const struct recording *recording,
					const struct reason *reason, const char *name)
{
	u32 depth = 0;

	for (struct node *n = reason->first_child; n; n = tree_next(n, &depth)) {
		if (n->kind == NODE_CALL && !strcmp(recording->functions[n->function].name, name))
			return n;
	}
	return NULL;
}

/* A value out of @dist's histogram: all of a bucket's are alike. */
static inline double fixture_draw(const struct dist *dist, u64 values, u64 *seed)
{
	u64 rank = fixture_random(seed) % values;

	hist_for_each(i, &dist->hist)
	{
		u64 cnt = hist_count(&dist->hist, i), lower, upper;

		if (rank >= cnt) {
			rank -= cnt;
			continue;
		}
		lower = xg_hist_lower_ns(i) < dist->min_ns ? dist->min_ns : xg_hist_lower_ns(i);
		upper = xg_hist_upper_ns(i) > dist->max_ns ? dist->max_ns : xg_hist_upper_ns(i);
		return (double)lower + (double)(fixture_random(seed) % (upper - lower + 1));
	}
	return 0;
}

/*
 * As many values, drawn with replacement. A histogram tells its values within 6 %, so what is
 * drawn is as much longer or shorter as makes it mean what the values do.
 */
static inline void fixture_redraw(struct dist *to, const struct dist *from, u64 *seed)
{
	u64 values = hist_values(&from->hist);
	double sum = 0, factor;

	if (!values)
		return;
	hist_for_each(i, &from->hist)
	{
		u64 lower = xg_hist_lower_ns(i), upper = xg_hist_upper_ns(i);

		lower = lower < from->min_ns ? from->min_ns : lower;
		upper = upper > from->max_ns ? from->max_ns : upper;
		sum += (double)hist_count(&from->hist, i) * (double)(lower + upper) / 2;
	}
	factor = dist_mean_ns(from) / (sum / (double)values);
	for (u64 i = 0; i < from->count; i++)
		dist_add(to, (u64)llround(fixture_draw(from, values, seed) * factor));
}

/* @vcpu's exits, each distribution drawn again by itself, as those of a new vCPU. */
static inline struct vcpu *fixture_resample(struct recording *recording, const struct vcpu *vcpu,
					    u64 *seed)
{
	struct vcpu *copy;

	assert_int_equal(recording_add_vcpu(recording, 0, 77, vcpu->isa, &copy), 0);
	vcpu_for_each_reason (reason, vcpu) {
		struct node *stack[64] = {}, *node;
		struct reason *to;
		u32 depth = 0;

		assert_int_equal(vcpu_add_reason(copy, reason->code, &to), 0);
		fixture_redraw(&to->latency, &reason->latency, seed);
		to->cycle_cnt = reason->cycle_cnt;
		to->cycle_ns = reason->cycle_ns;
		for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth)) {
			struct node *parent = depth ? stack[depth - 1] : NULL;

			assert_int_equal(tree_child(to, parent, n->kind, n->function, &node), 0);
			fixture_redraw(&node->dist, &n->dist, seed);
			/* Calls that never return within a cycle have no values to draw from. */
			if (!n->dist.count)
				node->dist.total_ns = n->dist.total_ns;
			stack[depth] = node;
		}
	}
	return copy;
}

#endif
