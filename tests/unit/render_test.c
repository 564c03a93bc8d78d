// SPDX-License-Identifier: GPL-2.0
/* The parts of what is shown: units, tables, histograms, losses. */
#include "fixture.h"

#include <errno.h>

#include "render/histogram.h"
#include "render/losses.h"
#include "render/stream.h"
#include "render/table.h"
#include "render/units.h"

static void durations_have_three_digits(void **state)
{
	static const struct {
		double ns;
		const char *text;
	} cases[] = {
		{ 0, "0 ns" },		 { 8, "8 ns" },		 { 80.31, "80.3 ns" },
		{ 4.277, "4.28 ns" },	 { 812, "812 ns" },	 { 812.4, "812 ns" },
		{ 999, "999 ns" },	 { 999.6, "1.00 us" },	 { 1000, "1.00 us" },
		{ 4278, "4.28 us" },	 { 9994, "9.99 us" },	 { 9996, "10.0 us" },
		{ 99960, "100 us" },	 { 1234567, "1.23 ms" }, { 12.3e9, "12.3 s" },
		{ 999.6e6, "1.00 s" },	 { 4398e9, "4398 s" },	 { -17, "-17 ns" },
		{ -1500.5, "-1.50 us" }, { 0.004, "0.00 ns" },
	};
	char buffer[UNITS_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(units_duration(cases[i].ns, buffer), cases[i].text);
}

static void counts_and_shares(void **state)
{
	char buffer[UNITS_MAX];

	assert_string_equal(units_count(0, buffer), "0");
	assert_string_equal(units_count(999, buffer), "999");
	assert_string_equal(units_count(1000, buffer), "1,000");
	assert_string_equal(units_count(UINT64_MAX, buffer), "18,446,744,073,709,551,615");
	assert_string_equal(units_share(1, 1, buffer), "100.00%");
	assert_string_equal(units_share(529, 1000, buffer), "52.90%");
	assert_string_equal(units_share(1, 1e6, buffer), "<0.01%");
	assert_string_equal(units_share(0, 5, buffer), "0.00%");
	assert_string_equal(units_share(5, 0, buffer), "-");
	assert_string_equal(units_ratio(1, buffer), "1.00");
	assert_string_equal(units_ratio(0.001, buffer), "<0.01");
	assert_string_equal(units_ratio(5012, buffer), "5,012");
	assert_string_equal(units_bytes(812, buffer), "812 B");
	assert_string_equal(units_bytes(3400000, buffer), "3.24 MiB");
}

static void tables_are_aligned(void **state)
{
	_cleanup_(table_free) struct table *table = NULL;
	_cleanup_free_ char *text = NULL;

	assert_int_equal(table_new("lrl", &table), 0);
	for (int i = 0; i < 9; i++)
		table_cell(table, (const char *[]){ "name", "n", "", "h\xc3\xa9llo", "1,000", "x",
						    "", "7", "end" }[i]);
	text = FIXTURE_PRINTED(table_print(table, 1, out));
	assert_string_equal(text, " name       n\n"
				  " h\xc3\xa9llo  1,000  x\n"
				  "            7  end\n");
}

static int line_cnt(const char *text)
{
	int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void histograms_fit_a_screen(void **state)
{
	struct dist dist = {};
	u64 seed = 8;

	for (int i = 0; i < 200; i++) {
		_cleanup_free_ char *text = NULL;

		for (int k = 0; k < 50; k++)
			dist_add(&dist, fixture_random(&seed) >> (22 + i * 40 / 200) >>
						fixture_random(&seed) % (1 + i / 4));
		text = FIXTURE_PRINTED(histogram_print(&dist.hist, "exits", i % 2, 2, out));
		assert_in_range(line_cnt(text), 2, 21);
		assert_non_null(strstr(text, "100.00%"));
	}
}

static void histogram_of_known_values(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct dist dist = {};

	for (int i = 0; i < 99; i++)
		dist_add(&dist, 1030);
	dist_add(&dist, 1200);
	dist_add(&dist, 1u << 20);
	text = FIXTURE_PRINTED(histogram_print(&dist.hist, "exits", false, 0, out));
	assert_string_equal(text, "   from    below  exits   share    up to\n"
				  "1.02 us  1.15 us     99  98.02%   98.02%  "
				  "########################################\n"
				  "1.15 us  1.28 us      1   0.99%   99.01%  .\n"
				  "    ...\n"
				  "1.05 ms  1.18 ms      1   0.99%  100.00%  .\n");
}

static void losses_are_always_said(void **state)
{
	u64 losses[XG_LOSS_COUNT] = {};
	_cleanup_free_ char *none = FIXTURE_PRINTED(losses_print(losses, out)), *some = NULL;

	assert_string_equal(none, "losses: none\n");
	for (int i = 0; i < XG_LOSS_COUNT; i++)
		losses[i] = 1000;
	some = FIXTURE_PRINTED(losses_print(losses, out));
	assert_non_null(strstr(some, "losses:\n  1,000  cycles_mismatched "));
	assert_non_null(strstr(some, "\nnotes (no loss):\n"));
	assert_true(strstr(some, "cycles_unfinished") > strstr(some, "notes"));
	assert_int_equal(line_cnt(some), XG_LOSS_COUNT + 2);
}

static void full_devices_are_noticed(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct fixture_stderr caught;
	char line[2048];

	if (!full)
		skip();
	fputs("x", full);
	caught = fixture_catch_stderr();
	assert_int_equal(stream_finish(full, "the report"), -ENOSPC);
	assert_int_equal(fixture_release_stderr(&caught, line), 1);
	assert_non_null(strstr(line, "the report: No space left on device"));
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_have_three_digits),
		cmocka_unit_test(counts_and_shares),
		cmocka_unit_test(tables_are_aligned),
		cmocka_unit_test(histograms_fit_a_screen),
		cmocka_unit_test(histogram_of_known_values),
		cmocka_unit_test(losses_are_always_said),
		cmocka_unit_test(full_devices_are_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
