// SPDX-License-Identifier: GPL-2.0
/* The median of repeated measurements and its interval. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyze/median.h"

/* The table of every textbook: two-sided, at least 95 %. */
static void intervals_are_those_of_the_binomial(void **state)
{
	static const struct {
		size_t cnt;
		int outside;
	} known[] = {
		{ 0, -1 }, { 1, -1 },  { 5, -1 },   { 6, 0 },	   { 8, 0 },
		{ 9, 1 },  { 11, 1 },  { 12, 2 },   { 15, 3 },	   { 21, 5 },
		{ 25, 7 }, { 50, 17 }, { 100, 39 }, { 1000, 468 }, { 10000, 4901 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_int_equal(median_outside(known[i].cnt), known[i].outside);
	assert_int_equal(median_outside(MEDIAN_VALUES_MIN - 1), -1);
	assert_int_equal(median_outside(MEDIAN_VALUES_MIN), 0);
}

static void medians_are_in_the_middle(void **state)
{
	double odd[] = { 5, 1, 3 }, even[] = { 4, 1, 3, 2 };
	double many[] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };
	struct median median = median_of(odd, 3);

	assert_true(median.value == 3);
	assert_true(isnan(median.low) && isnan(median.high));
	assert_true(isnan(median_uncertainty(median)));
	assert_true(median_of(even, 4).value == 2.5);
	assert_true(isnan(median_of(NULL, 0).value));
	median = median_of(many, 9);
	assert_true(median.value == 5 && median.low == 2 && median.high == 8);
	assert_true(median_uncertainty(median) == 3);
}

/* One round in which the host did something else moves neither. */
static void a_disturbed_round_does_not_matter(void **state)
{
	double values[21];
	struct median median;

	for (int i = 0; i < 21; i++)
		values[i] = i == 7 ? 1e9 : 100 + i % 2;
	median = median_of(values, 21);
	assert_true(median.value == 100);
	assert_true(median.high <= 101);
}

static void parts_are_taken_out_with_their_uncertainty(void **state)
{
	struct median from = { 100, 95, 110 }, part = { 10, 9, 12 };
	struct median left = median_less(from, part), twice = median_scaled(from, 2);

	assert_true(left.value == 90 && left.low == 83 && left.high == 101);
	assert_true(twice.value == 200 && twice.low == 190 && twice.high == 220);
}

static double uniform(unsigned int *seed)
{
	return (double)rand_r(seed) / RAND_MAX;
}

/* Skewed values, of whose distribution the interval knows nothing: it must hold as often as said.
 */
static void intervals_hold_the_true_median(void **state)
{
	unsigned int seed = 4711, held = 0, trials = 4000;

	for (unsigned int t = 0; t < trials; t++) {
		double values[21];
		struct median median;

		for (int i = 0; i < 21; i++)
			values[i] = -log(1 - uniform(&seed) * 0.999999);
		median = median_of(values, 21);
		held += median.low <= log(2) && log(2) <= median.high;
	}
	assert_true(held >= trials * 0.95);
	assert_true(held <= trials * 0.99); /* and is not just wide */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_are_those_of_the_binomial),
		cmocka_unit_test(medians_are_in_the_middle),
		cmocka_unit_test(a_disturbed_round_does_not_matter),
		cmocka_unit_test(parts_are_taken_out_with_their_uncertainty),
		cmocka_unit_test(intervals_hold_the_true_median),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
