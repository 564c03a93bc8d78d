// SPDX-License-Identifier: GPL-2.0
/* The buckets tile the time line; percentiles are within 6.25 % at every magnitude. */
#include "fixture.h"

#define VALUES 2000

static void buckets_tile_the_time_line(void **state)
{
	u64 next_ns = 0;

	for (u32 i = 0; i < XG_HIST_BUCKETS; i++) {
		u64 lower_ns = xg_hist_lower_ns(i), upper_ns = xg_hist_upper_ns(i);

		assert_int_equal(lower_ns, next_ns);
		assert_true(upper_ns >= lower_ns);
		assert_int_equal(xg_hist_bucket(lower_ns), i);
		assert_int_equal(xg_hist_bucket(upper_ns), i);
		assert_int_equal(xg_hist_bucket(lower_ns + (upper_ns - lower_ns) / 2), i);
		/* No wider than an eighth of its lower edge. */
		if (i >= XG_HIST_SUB)
			assert_true((upper_ns - lower_ns + 1) * XG_HIST_SUB <= lower_ns);
		next_ns = upper_ns + 1;
	}
	assert_int_equal(next_ns, XG_HIST_LIMIT_NS);
	assert_int_equal(xg_hist_bucket(XG_HIST_LIMIT_NS), XG_HIST_BUCKETS - 1);
	assert_int_equal(xg_hist_bucket(UINT64_MAX), XG_HIST_BUCKETS - 1);
}

