// SPDX-License-Identifier: GPL-2.0
#include "bench/rounds.h"

#include <errno.h>

#include "bench/plan.h"
#include "util/log.h"

#define WARM_UP_ITERATIONS  16 /* page faults, first touches */
#define ESTIMATE_ITERATIONS 64 /* from which the plan is made */

int rounds_open(struct rounds *rounds, const unsigned int *cpu, int stop_fd)
{
	const struct guest_options options = {
		.workload = rounds->workload,
		.vcpu_cnt = 1,
		.cpus = cpu,
		.cpu_cnt = 1,
		.stop_fd = stop_fd,
	};

	return guest_new(&rounds->guest, &options);
}

void rounds_close(struct rounds *rounds)
{
	guest_free(&rounds->guest);
}

static int run_once(struct rounds *rounds, u64 iterations, struct guest_result *result)
{
	int r = guest_run(rounds->guest, iterations, result);

	rounds->iterations += result->iterations;
	rounds->alike_exits += guest_alike_exits(rounds->guest, result);
	rounds->kvm.known = result->kvm.known;
	rounds->kvm.exits += result->kvm.exits;
	rounds->kvm.interrupts += result->kvm.interrupts;
	rounds->run_cnt++;
	if (result->interrupts > result->iterations)
		rounds->interrupts_twice += result->interrupts - result->iterations;
	return r;
}

int rounds_run(void *arg)
{
	struct rounds *rounds = arg;
	struct guest_result result;
	struct bench_plan plan;
	int r;

	r = run_once(rounds, WARM_UP_ITERATIONS, &result);
	if (!r)
		r = run_once(rounds, ESTIMATE_ITERATIONS, &result);
	if (r)
		return r;
	plan = bench_plan(rounds->options, (double)result.wall_ns / ESTIMATE_ITERATIONS);
	/* One more for warming up: the first of this length. */
	for (u32 i = 0; i <= plan.rounds && !r; i++) {
		r = run_once(rounds, plan.iterations, &result);
		if (!r && i &&
		    bench_add_round(rounds->row, rounds->mode,
				    (struct bench_round){ .iterations = result.iterations,
							  .cycles = result.cycles,
							  .wall_ns = result.wall_ns }))
			r = err_r(-ENOMEM, "no memory");
	}
	return r;
}
