/* SPDX-License-Identifier: GPL-2.0 */
/* All workloads in turn, in the background, for whoever looks which functions run. */
#ifndef EXITGRAPH_BENCH_BUSY_H
#define EXITGRAPH_BENCH_BUSY_H

#include "bench/bench.h"

struct busy;

/*
 * Make the machines of all @options' workloads, and begin. Those that KVM cannot have are left
 * out. 0 or -errno (said).
 */
int busy_new(const struct bench_options *options, const unsigned int *cpu, int stop_fd,
	     struct busy **out);

/* End, when the iterations under way are made. */
void busy_free(struct busy **busy);

#endif
