// SPDX-License-Identifier: GPL-2.0
/* Histograms as text: what is written is read, and nothing else is. */
#include <errno.h>

#include "fixture.h"
#include "profile/hist_text.h"

static void what_it_looks_like(void **state)
{
	char text[HIST_TEXT_MAX];
	struct hist hist = {};

	assert_string_equal(hist_format(&hist, text), "{}");
	hist_add(&hist, 70, 65);
	hist_add(&hist, 0, 1);
	hist_add(&hist, 67, 19920);
	assert_string_equal(hist_format(&hist, text), "{\"0\":1,\"67\":19920,\"70\":65}");
	hist_clear(&hist);
}

static void written_and_read(void **state)
{
	char text[HIST_TEXT_MAX];
	u64 seed = 3;

	for (int i = 0; i < 2000; i++) {
		struct hist hist = {}, copy = {};
		u32 cnt = fixture_random(&seed) % 12;

		for (u32 k = 0; k < cnt; k++)
			hist_add(&hist, fixture_random(&seed) % XG_HIST_BUCKETS,
				 fixture_random(&seed) >> (5 + fixture_random(&seed) % 59));
		assert_int_equal(hist_parse(hist_format(&hist, text), &copy), 0);
		for (u32 k = 0; k < XG_HIST_BUCKETS; k++)
			assert_int_equal(hist_count(&hist, k), hist_count(&copy, k));
		hist_clear(&hist);
		hist_clear(&copy);
	}
}

static void the_longest_fits(void **state)
{
	char text[HIST_TEXT_MAX];
	struct hist hist = {}, copy = {};

	for (u32 k = 0; k < XG_HIST_BUCKETS; k++)
		hist_add(&hist, k, INT64_MAX);
	assert_true(strlen(hist_format(&hist, text)) < HIST_TEXT_MAX);
	assert_int_equal(hist_parse(text, &copy), 0);
	assert_int_equal(hist_count(&copy, XG_HIST_BUCKETS - 1), INT64_MAX);
	hist_clear(&hist);
	hist_clear(&copy);
}

static void anything_else_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"}",
		"{}x",
		" {}",
		"{ }",
		"[]",
		"null",
		"{\"1\":1",
		"{\"1\":1,}",
		"{,\"1\":1}",
		"{\"1\":1 }",
		"{\"1\":0}",
		"{\"1\":-1}",
		"{\"1\":01}",
		"{\"1\":1.5}",
		"{\"1\":1e3}",
		"{\"1\":\"1\"}",
		"{1:1}",
		"{\"01\":1}",
		"{\"-1\":1}",
		"{\"\":1}",
		"{\"1\":}",
		"{\"1\"1}",
		"{\"320\":1}",
		"{\"18446744073709551617\":1}",
		"{\"2\":1,\"1\":1}",
		"{\"2\":1,\"2\":1}",
		"{\"2\":1\"3\":1}",
		"{\"1\":9223372036854775808}",
		"{\"1\":99999999999999999999999}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct hist hist = {};

		if (hist_parse(bad[i], &hist) != -EINVAL)
			fail_msg("'%s' is taken", bad[i]);
		hist_clear(&hist);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_looks_like),
		cmocka_unit_test(written_and_read),
		cmocka_unit_test(the_longest_fits),
		cmocka_unit_test(anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
