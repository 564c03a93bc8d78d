/* SPDX-License-Identifier: GPL-2.0 */
/* The rounds of one workload: a virtual machine, a warm-up, and as many rounds as planned. */
#ifndef EXITGRAPH_BENCH_ROUNDS_H
#define EXITGRAPH_BENCH_ROUNDS_H

#include "bench/bench.h"

struct rounds {
	const struct bench_options *options;
	const struct guest_workload *workload;
	struct guest *guest; /* owned */
	enum bench_mode mode;
	struct bench_row *row; /* what the rounds are added to */
	/* Out, the warm-up included: */
	u64 iterations;
	u64 run_cnt;		/* each of which ends with an exit of its own */
	u64 interrupts_twice; /* that came once more than they were sent */
	u64 alike_exits;	/* see guest_alike_exits() */
	struct guest_stats kvm; /* KVM's own count */
};

/*
 * Make the machine, with its vCPU on @cpu; a run ends early when @stop_fd can be read. 0, -ENOTSUP
 * (said) when KVM has not what the workload needs, or -errno (said).
 */
int rounds_open(struct rounds *rounds, const unsigned int *cpu, int stop_fd);

/* Warm up and run; @rounds as void * for session_record(). 0 or -errno (said; -EINTR is not). */
int rounds_run(void *rounds);

void rounds_close(struct rounds *rounds);

#endif
