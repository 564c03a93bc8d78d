// SPDX-License-Identifier: GPL-2.0
#include "bench/clock.h"

#include <cpuid.h>
#include <time.h>
#include <x86intrin.h>

#include "util/stopwatch.h"

#define MEASURE_NS    20000000
#define CPUID_POWER   0x80000007
#define INVARIANT_TSC (1U << 8)

bool clock_is_constant(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(CPUID_POWER, &a, &b, &c, &d) && d & INVARIANT_TSC;
}

u64 clock_measure_khz(void)
{
	const struct timespec pause = { .tv_nsec = MEASURE_NS };
	u64 start_ns = stopwatch_now_ns(), start = __rdtsc(), ns;

	nanosleep(&pause, NULL);
	ns = stopwatch_now_ns() - start_ns;
	return ns ? (u64)((double)(__rdtsc() - start) * 1e6 / (double)ns) : 0;
}
