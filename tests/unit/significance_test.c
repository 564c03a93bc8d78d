// SPDX-License-Identifier: GPL-2.0
/* What is noise: the tests, their correction, and what a histogram tells of a variance. */
#include "fixture.h"

#include <math.h>

#include "analyze/significance.h"

static void assert_near(double got, double wanted, double within)
{
	if (fabs(got - wanted) > within)
		fail_msg("%.9g is not %.9g", got, wanted);
}

/* From tables of Student's t. */
static void test_student(void **state)
{
	assert_near(student_p(12.706, 1), 0.05, 1e-5);
	assert_near(student_p(2.228, 10), 0.05, 1e-4);
	assert_near(student_p(-2.228, 10), 0.05, 1e-4);
	assert_near(student_p(3.169, 10), 0.01, 1e-4);
	assert_near(student_p(2.000, 60), 0.05, 1e-4);
	assert_near(student_p(1.96, 1e9), 0.05, 1e-4);
	assert_near(student_p(0.5, 2.5), 0.658, 2e-2);
	assert_near(student_p(0, 7), 1, 0);
	assert_near(student_p(INFINITY, 7), 0, 0);
	assert_true(student_p(40, 9) < 1e-10);
	assert_near(student_p(1.9599, 999999), student_p(1.9599, 1000001), 1e-6);
}

/* The variance of a histogram is never less than that of its values. */
static void test_spread(void **state)
{
	u64 seed = 4;

	for (int round = 0; round < 200; round++) {
		struct dist dist = {};
		struct spread spread;
		double sum = 0, squares = 0;
		u64 scale = 1 + fixture_random(&seed) % 5000, cnt = 2 + fixture_random(&seed) % 300;

		for (u64 i = 0; i < cnt; i++) {
			u64 value = fixture_random(&seed) % scale + scale / 2;

			if (fixture_random(&seed) % 50 == 0)
				value *= 100;
			assert_int_equal(dist_add(&dist, value), 0);
			sum += (double)value;
			squares += (double)value * (double)value;
		}
		spread_of(&dist, &spread);
		assert_true(spread.value_cnt == (double)cnt);
		assert_true(spread.variance_ns2 * (1 + 1e-9) >=
			    squares / (double)cnt - sum * sum / (double)(cnt * cnt));
		assert_near(spread.mean_ns, sum / (double)cnt, 0.07 * sum / (double)cnt);
		assert_true(spread.tail_ns >= 0);
		assert_true(spread.bulk_variance_ns2 >= 0);
		dist_clear(&dist);
	}
}

/* A few calls that take a thousand times as long are the mean's variance, but not the bulk's. */
static void test_tail(void **state)
{
	struct dist dist = {};
	struct spread spread;

	for (int i = 0; i < 1000; i++)
		dist_add(&dist, i % 100 ? 200 : 200000);
	spread_of(&dist, &spread);
	/* 10 of 1,000 are above what is cut off. */
	assert_near(spread.tail_ns, 10 * 199800.0 / 1000, 2000);
	assert_true(sqrt(spread.variance_ns2) > 10000);
	assert_true(sqrt(spread.bulk_variance_ns2) < 20);
	dist_clear(&dist);
	spread_of(&dist, &spread);
	assert_true(spread.value_cnt == 0 && spread.variance_ns2 == 0);
}

static struct estimate estimate(double ns, double deviation_ns, double cnt)
{
	double variance = deviation_ns * deviation_ns / cnt;

	return (struct estimate){ .ns = ns,
				  .variance_ns2 = variance,
				  .bulk_ns = ns,
				  .bulk_variance_ns2 = variance,
				  .sample_cnt = cnt };
}

static enum verdict verdict(struct estimate a, struct estimate b, double cycle_ns)
{
	struct bounds bounds = BOUNDS_DEFAULT;
	struct comparison c = compare_estimates(&a, &b, cycle_ns, &bounds), *list = &c;

	assert_int_equal(comparisons_judge(&list, 1, &bounds), 0);
	return c.verdict;
}

static void test_verdicts(void **state)
{
	struct estimate a = estimate(1000, 100, 1000), b = a;

	assert_int_equal(verdict(a, a, 5000), VERDICT_SAME);
	assert_int_equal(verdict(a, estimate(1100, 100, 1000), 5000), VERDICT_SIGNIFICANT);
	assert_int_equal(verdict(a, estimate(900, 100, 1000), 5000), VERDICT_SIGNIFICANT);
	/* Chance; */
	assert_int_equal(verdict(estimate(1000, 3000, 1000), estimate(1100, 3000, 1000), 5000),
			 VERDICT_NOISE);
	/* certain, but below 3 %; */
	assert_int_equal(verdict(a, estimate(1025, 1, 1000), 5000), VERDICT_NOISE);
	/* certain, and nothing of the cycle; */
	assert_int_equal(verdict(a, estimate(1100, 100, 1000), 500000), VERDICT_NEGLIGIBLE);
	/* too few to tell; */
	assert_int_equal(verdict(a, estimate(1100, 0, 9), 5000), VERDICT_FEW);
	assert_int_equal(verdict(a, estimate(1000, 0, 9), 5000), VERDICT_SAME);
	/* no variance at all, as where instructions are counted; */
	assert_int_equal(verdict(estimate(1000, 0, 10), estimate(1100, 0, 10), 5000),
			 VERDICT_SIGNIFICANT);
	/* and what the correction does not know. */
	b = estimate(1100, 100, 1000);
	b.uncertainty_ns = 99;
	assert_int_equal(verdict(a, b, 5000), VERDICT_NOISE);
	b.uncertainty_ns = 40;
	assert_int_equal(verdict(a, b, 5000), VERDICT_SIGNIFICANT);
}

