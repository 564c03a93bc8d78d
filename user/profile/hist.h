/* SPDX-License-Identifier: GPL-2.0 */
/* A log-linear histogram of nanoseconds; its buckets are those of include/xg_hist.h. */
#ifndef EXITGRAPH_PROFILE_HIST_H
#define EXITGRAPH_PROFILE_HIST_H

#include "xg_hist.h"

struct hist {
	u64 count[XG_HIST_BUCKETS];
};

/* A distribution: exact count, sum, extremes; shape by histogram. All in ns. */
struct dist {
	u64 count;
	u64 total_ns;
	u64 min_ns; /* meaningless while count is 0 */
	u64 max_ns;
	struct hist hist; /* may hold fewer values than count (XG_LOSS_HIST_FULL), never more */
};

/* Count @value_ns into @dist. */
void dist_add(struct dist *dist, u64 value_ns);

/* Add all of @from to @to. */
void dist_merge(struct dist *to, const struct dist *from);

/* Arithmetic mean in ns, 0 without values. */
double dist_mean_ns(const struct dist *dist);

/* How many values the histogram holds. */
u64 hist_values(const struct hist *hist);

/*
 * The value at @quantile (0..1), by nearest rank, within 6.25 % of the exact one for values
 * below XG_HIST_LIMIT_NS: the middle of the bucket that holds it, kept within the exact
 * minimum and maximum (above that limit, the maximum). 0 without values in the histogram.
 * Ordered: a larger quantile never gives less.
 */
u64 dist_quantile_ns(const struct dist *dist, double quantile);

#endif
