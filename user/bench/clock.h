/* SPDX-License-Identifier: GPL-2.0 */
/* What can be known of the clock that the guest measures by. */
#ifndef EXITGRAPH_BENCH_CLOCK_H
#define EXITGRAPH_BENCH_CLOCK_H

#include <stdbool.h>

#include "xg_types.h"

/* Does the CPU say that its time stamp counter goes on at one rate (CPUID 80000007h, EDX 8)? */
bool clock_is_constant(void);

/* The rate of this CPU's counter against CLOCK_MONOTONIC, in kHz, in 20 ms. */
u64 clock_measure_khz(void);

#endif