/* The bulk tells what a wild tail hides, but never against the mean's direction. */
static void test_bulk(void **state)
{
	struct estimate a = estimate(1000, 30000, 1000), b = estimate(1100, 30000, 1000);

	assert_int_equal(verdict(a, b, 5000), VERDICT_NOISE);
	a.bulk_variance_ns2 = b.bulk_variance_ns2 = 1;
	a.bulk_ns = 800;
	b.bulk_ns = 900;
	assert_int_equal(verdict(a, b, 5000), VERDICT_SIGNIFICANT);
	b.bulk_ns = 700;
	assert_int_equal(verdict(a, b, 5000), VERDICT_NOISE);
	b.bulk_ns = 810;
	assert_int_equal(verdict(a, b, 5000), VERDICT_NOISE);
	/* Means that differ for certain, and bulks that do not: the tail. */
	a.variance_ns2 = b.variance_ns2 = 1;
	assert_int_equal(verdict(a, b, 5000), VERDICT_TAIL);
	b.mean_only = true;
	assert_int_equal(verdict(a, b, 5000), VERDICT_SIGNIFICANT);
}

/* Holm's: p times how many are left, and never less than one before. */
static void test_holm(void **state)
{
	struct bounds bounds = BOUNDS_DEFAULT;
	static const double p[] = { 0.04, 0.001, 0.003, 0, 0.9 };
	struct comparison c[5] = {};
	struct comparison *list[] = { &c[0], &c[1], &c[2], &c[3], &c[4] };

	for (size_t i = 0; i < ARRAY_SIZE(c); i++)
		c[i] = (struct comparison){ .difference_ns = 10,
					    .mean_only = true,
					    .p_mean = p[i],
					    .p_bulk = 1,
					    .verdict = i == 3 ? VERDICT_FEW : VERDICT_NOISE };
	assert_int_equal(comparisons_judge(list, ARRAY_SIZE(list), &bounds), 0);
	assert_near(c[1].p_mean, 0.004, 1e-12);
	assert_near(c[2].p_mean, 0.009, 1e-12);
	assert_near(c[0].p_mean, 0.08, 1e-12);
	assert_near(c[4].p_mean, 0.9, 1e-12);
	assert_int_equal(c[1].verdict, VERDICT_SIGNIFICANT);
	assert_int_equal(c[2].verdict, VERDICT_SIGNIFICANT);
	assert_int_equal(c[0].verdict, VERDICT_NOISE);
	assert_int_equal(c[3].verdict, VERDICT_FEW);
	assert_int_equal(comparisons_judge(NULL, 0, &bounds), 0);
}

/* How often a call comes has a variance, unless it comes in every cycle. */
static void test_rates(void **state)
{
	struct spread none = { .value_cnt = 1000, .mean_ns = 100 };
	struct estimate every = estimate_of(200, 2000, 1000, &none);
	struct estimate rare = estimate_of(1, 10, 1000, &none);
	struct estimate mixed = estimate_of(150, 1500, 1000, &none);

	assert_true(every.variance_ns2 == 0 && every.ns == 200);
	assert_near(sqrt(rare.variance_ns2), 100 * sqrt(11) / 1000, 0.01);
	assert_near(sqrt(mixed.variance_ns2), 100 * sqrt(1.5 / 1000), 0.01);
	/* One or nine in a thousand cycles may be chance. */
	assert_int_equal(verdict(estimate_of(0.1, 1, 1000, &none), estimate_of(0.9, 9, 1000, &none),
				 50),
			 VERDICT_NOISE);
	assert_int_equal(verdict(rare, estimate_of(10, 100, 1000, &none), 50), VERDICT_SIGNIFICANT);
	/* None is like one or two. */
	assert_int_equal(verdict(estimate_of(0, 0, 1000, &none), estimate_of(0.5, 5, 1000, &none),
				 50),
			 VERDICT_NOISE);
	assert_int_equal(verdict(estimate_of(0, 0, 1000, &none), every, 50), VERDICT_SIGNIFICANT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_student), cmocka_unit_test(test_spread),
		cmocka_unit_test(test_tail),	cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_bulk),	cmocka_unit_test(test_holm),
		cmocka_unit_test(test_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
