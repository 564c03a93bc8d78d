/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of a profile is compared: the one place where a time comes from. As measured.
 */
#ifndef EXITGRAPH_ANALYZE_MEASURE_H
#define EXITGRAPH_ANALYZE_MEASURE_H

#include "analyze/phase.h"

struct measure {
	double ns;
	double uncertainty_ns; /* of ns, whichever its sign; 0: exact */
};

/* What the times are, for people ("as measured") and for exports ("measured"). */
#define MEASURE_NAME "as measured"
#define MEASURE_KEY  "measured"

/* Of one exit, on average; 0 without exits. */
static inline struct measure measure_latency(const struct reason *reason)
{
	return (struct measure){ .ns = dist_mean_ns(&reason->latency) };
}

/* Of all cycles of the tree. */
static inline struct measure measure_inclusive(const struct reason *reason, const struct node *node)
{
	return (struct measure){ .ns = (double)node->dist.total_ns };
}

static inline struct measure measure_self(const struct reason *reason, const struct node *node)
{
	return (struct measure){ .ns = (double)node_self_ns(node) };
}

/* Per cycle, and what the tree does not hold with them. */
static inline void measure_phases(const struct recording *recording, const struct reason *reason,
				  double ns_per_cycle[PHASE_COUNT])
{
	phase_sums(recording, reason, NULL, NULL, ns_per_cycle);
}

/* What of the latencies, or of the times of a node's calls, @quantile (0 to 1) is. */
static inline u64 measure_quantile_ns(const struct dist *dist, double quantile)
{
	return dist_quantile_ns(dist, quantile);
}

#endif
