// SPDX-License-Identifier: GPL-2.0
/* From logs, good ones and any, to what the probes cost; and from there into the cache and back. */
#include "fixture.h"

#include <errno.h>
#include <math.h>

#include "analyze/calibrate.h"
#include "collect/calibrate_cache.h"
#include "render/calibration.h"

#define FIRST_ID 12
#define RUNS	 64
#define BATCHES	 32

/* What is to be found: own and around for each function, and what they and their callers do. */
struct truth {
	u32 cnt, arg_cnts[CALIBRATE_FUNCTIONS];
	double own_ns, own_arg_ns, around_ns, around_arg_ns, insn_ns;
	double noise_ns; /* uniform up to here; one of a hundred is an interrupt of 5 us */
};

static const struct truth truths[] = {
	{ 3, { 5, 6, 1 }, 163, 1, 292, 1, 1, 0 }, /* as counted on Linux 6.1 */
	{ 3, { 5, 6, 1 }, 376, 0, 601, 0, 1, 0 },
	{ 3, { 5, 6, 1 }, 30.5, 0.25, 48.25, 0.5, 0.25, 8 },
	{ 2, { 1, 1 }, 140, 0, 270, 0, 1, 20 },
};

static double noise(const struct truth *truth, u64 *seed)
{
	u64 random = fixture_random(seed);

	if (!truth->noise_ns)
		return 0;
	return random % 100 ? (random >> 8) % 1000 * truth->noise_ns / 1000 : 5000;
}

/* A run of the functions into @records; what it took. */
static double run(const struct truth *truth, double *clock_ns, u64 *seed, struct xg_record *records)
{
	double from_ns = *clock_ns += 1000;

	for (u32 i = 0; i < truth->cnt; i++) {
		u32 args = truth->arg_cnts[i];

		*clock_ns += truth->around_ns + truth->around_arg_ns * args +
			     (3 + args) * truth->insn_ns + noise(truth, seed);
		records[2 * i] = (struct xg_record){ *clock_ns, XG_CODE_ENTRY(FIRST_ID + i) };
		*clock_ns += truth->own_ns + truth->own_arg_ns * args +
			     (2 + args) * truth->insn_ns + noise(truth, seed);
		records[2 * i + 1] = (struct xg_record){ *clock_ns, XG_CODE_RETURN(FIRST_ID + i) };
	}
	return *clock_ns - from_ns;
}

static void measure(const struct truth *truth, u64 *seed, struct calibrate *calibrate)
{
	struct xg_record records[RUNS * 2 * CALIBRATE_FUNCTIONS];
	double clock_ns = 1e9, idle_ns = 900;

	for (u32 i = 0; i < truth->cnt; i++)
		idle_ns += truth->insn_ns * (5 + 2 * truth->arg_cnts[i]);
	for (int batch = 0; batch < BATCHES; batch++) {
		double sum_ns = 0;

		calibrate_take_idle(calibrate, idle_ns + noise(truth, seed) / 10);
		for (u32 i = 0; i < RUNS; i++)
			sum_ns += run(truth, &clock_ns, seed, records + i * 2 * truth->cnt);
		calibrate_take(calibrate, 900 + sum_ns / RUNS, records, RUNS * 2 * truth->cnt);
	}
}

static void truth_is_found(void **state)
{
	u64 seed = 1;

	for (size_t t = 0; t < ARRAY_SIZE(truths); t++) {
		const struct truth *truth = &truths[t];
		_cleanup_(calibrate_free) struct calibrate *calibrate = NULL;
		struct calibration out = { 0 };

		assert_int_equal(calibrate_new(FIRST_ID, truth->arg_cnts, truth->cnt, &calibrate),
				 0);
		assert_int_equal(calibrate_result(calibrate, "m", &out), -ENODATA);
		measure(truth, &seed, calibrate);
		assert_int_equal(calibrate_result(calibrate, "m", &out), 0);
		assert_int_equal(out.cnt, truth->cnt - 1);
		for (size_t i = 0; i < out.cnt; i++) {
			const struct calibration_row *row = &out.rows[i];
			/* The noise is in what the probes take. */
			double own_ns = truth->own_ns + truth->own_arg_ns * row->arg_cnt +
					truth->noise_ns / 2;
			double around_ns = truth->around_ns + truth->around_arg_ns * row->arg_cnt +
					   truth->noise_ns / 2;

			assert_int_equal(row->arg_cnt, truth->arg_cnts[i + 1]);
			assert_true(fabs(row->own.ns - own_ns) <= row->own.error_ns + 0.5);
			assert_true(fabs(row->around.ns - around_ns) <= row->around.error_ns + 0.5);
			assert_true(row->own.spread_ns <= truth->noise_ns + 1);
			assert_true(row->sample_cnt >= RUNS * BATCHES / 2);
			if (!truth->noise_ns)
				assert_true(fabs(row->own.ns + row->around.ns - own_ns -
						 around_ns) < 0.1);
		}
	}
}

