/* SPDX-License-Identifier: GPL-2.0 */
/* A small benchmark, for tests. */
#ifndef EXITGRAPH_TESTS_BENCH_FIXTURE_H
#define EXITGRAPH_TESTS_BENCH_FIXTURE_H

#include "fixture.h"

#define BENCH_FIXTURE_KHZ 2000000 /* two cycles a nanosecond */

static inline void bench_fixture_rounds(struct bench_row *row, enum bench_mode mode, u64 cycles)
{
	static const int around[] = { 0, -20, 20, 0, -20, 20, 0 };

	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		assert_int_equal(bench_add_round(row, mode,
						 (struct bench_round){ 10, cycles + around[i], 1 }),
				 0);
}

/* Rounds of ten iterations each: of cpuid 1004 cycles, 4 of which are the loop's. */
static inline void bench_fixture_add(struct profile *profile)
{
	struct bench_row *row;

	assert_int_equal(bench_new(&profile->bench), 0);
	profile->bench->tsc_khz = BENCH_FIXTURE_KHZ;
	profile->bench->measured_khz = BENCH_FIXTURE_KHZ;
	profile->bench->constant = true;
	profile->bench->function_cnt = 12;
	bench_fixture_rounds(&profile->bench->empty, BENCH_UNTRACED, 40);
	assert_int_equal(bench_add_row(profile->bench, "cpuid", &row), 0);
	row->counted_iterations = 100;
	row->recording = 1;
	assert_int_equal(bench_add_exit(row, "CPUID", 1, 100), 0);
	assert_int_equal(bench_add_exit(row, "INTR", 0, 3), 0);
	bench_fixture_rounds(row, BENCH_UNTRACED, 10040);
	bench_fixture_rounds(row, BENCH_BOUNDARIES, 15040);
	bench_fixture_rounds(row, BENCH_TRACED, 40040);
	assert_int_equal(bench_add_row(profile->bench, "mov_to_cr8", &row), 0);
	row->counted_iterations = 100;
	assert_int_equal(bench_add_exit(row, "INTR", 0, 2), 0);
	bench_fixture_rounds(row, BENCH_UNTRACED, 60);
	assert_int_equal(bench_add_row(profile->bench, "self_ipi_tpr", &row), 0);
	row->counted_iterations = 100;
	assert_int_equal(bench_add_exit(row, "MSR", 2, 200), 0);
	assert_int_equal(bench_add_exit(row, "WRITE_CR8", 1, 33), 0);
	assert_int_equal(bench_add_note(row, "first"), 0);
	assert_int_equal(bench_add_note(row, "and %d", 2), 0);
	bench_fixture_rounds(row, BENCH_UNTRACED, 30040);
}

#endif
