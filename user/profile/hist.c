// SPDX-License-Identifier: GPL-2.0
#include "profile/hist.h"

#include <math.h>

void dist_add(struct dist *dist, u64 value_ns)
{
	if (!dist->count || value_ns < dist->min_ns)
		dist->min_ns = value_ns;
	if (!dist->count || value_ns > dist->max_ns)
		dist->max_ns = value_ns;
	dist->count++;
	dist->total_ns += value_ns;
	dist->hist.count[xg_hist_bucket(value_ns)]++;
}

void dist_merge(struct dist *to, const struct dist *from)
{
	/* A node may have time but no finished call: its extremes are then not to be used. */
	if (from->count) {
		if (!to->count || from->min_ns < to->min_ns)
			to->min_ns = from->min_ns;
		if (!to->count || from->max_ns > to->max_ns)
			to->max_ns = from->max_ns;
	}
	to->count += from->count;
	to->total_ns += from->total_ns;
	for (u32 i = 0; i < XG_HIST_BUCKETS; i++)
		to->hist.count[i] += from->hist.count[i];
}

double dist_mean_ns(const struct dist *dist)
{
	return dist->count ? (double)dist->total_ns / (double)dist->count : 0;
}

u64 hist_values(const struct hist *hist)
{
	u64 values = 0;

	for (u32 i = 0; i < XG_HIST_BUCKETS; i++)
		values += hist->count[i];
	return values;
}

/* The rank, from 1, of the value that stands for @quantile among @values. */
static u64 nearest_rank(u64 values, double quantile)
{
	double rank;

	if (!(quantile > 0))
		return 1;
	/* The product may come out a hair above the whole number that is meant: 0.07 * 100. */
	rank = ceil(quantile * (double)values * (1 - 1e-12));
	if (rank < 1)
		return 1;
	return rank >= (double)values ? values : (u64)rank;
}

u64 dist_quantile_ns(const struct dist *dist, double quantile)
{
	u64 values = hist_values(&dist->hist);
	u64 rank = nearest_rank(values, quantile), seen = 0, middle_ns;
	u32 bucket = 0;

	if (!dist->count || !values)
		return 0;
	while (bucket < XG_HIST_BUCKETS - 1) {
		seen += dist->hist.count[bucket];
		if (seen >= rank)
			break;
		bucket++;
	}
	/* All that is known of values above the grid is that the largest is max_ns. */
	if (bucket == XG_HIST_BUCKETS - 1 && dist->max_ns >= XG_HIST_LIMIT_NS)
		return dist->max_ns;
	middle_ns = xg_hist_lower_ns(bucket);
	middle_ns += (xg_hist_upper_ns(bucket) - middle_ns) / 2;
	if (middle_ns < dist->min_ns)
		return dist->min_ns;
	return middle_ns > dist->max_ns ? dist->max_ns : middle_ns;
}
