/* SPDX-License-Identifier: GPL-2.0 */
/* How many rounds of how many iterations fit into the time there is. */
#ifndef EXITGRAPH_BENCH_PLAN_H
#define EXITGRAPH_BENCH_PLAN_H

#include "bench/bench.h"

struct bench_plan {
	u32 rounds;
	u64 iterations; /* of each */
};

/*
 * For iterations that take @iteration_ns: what the user said, and of the rest as much as fits.
 * Rather fewer rounds than fewer than BENCH_ITERATIONS_MIN iterations, and rather longer than
 * fewer rounds than a median's interval needs.
 */
struct bench_plan bench_plan(const struct bench_options *options, double iteration_ns);

#endif