/* Any log: no crash, and nothing from it that is no sound number. */
static void any_log_gives_sound_numbers(void **state)
{
	static const u32 arg_cnts[] = { 5, 6, 1 };
	struct xg_record records[512];
	u64 seed = 2;

	for (int round = 0; round < 300; round++) {
		_cleanup_(calibrate_free) struct calibrate *calibrate = NULL;
		struct calibration out = { 0 };

		assert_int_equal(calibrate_new(FIRST_ID, arg_cnts, 3, &calibrate), 0);
		for (int batch = 0; batch < 40; batch++) {
			for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
				u64 random = fixture_random(&seed);

				records[i].code =
					round % 3 ? XG_CODE_ENTRY(FIRST_ID) + random % 8 : random;
				records[i].clock_ns = fixture_random(&seed) >> round % 64;
			}
			calibrate_take_idle(calibrate, (double)fixture_random(&seed) - 1e18);
			calibrate_take_idle(calibrate, (double)(fixture_random(&seed) >> 40));
			calibrate_take(calibrate, round % 2 ? NAN : 5000, records,
				       fixture_random(&seed) % (ARRAY_SIZE(records) + 1));
		}
		calibrate_result(calibrate, "m", &out);
		for (size_t i = 0; i < out.cnt; i++) {
			assert_true(out.rows[i].own.ns >= 0 && out.rows[i].own.ns < 1e10);
			assert_true(out.rows[i].around.error_ns >= 0);
		}
	}
	assert_int_equal(calibrate_new(FIRST_ID, arg_cnts, 1, &(struct calibrate *){ 0 }), -EINVAL);
	assert_int_equal(calibrate_new(FIRST_ID, arg_cnts, 4, &(struct calibrate *){ 0 }), -EINVAL);
}

/* One in ten is an outlier; a step in the middle shows in the error. */
static void values_are_robust(void **state)
{
	struct calibration_value value;
	u32 samples[1000];

	for (u32 i = 0; i < 1000; i++)
		samples[i] = i % 10 ? 100 + i % 3 : 1000000;
	assert_int_equal(calibrate_value(samples, 1000, &value), 0);
	assert_true(fabs(value.ns - 101) < 0.5);
	assert_true(value.spread_ns <= 2);
	assert_true(value.error_ns < 0.1);
	for (u32 i = 0; i < 1000; i++)
		samples[i] = i < 500 ? 100 : 140;
	assert_int_equal(calibrate_value(samples, 1000, &value), 0);
	assert_true(fabs(value.ns - 120) < 1);
	assert_true(value.error_ns > 5);
	assert_int_equal(calibrate_value(samples, 7, &value), -ENODATA);
}

/* Four records a run: two programs, of which only what is between them matters. */
static void boundaries_are_what_is_between(void **state)
{
	static u32 gaps[CALIBRATE_GAPS_MAX];
	struct xg_record records[400];
	struct calibration out = { 0 };
	u64 seed = 3;
	size_t cnt;

	for (u32 i = 0; i < 400; i += 4) {
		u64 from_ns = 1000000 + i * 1000;

		records[i] = (struct xg_record){ from_ns, XG_CODE_ENTRY(XG_ID_BOUNDARY) };
		records[i + 1] = (struct xg_record){ from_ns + 77, XG_CODE_RETURN(XG_ID_BOUNDARY) };
		records[i + 2] = (struct xg_record){ from_ns + 211, XG_CODE_ENTRY(XG_ID_BOUNDARY) };
		records[i + 3] =
			(struct xg_record){ from_ns + 300, XG_CODE_RETURN(XG_ID_BOUNDARY) };
	}
	cnt = calibrate_gaps(gaps, 0, records, 400);
	assert_int_equal(cnt, 100);
	assert_int_equal(calibrate_gaps(gaps, 0, records, 3), 0);
	assert_int_equal(calibrate_boundaries(gaps, cnt, &out), 0);
	assert_string_equal(out.rows[0].mechanism, CALIBRATION_BOUNDARY);
	assert_true(out.rows[0].around.ns == 211 - 77 && !out.rows[0].own.ns);
	assert_int_equal(calibrate_boundaries(gaps, 63, &out), -ENODATA);
	for (u32 i = 0; i < 400; i++)
		records[i] = (struct xg_record){ fixture_random(&seed), fixture_random(&seed) % 3 };
	cnt = calibrate_gaps(gaps, CALIBRATE_GAPS_MAX - 5, records, 400);
	assert_true(cnt <= CALIBRATE_GAPS_MAX);
}

static char *text_of(const struct calibration *calibration)
{
	return FIXTURE_PRINTED((calibration_text(calibration, "; ", out), 0));
}