static void buckets_are_monotone(void **state)
{
	u64 seed = 2;

	for (int i = 0; i < 200000; i++) {
		u64 a = fixture_random(&seed) >> fixture_random(&seed) % 64;
		u64 b = fixture_random(&seed) >> fixture_random(&seed) % 64;

		assert_true(xg_hist_bucket(a < b ? a : b) <= xg_hist_bucket(a < b ? b : a));
	}
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* The percentiles of @values are within 6.25 % of the exact ones, by nearest rank. */
static void check_quantiles(u64 *values, size_t cnt)
{
	static const double quantiles[] = { 0, 0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
	struct dist dist = {};
	u64 total_ns = 0, before_ns = 0;

	for (size_t i = 0; i < cnt; i++) {
		dist_add(&dist, values[i]);
		total_ns += values[i];
	}
	qsort(values, cnt, sizeof(*values), by_value);
	assert_int_equal(dist.count, cnt);
	assert_int_equal(dist.total_ns, total_ns);
	assert_int_equal(dist.min_ns, values[0]);
	assert_int_equal(dist.max_ns, values[cnt - 1]);
	assert_int_equal(hist_values(&dist.hist), cnt);
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++) {
		u64 ns = dist_quantile_ns(&dist, quantiles[i]);
		size_t rank = (size_t)(quantiles[i] * (double)cnt + 0.999999);
		u64 exact_ns = values[rank ? rank - 1 : 0];
		u64 error_ns = ns > exact_ns ? ns - exact_ns : exact_ns - ns;

		assert_true(error_ns * 16 <= exact_ns);
		assert_true(ns >= before_ns && ns >= dist.min_ns && ns <= dist.max_ns);
		before_ns = ns;
	}
}

/* From 1 ns to 1,000 s: around each power of ten, evenly and over four decades. */
static void quantiles_are_near_the_exact_ones(void **state)
{
	u64 values[VALUES], seed = 3;

	for (u64 magnitude_ns = 1; magnitude_ns <= 1000000000000ULL; magnitude_ns *= 10) {
		for (size_t i = 0; i < VALUES; i++)
			values[i] = magnitude_ns + fixture_random(&seed) % (magnitude_ns * 2);
		check_quantiles(values, VALUES);
		for (size_t i = 0; i < VALUES; i++)
			values[i] = magnitude_ns >> fixture_random(&seed) % 14;
		check_quantiles(values, 1 + fixture_random(&seed) % VALUES);
		for (size_t i = 0; i < VALUES; i++)
			values[i] = magnitude_ns;
		check_quantiles(values, VALUES);
	}
}

static void quantiles_of_little(void **state)
{
	struct dist dist = {};

	assert_int_equal(dist_quantile_ns(&dist, 0.5), 0);
	assert_true(dist_mean_ns(&dist) == 0);
	dist_add(&dist, 812);
	for (int i = 0; i <= 10; i++)
		assert_int_equal(dist_quantile_ns(&dist, i / 10.0), 812);
	/* Beyond the grid the largest is known, and nothing else. */
	dist_add(&dist, 9 * XG_HIST_LIMIT_NS);
	assert_int_equal(dist_quantile_ns(&dist, 1), 9 * XG_HIST_LIMIT_NS);
	assert_int_equal(dist_quantile_ns(&dist, 0.5), 812);
}

/* The rank is a whole number, although 0.07 * 100 is more than 7 to a computer. */
static void ranks_do_not_suffer_from_binary(void **state)
{
	struct dist dist = {};

	for (u64 i = 1; i <= 100; i++)
		dist_add(&dist, i < 8 ? i : 1000);
	assert_int_equal(dist_quantile_ns(&dist, 0.07), 7);
}

static void merging_is_adding_all(void **state)
{
	struct dist all = {}, a = {}, b = {}, empty = {};
	u64 seed = 4;

	for (int i = 0; i < 10000; i++) {
		u64 ns = fixture_random(&seed) >> (20 + fixture_random(&seed) % 40);

		dist_add(&all, ns);
		dist_add(i % 3 ? &a : &b, ns);
	}
	dist_merge(&a, &empty);
	dist_merge(&a, &b);
	assert_true(fixture_same_dist(&a, &all));
	/* Time without a finished call has no extremes to give. */
	empty.total_ns = 5;
	dist_merge(&a, &empty);
	assert_int_equal(a.min_ns, all.min_ns);
	assert_int_equal(a.total_ns, all.total_ns + 5);
	empty.total_ns = 0;
	dist_merge(&empty, &all);
	assert_true(fixture_same_dist(&empty, &all));
	dist_clear(&all);
	dist_clear(&a);
	dist_clear(&b);
	dist_clear(&empty);
}

/* Octaves come in any order; only those with values take memory. */
static void histograms_are_sparse(void **state)
{
	u64 expected[XG_HIST_BUCKETS] = { 0 }, seed = 6, sum = 0;
	struct hist hist = {};
	u32 at = 0;

	assert_int_equal(hist_next(&hist, 0), XG_HIST_BUCKETS);
	for (int i = 0; i < 200; i++) {
		u32 bucket = fixture_random(&seed) % 3 ? fixture_random(&seed) % XG_HIST_BUCKETS
						       : 100 + fixture_random(&seed) % 9;
		u64 cnt = fixture_random(&seed) % 1000;

		assert_int_equal(hist_add(&hist, bucket, cnt), 0);
		expected[bucket] += cnt;
		sum += cnt;
	}
	assert_int_equal(hist_values(&hist), sum);
	hist_for_each (bucket, &hist) {
		for (; at < bucket; at++)
			assert_int_equal(expected[at], 0);
		assert_int_equal(hist_count(&hist, bucket), expected[bucket]);
		at = bucket + 1;
	}
	for (; at < XG_HIST_BUCKETS; at++)
		assert_int_equal(expected[at], 0);
	hist_clear(&hist);
	for (u32 i = 0; i < XG_HIST_BUCKETS; i++)
		assert_int_equal(hist_count(&hist, i), 0);
	assert_int_equal(hist_add(&hist, XG_HIST_BUCKETS - 1, 1), 0);
	assert_int_equal(hist_add(&hist, 0, 1), 0);
	assert_int_equal(hist_next(&hist, 1), XG_HIST_BUCKETS - 1);
	assert_int_equal(hist_bits(hist.octaves), 2);
	for (u32 i = 0; i <= 64; i++)
		assert_int_equal(hist_bits(i < 64 ? (1ULL << i) - 1 : ~0ULL), i);
	hist_clear(&hist);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_tile_the_time_line),
		cmocka_unit_test(buckets_are_monotone),
		cmocka_unit_test(quantiles_are_near_the_exact_ones),
		cmocka_unit_test(quantiles_of_little),
		cmocka_unit_test(ranks_do_not_suffer_from_binary),
		cmocka_unit_test(merging_is_adding_all),
		cmocka_unit_test(histograms_are_sparse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
