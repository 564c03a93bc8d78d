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

/* A bucket's edges, as far as its values are known to lie between them. */
static inline void fixture_edges(const struct dist *dist, u32 bucket, double *lower, double *upper)
{
	*lower = fmax((double)xg_hist_lower_ns(bucket), (double)dist->min_ns);
	*upper = fmin((double)xg_hist_upper_ns(bucket), (double)dist->max_ns);
}

/*
 * Where in their buckets values are, 0 (at the lower edge) to 1, so that they add up to the exact
 * sum; the longest is where it is. Outside of that if no place does.
 */
static inline double fixture_place(const struct dist *dist)
{
	double least, room, lower, upper;

	fixture_edges(dist, xg_hist_bucket(dist->max_ns), &lower, &upper);
	least = upper - lower;
	room = lower - upper;
	hist_for_each(i, &dist->hist)
	{
		fixture_edges(dist, i, &lower, &upper);
		least += (double)hist_count(&dist->hist, i) * lower;
		room += (double)hist_count(&dist->hist, i) * (upper - lower);
	}
	if (room <= 0)
		return fabs((double)dist->total_ns - least) < 1 ? 0 : -1;
	return ((double)dist->total_ns - least) / room;
}

static inline double fixture_draw(const struct dist *dist, double place, u64 *seed)
{
	u64 rank = fixture_random(seed) % hist_values(&dist->hist);
	double lower, upper;

	if (rank + 1 == hist_values(&dist->hist))
		return (double)dist->max_ns;
	hist_for_each(i, &dist->hist)
	{
		u64 cnt = hist_count(&dist->hist, i);

		if (rank < cnt) {
			fixture_edges(dist, i, &lower, &upper);
			return lower + place * (upper - lower);
		}
		rank -= cnt;
	}
	return 0;
}

/*
 * As many values, drawn with replacement. Of a call that is open over a cycle's ends, the sum has
 * more than its values: that is kept as it is.
 */
static inline void fixture_redraw(struct dist *to, const struct dist *from, u64 *seed)
{
	double place, parts_ns = 0;
	struct spread spread;

	spread_of(from, &spread);
	if (!spread.value_cnt)
		return;
	place = fixture_place(from);
	if (place < 0 || place > 1) {
		place = 0.5;
		parts_ns = (double)from->total_ns - spread.mean_ns * (double)from->count;
	}
	for (u64 i = 0; i < from->count; i++)
		dist_add(to, (u64)llround(fixture_draw(from, place, seed)));
	to->total_ns += (u64)fmax(0, parts_ns);
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