static void text_says_it_all(void **state)
{
	struct calibration calibration = { 0 };
	const struct calibration_row boundary = { .mechanism = CALIBRATION_BOUNDARY,
						  .around.ns = 134 };
	_cleanup_free_ char *text = NULL, *nothing = text_of(&calibration);

	assert_string_equal(nothing, "");
	assert_false(calibration_is_known(&calibration));
	assert_int_equal(calibration_add(&calibration, &boundary), 0);
	fixture_calibration(&calibration);
	assert_true(calibration_is_known(&calibration));
	text = text_of(&calibration);
	assert_string_equal(
		text,
		"40.2 ns in a call's own time and 71.8 ns in its callers' (1 argument; 6: 41.5 ns, "
		"75.1 ns), by fentry+fexit; "
		"99.5 ns in a call's own time and 160 ns in its callers' (2 arguments), by "
		"kprobe.session; "
		"134 ns from one boundary's last reading of the clock to the next one's first; "
		"not calibrated: kprobe+kretprobe: cannot measure: no data");
}

static void rows_are_found_by_arguments(void **state)
{
	struct calibration_value own, around;
	struct calibration calibration = { 0 };
	struct calibration_row row = { .mechanism = "m" };

	fixture_calibration(&calibration);
	assert_false(calibration_find(&calibration, "fsession", 1, &own, &around));
	assert_true(calibration_find(&calibration, "fentry+fexit", 1, &own, &around));
	assert_true(own.ns == 40.25 && own.error_ns == 0.75 && around.ns == 71.75);
	assert_true(calibration_find(&calibration, "fentry+fexit", 6, &own, &around));
	assert_true(own.ns == 41.5 && around.ns == 75.125);
	assert_true(calibration_find(&calibration, "fentry+fexit", 3, &own, &around));
	assert_true(fabs(own.ns - 40.75) < 1e-9 && fabs(around.ns - 73.1) < 1e-9);
	assert_true(calibration_find(&calibration, "fentry+fexit", 9, &own, &around));
	assert_true(fabs(own.ns - 42.25) < 1e-9 && own.error_ns > 1.25);
	assert_true(calibration_find(&calibration, "kprobe.session", 9, &own, &around));
	assert_true(own.ns == 99.5 && around.ns == 160);
	row.own.ns = NAN;
	assert_int_equal(calibration_add(&calibration, &row), -EINVAL);
	row.own.ns = -1;
	assert_int_equal(calibration_add(&calibration, &row), -EINVAL);
	row.own.ns = 1;
	assert_int_equal(calibration_add(&calibration, &row), 0);
	assert_int_equal(calibration_add(&calibration, &row), -EINVAL);
	for (row.arg_cnt = 1; calibration.cnt < CALIBRATION_ROWS_MAX; row.arg_cnt++)
		assert_int_equal(calibration_add(&calibration, &row), 0);
	assert_int_equal(calibration_add(&calibration, &row), -ENOSPC);
}

static void cache_entries_round_trip(void **state)
{
	struct calibration calibration = { 0 }, read = { 0 };
	_cleanup_free_ char *text = NULL;
	size_t size;

	fixture_calibration(&calibration);
	assert_int_equal(calibrate_cache_format("fentry+fexit", &calibration, &text, &size), 0);
	assert_int_equal(size, strlen(text));
	assert_int_equal(calibrate_cache_parse(text, "fentry+fexit", &read), 0);
	assert_int_equal(read.cnt, 2);
	assert_int_equal(read.measured_unix_ns, calibration.measured_unix_ns);
	for (size_t i = 0; i < read.cnt; i++)
		assert_memory_equal(&read.rows[i], &calibration.rows[i], sizeof(read.rows[i]));
	/* What is there already is not taken twice, and nothing of the entry then. */
	assert_int_equal(calibrate_cache_parse(text, "fentry+fexit", &read), -EBADMSG);
	assert_int_equal(read.cnt, 2);
	assert_int_equal(calibrate_cache_parse(text, "multi", &read), 0);
	assert_int_equal(read.cnt, 4);
}

static void damaged_cache_entries_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"1795283091000000000 8192 1 40 2 1 70 2\n",
		"1795283091000000000 8192 1 nan 2 1 70 2 1\n",
		"1795283091000000000 8192 1 inf 2 1 70 2 1\n",
		"1795283091000000000 8192 1 40 2 -1 70 2 1\n",
		"1795283091000000000 8192 1 40 2 1 70 2 1e10\n",
		"1795283091000000000 8192 65 40 2 1 70 2 1\n",
		"0 8192 1 40 2 1 70 2 1\n",
		"18446744073709551615 8192 1 40 2 1 70 2 1\n",
		"1 1 1 40 2 1 70 2 1\n1 1 1 40 2 1 70 2 1\n",
		"1 1 1 40 2 1 70 2 1\nx\n",
	};
	struct calibration read = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(calibrate_cache_parse(texts[i], "m", &read), -EBADMSG);
		assert_int_equal(read.cnt, 0);
		assert_int_equal(read.measured_unix_ns, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(truth_is_found),
		cmocka_unit_test(any_log_gives_sound_numbers),
		cmocka_unit_test(values_are_robust),
		cmocka_unit_test(boundaries_are_what_is_between),
		cmocka_unit_test(text_says_it_all),
		cmocka_unit_test(rows_are_found_by_arguments),
		cmocka_unit_test(cache_entries_round_trip),
		cmocka_unit_test(damaged_cache_entries_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
