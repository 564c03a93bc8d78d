/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The built-in guest through its workloads: what an iteration of each takes by the guest's own
 * clock, with nothing attached, with the boundaries alone, and with all functions traced. All
 * in one process, the vCPU's thread pinned to one CPU.
 */
#ifndef EXITGRAPH_BENCH_BENCH_H
#define EXITGRAPH_BENCH_BENCH_H

#include "guest/guest.h"
#include "profile/profile.h"
#include "target/select.h"

struct mechanism;

struct bench_options {
	const struct guest_workload **workloads; /* borrowed */
	size_t workload_cnt;
	unsigned int cpu; /* for the vCPU; BENCH_ANY_CPU chooses one */
	u64 time_ns;	  /* that the rounds of a workload and mode may take, about */
	u32 rounds;	  /* 0: as many as fit, BENCH_ROUNDS at most */
	u64 iterations;	  /* of a round; 0: as many as fit */
	bool untraced;	  /* leave it at that */
	const struct target_rules *rules; /* which functions; none: those discovered */
	const struct mechanism *mechanism;
	u64 discover_ns;
	bool progress;
};

#define BENCH_ANY_CPU	     (~0U)
#define BENCH_ROUNDS	     21
#define BENCH_ITERATIONS_MIN 32
#define BENCH_ITERATIONS_MAX 10000000

/*
 * Measure into @profile, which must be empty: its bench, and a recording for each workload.
 * 0, -EINTR (said) when a signal came, or -errno (said).
 */
int bench_run(const struct bench_options *options, struct profile *profile);

#endif
