/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The built-in guest: a virtual machine whose vCPUs exit exactly as often as asked, for one
 * reason (some workloads: for several), and measure by their own clock what that costs.
 *
 *	struct guest_options options = {
 *		.workload = guest_workload_find("cpuid"),
 *		.vcpu_cnt = 1,
 *		.stop_fd = -1,
 *	};
 *	_cleanup_(guest_free) struct guest *guest = NULL;
 *	struct guest_result result;
 *
 *	r = guest_new(&guest, &options);
 *	...
 *	r = guest_run(guest, 5000, &result);
 *
 * A guest may run again and again, for warm-up and rounds.
 */
#ifndef EXITGRAPH_GUEST_H
#define EXITGRAPH_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/abi.h"
#include "guest/stats.h"
#include "guest/workload.h"

struct guest;

struct guest_options {
	const struct guest_workload *workload;
	unsigned int vcpu_cnt;	  /* 1 to GUEST_VCPU_MAX */
	const unsigned int *cpus; /* vCPU i runs on cpus[i % cpu_cnt] only; borrowed */
	size_t cpu_cnt;		  /* 0: where the scheduler likes */
	bool move;		  /* move every vCPU to another CPU each millisecond */
	int stop_fd; /* a run ends early when this can be read; -1 for none; borrowed */
};

/* What one vCPU did in one run. */
struct guest_result {
	uint64_t iterations; /* of the loop; guest_workload_exit_cnt() exits each */
	uint64_t interrupts; /* taken */
	uint64_t cycles;  /* of the guest's clock, from before the first exit to after the last */
	uint64_t wall_ns; /* CLOCK_MONOTONIC, start and end of the vCPU included */
	uint64_t user_exits;	/* how many of the exits came to user space */
	struct guest_stats kvm; /* what KVM counted during the run */
};

/*
 * Create the virtual machine and its vCPUs. Returns 0 or -errno; *@out is the caller's, to be
 * freed with guest_free().
 */
int guest_new(struct guest **out, const struct guest_options *options);
void guest_free(struct guest **guest);

/*
 * Let every vCPU go through its loop @count times (at least 1), each in its thread, and wait for
 * all.
 * @results has room for all vCPUs. Returns
 *   0        every vCPU did exactly that, as far as it shows in user space,
 *   -EINTR   stopped by stop_fd before that, nothing said: @results tells how far it came,
 *   -errno   it went wrong, said. The guest can only be freed then.
 */
int guest_run(struct guest *guest, uint64_t count, struct guest_result *results);

/* How often a vCPU's thread was sent to another CPU (options.move). */
uint64_t guest_move_cnt(const struct guest *guest);

/*
 * How many exits of @result have the reason of the workload's but are none of its: page faults
 * on the guest's memory, where that reason is NPF. 0 when KVM does not count them.
 */
uint64_t guest_alike_exits(const struct guest *guest, const struct guest_result *result);

/* The guest's clock in kHz; 0 when KVM does not know it. */
uint64_t guest_tsc_khz(const struct guest *guest);

enum guest_isa guest_isa(const struct guest *guest);

#endif
