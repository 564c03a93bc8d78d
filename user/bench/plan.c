// SPDX-License-Identifier: GPL-2.0
#include "bench/plan.h"

#include "analyze/median.h"

static u64 clamp(double value, u64 low, u64 high)
{
	if (!(value > (double)low))
		return low;
	return value < (double)high ? (u64)value : high;
}

struct bench_plan bench_plan(const struct bench_options *options, double iteration_ns)
{
	double fit = (double)options->time_ns / (iteration_ns > 1 ? iteration_ns : 1);
	struct bench_plan plan = {
		.rounds = options->rounds ?: BENCH_ROUNDS,
		.iterations = options->iterations,
	};

	if (!plan.iterations)
		plan.iterations =
			clamp(fit / plan.rounds, BENCH_ITERATIONS_MIN, BENCH_ITERATIONS_MAX);
	if (!options->rounds)
		plan.rounds = clamp(fit / (double)plan.iterations, MEDIAN_VALUES_MIN, BENCH_ROUNDS);
	return plan;
}
