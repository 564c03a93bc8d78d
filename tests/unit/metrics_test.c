// SPDX-License-Identifier: GPL-2.0
/* Tables of figures per function: how they are read, refused, joined and shown. */
#include "fixture.h"

#include <errno.h>
#include <jansson.h>

#include "analyze/metrics.h"
#include "analyze/metrics_line.h"
#include "render/csv.h"
#include "render/metrics_view.h"
#include "render/report.h"

#define SAMPLE "../shared/traces/kvm_main-metrics-sample.txt"

/* metrics_read() of a file that holds @size bytes of @text. */
static int read_bytes(const char *text, size_t size, struct metrics **out)
{
	char path[] = "/tmp/exitgraph-test-XXXXXX";
	_cleanup_close_ int fd = mkstemp(path);
	int r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	r = metrics_read(path, out);
	unlink(path);
	return r;
}

static struct metrics *read_text(const char *text)
{
	struct metrics *metrics = NULL;

	assert_int_equal(read_bytes(text, strlen(text), &metrics), 0);
	return metrics;
}

/* That @size bytes of @text are refused, in one line with @reason. */
static void refused(const char *text, size_t size, const char *reason)
{
	struct fixture_stderr caught = fixture_catch_stderr();
	struct metrics *metrics = NULL;
	int r = read_bytes(text, size, &metrics);
	char line[2048];
	int lines = fixture_release_stderr(&caught, line);

	assert_int_equal(r, -EINVAL);
	assert_null(metrics);
	assert_int_equal(lines, 1);
	if (!strstr(line, reason))
		fail_msg("'%s' is not in: %s", reason, line);
}

static const struct metrics_row *row_of(const struct metrics *metrics, const char *name)
{
	for (size_t i = 0; i < metrics->row_cnt; i++) {
		if (!strcmp(metrics->rows[i].name, name))
			return &metrics->rows[i];
	}
	fail_msg("no row %s", name);
	return NULL;
}

static void cell_is(const struct metrics *metrics, const char *name, size_t column,
		    const char *expected)
{
	const char *cell = metrics_cell(row_of(metrics, name), column);

	if (!expected) {
		assert_null(cell);
		return;
	}
	assert_non_null(cell);
	assert_string_equal(cell, expected);
}

/* Each line is split as it should be: the fields are joined by '|' to be compared. */
static void lines_are_split(void **state)
{
	static const struct {
		const char *line, *fields;
	} cases[] = {
		{ "f : 1 : 0.3999999999999999 ：0", "f|1|0.3999999999999999|0" },
		{ "f：1：2", "f|1|2" },
		{ "\xc2\xa0 f\xe3\x80\x80：\t1 2 \r", "f|1 2" },
		{ "f : 1,5 : 2", "f|1,5|2" },
		{ "f,1:2,3", "f|1:2|3" },
		{ "f,,", "f||" },
		{ ":", "|" },
		{ "", "" },
		{ "   ", "" },
		{ "only", "only" },
		{ "\"a,b\" , \"say \"\"x\"\"\",3", "a,b|say \"x\"|3" },
		{ "\"a:b\",1", "a:b|1" },
		{ "f,\"open", "f|\"open" },
		{ "f,\"a\"b,1", "f|\"a\"b|1" },
		{ "f,\"\",1", "f||1" },
		{ "f,\"", "f|\"" },
		{ "\"\"\"", "\"\"\"" },
		{ "f,\xef\xbc", "f|\xef\xbc" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *line = strdup(cases[i].line);
		size_t cnt = metrics_line_split(line);

		for (char *p = line; --cnt;) {
			p += strlen(p);
			*p = '|';
		}
		assert_string_equal(line, cases[i].fields);
	}
}

static void clones_are_cut(void **state)
{
	static const struct {
		const char *name, *base;
	} cases[] = {
		{ "foo", "foo" },
		{ "foo.isra.0", "foo" },
		{ "foo.part.12", "foo" },
		{ "foo.constprop.0.isra.3", "foo" },
		{ "foo.cold", "foo" },
		{ "foo.part.0.cold.7", "foo" },
		{ "foo.parts", "foo.parts" },
		{ "foo.x.cold", "foo.x" },
		{ ".cold", ".cold" },
		{ "", "" },
		{ "foo.", "foo." },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(metrics_base_length(cases[i].name), strlen(cases[i].base));
}

static void tables_are_read(void **state)
{
	_cleanup_(metrics_free) struct metrics *m = read_text("\xef\xbb\xbf\n"
							      "vcpu_run : 1 : 2.50 ：x\r\n"
							      "a title without figures\n"
							      "kvm_cpuid.part.0 ： 3 \n"
							      " : 7\n"
							      "kvm_cpuid : 4 : 4\n"
							      "\x1b[31mred : 5\x07 : \xff\n"
							      "last : 6");

	assert_false(m->has_header);
	assert_int_equal(m->row_cnt, 4);
	assert_int_equal(m->column_cnt, 3);
	assert_int_equal(m->chosen_cnt, 3);
	assert_string_equal(m->columns[2], "3");
	assert_int_equal(m->duplicate_cnt, 1);
	assert_int_equal(m->skipped_cnt, 2);
	assert_int_equal(m->cleaned_cnt, 1);
	cell_is(m, "vcpu_run", 1, "2.50");
	cell_is(m, "vcpu_run", 2, "x");
	cell_is(m, "kvm_cpuid", 0, "3");
	cell_is(m, "kvm_cpuid", 1, NULL);
	cell_is(m, "?[31mred", 0, "5?");
	cell_is(m, "?[31mred", 1, "?");
	cell_is(m, "last", 0, "6");
}

static void headers_are_found(void **state)
{
	static const struct {
		const char *text;
		bool has_header;
	} cases[] = {
		{ "function,2023,2024\nf,1,2\n", true },
		{ "Name,kind\nf,hot\n", true },
		{ "fn,lines,depth\nf,1,2\n", true },
		{ ",lines\nf,1\n", true },
		{ "fn : lines\nf : 10%\n", true },
		{ "f,1\ng,2\n", false },
		{ "f,-,n/a\ng,1,2\n", false },
		{ "f,hot\ng,cold\n", false },
		{ "source: kvm_main.c\nf: 1: 2\n", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(metrics_free) struct metrics *m = read_text(cases[i].text);

		if (m->has_header != cases[i].has_header)
			fail_msg("header or not: %s", cases[i].text);
	}
}

static void columns_are_chosen(void **state)
{
	_cleanup_(metrics_free) struct metrics *m =
		read_text("function,lines,\"deep, est\",2,\nf,1,2,3,4,5\n");
	_cleanup_(metrics_free) struct metrics *plain = read_text("f:1:2\n");
	static const char *const bad[] = {
		"Lines", "0",	   "6", "-1",	      "+1",
		"",	 "lines,", " ", "lines,none", "18446744073709551617",
		":"
	};
	struct fixture_stderr caught;
	char line[2048];

	assert_int_equal(metrics_choose(m, "2, \"deep, est\",5,4,lines"), 0);
	assert_int_equal(m->chosen_cnt, 5);
	/* Names go before numbers; columns without a name have their number. */
	assert_int_equal(m->chosen[0], 2);
	assert_int_equal(m->chosen[1], 1);
	assert_int_equal(m->chosen[2], 4);
	assert_int_equal(m->chosen[3], 3);
	assert_int_equal(m->chosen[4], 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		caught = fixture_catch_stderr();
		assert_int_equal(metrics_choose(m, bad[i]), -EINVAL);
		assert_int_equal(fixture_release_stderr(&caught, line), 1);
		assert_non_null(strstr(line, "; there are lines, deep, est, 2, 4, 5\n"));
	}
	assert_int_equal(m->chosen_cnt, 5);
	caught = fixture_catch_stderr();
	assert_int_equal(metrics_choose(plain, "2,3"), -EINVAL);
	assert_int_equal(fixture_release_stderr(&caught, line), 1);
	assert_non_null(strstr(line, "no column '3'; without a header, there are 1 to 2\n"));
}

static void bad_files_are_refused(void **state)
{
	size_t size = METRICS_FILE_MAX + 2;
	_cleanup_free_ char *large = malloc(size);
	struct metrics *metrics = NULL;
	struct fixture_stderr caught;
	char line[2048];

	refused("", 0, "is empty");
	refused("\n \r\n\t\n", 6, "is empty");
	refused("just\nwords\n", 11, "no line has fields");
	refused("f : 1\n\0\x7f", 8, "line 2 holds a 0 byte");
	refused("f\0:\0", 4, "line 1 holds a 0 byte");
	refused("function,lines\n", 15, "no row with a name below its header");
	refused(": 1\n: 2\n", 8, "no row with a name");
	memset(large, ':', size);
	refused(large, METRICS_COLUMN_MAX + 1, "line 1 of");
	refused(large, METRICS_LINE_MAX + 1, "more than 65536 bytes");
	for (size_t i = 0; i <= METRICS_ROW_MAX; i++)
		memcpy(large + 2 * i, ":\n", 2);
	refused(large, 2 * METRICS_ROW_MAX + 2, "more than 1000000 rows");
	memset(large, 'a', size);
	for (size_t i = METRICS_LINE_MAX; i < size; i += METRICS_LINE_MAX + 1)
		large[i] = '\n';
	refused(large, size, "more than 64 MiB");
	caught = fixture_catch_stderr();
	assert_int_equal(metrics_read("/nonexistent\n/file", &metrics), -ENOENT);
	assert_int_equal(fixture_release_stderr(&caught, line), 1);
	assert_non_null(strstr(line, "cannot open /nonexistent?/file: No such file"));
	caught = fixture_catch_stderr();
	assert_int_equal(metrics_read("/tmp", &metrics), -EISDIR);
	assert_int_equal(fixture_release_stderr(&caught, line), 1);
	assert_null(metrics);
}

/* Whatever bytes there are: read or refused in one line, and then safe to show. */
static void random_files_do_no_harm(void **state)
{
	static const char *const pieces[] = { ":",	  ",",	  "\n", "\"",  " ", "f",
					      "1",	  "：",	  "\r", "\t",  ".", "cold",
					      "\xef\xbc", "\x9a", "-",	"\"\"" };
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	u64 seed = 7;

	for (int i = 0; i < 3000; i++) {
		struct fixture_stderr caught = fixture_catch_stderr();
		_cleanup_(metrics_free) struct metrics *m = NULL;
		char text[400] = "", line[2048], *copy = text;
		int cnt = fixture_random(&seed) % 60, lines, r;

		for (int k = 0; k < cnt; k++)
			copy = stpcpy(copy, pieces[fixture_random(&seed) % ARRAY_SIZE(pieces)]);
		r = i % 2 ? read_bytes(text, copy - text, &m)
			  : read_bytes((const char *)&seed, sizeof(seed), &m);
		lines = fixture_release_stderr(&caught, line);
		assert_int_equal(lines, r ? 1 : 0);
		assert_int_equal(!m, r != 0);
		for (size_t k = 0; m && k < m->row_cnt; k++) {
			for (size_t c = 0; c < m->rows[k].cell_cnt; c++)
				assert_null(strpbrk(metrics_cell(&m->rows[k], c), "\r\n\t\x1b"));
			assert_true(m->rows[k].cell_cnt <= m->column_cnt);
			assert_true(!k || strcmp(m->rows[k - 1].name, m->rows[k].name) < 0);
		}
	}
}

static void rows_join_functions(void **state)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	_cleanup_(metrics_free) struct metrics *m =
		read_text("foo.cold:1\nfo:2\nfooo:3\nbar:4\nidle:5\n");
	static const char *const names[] = { "foo", "foo.isra.0", "foo.part.1", "bar.constprop.0",
					     "baz", "idle" };
	const bool wanted[] = { true, true, true, true, true, false };
	struct metrics_join join;
	struct recording *r;
	u32 index;

	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(profile_add_recording(profile, &r), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(recording_add_function(r, names[i], "kvm", &index), 0);
	assert_int_equal(metrics_join(m, r, wanted, &join), 0);
	assert_int_equal(join.joined_cnt, 2);
	assert_int_equal(join.functionless_cnt, 3);
	assert_int_equal(join.function_cnt, 5);
	assert_int_equal(join.rowless_cnt, 1);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(join.rows[i]->name, "foo");
	assert_string_equal(join.rows[3]->name, "bar");
	assert_null(join.rows[4]);
	assert_null(join.rows[5]);
	metrics_join_clear(&join);
}

static struct view *view_of(const struct profile *profile)
{
	const struct selection all = {};
	struct view *view;

	assert_int_equal(view_new(profile->first, 1, &all, false, &view), 0);
	return view;
}

static char *report(const struct report_renderer *renderer, struct view *view,
		    const struct metrics *metrics)
{
	struct report_options options = { .metrics = metrics };

	return FIXTURE_PRINTED(renderer->render(&view, 1, &options, out));
}

static const char figures[] = "function,lines,note\n"
			      "kvm_cpuid,17,\"a, b\"\n"
			      "svm_vcpu_run.isra.0,0.3999999999999999,\n"
			      "vcpu_run,90\n"
			      "vcpu_run,91\n"
			      "nobody,1,2\n"
			      "heading\n";

/* What is said of the figures above, in a report's @text. */
static void check_table(const char *text)
{
	static const char *const expected[] = {
		"beside the times, most self time first\n  function      module",
		"  rows of the file: 3 joined, 1 not\n",
		"  functions called: 26 of 29 have no row\n",
		"  rows with the name of an earlier one: 1; the first was kept\n",
		"  lines without a name or figures: 1, left out\n",
		"  0.3999999999999999\n",
		"  a, b\n",
	};
	const char *table = strstr(text, "figures of ");

	assert_non_null(table);
	assert_true(table > strstr(text, "losses:"));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		if (!strstr(table, expected[i]))
			fail_msg("'%s' is not in: %s", expected[i], table);
	}
	assert_null(strstr(table, " \n"));
	assert_null(strstr(table, "91\n"));
	assert_true(strstr(table, "  svm_vcpu_run ") < strstr(table, "  vcpu_run "));
	assert_true(strstr(table, "  vcpu_run ") < strstr(table, "  kvm_cpuid "));
}

static void text_shows_them_after_the_reports(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	_cleanup_(view_free) struct view *view = view_of(profile);
	_cleanup_(metrics_free) struct metrics *m = read_text(figures);
	_cleanup_free_ char *text = report(&report_text, view, m);
	_cleanup_free_ char *one = NULL;

	check_table(text);
	assert_int_equal(metrics_choose(m, "note"), 0);
	one = report(&report_text, view, m);
	assert_null(strstr(one, "0.3999999999999999"));
	assert_non_null(strstr(one, "  a, b\n"));
}

static json_int_t integer(const json_t *object, const char *key)
{
	assert_true(json_is_integer(json_object_get(object, key)));
	return json_integer_value(json_object_get(object, key));
}

/* Times and calls are those of `export --table functions`. */
static void json_has_the_sums_of_the_export(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	_cleanup_(view_free) struct view *view = view_of(profile);
	_cleanup_(metrics_free) struct metrics *m = read_text(figures);
	_cleanup_free_ char *text = report(&report_json, view, m);
	_cleanup_free_ char *csv = FIXTURE_PRINTED(csv_functions(view, true, out));
	json_t *root = json_loads(text, 0, NULL), *item, *functions, *cells;

	item = json_array_get(json_object_get(root, "metrics"), 0);
	functions = json_object_get(item, "functions");
	assert_int_equal(json_array_size(json_object_get(item, "columns")), 2);
	assert_int_equal(integer(item, "rows_joined"), 3);
	assert_int_equal(integer(item, "rows_not_joined"), 1);
	assert_int_equal(integer(item, "functions_without_row"), 26);
	assert_int_equal(integer(item, "duplicate_rows"), 1);
	assert_int_equal(json_array_size(functions), 3);
	for (size_t i = 0; i < 3; i++) {
		json_t *f = json_array_get(functions, i);
		char row[300];

		snprintf(row, sizeof(row), "%s,%s,%lld,%lld,%lld,",
			 json_string_value(json_object_get(f, "function")),
			 json_string_value(json_object_get(f, "module")), integer(f, "calls"),
			 integer(f, "inclusive_ns"), integer(f, "self_ns"));
		assert_non_null(strstr(csv, row));
	}
	cells = json_object_get(json_array_get(functions, 0), "figures");
	assert_string_equal(json_string_value(json_array_get(cells, 0)), "0.3999999999999999");
	assert_string_equal(json_string_value(json_array_get(cells, 1)), "");
	cells = json_object_get(json_array_get(functions, 1), "figures");
	assert_string_equal(json_string_value(json_array_get(cells, 0)), "90");
	assert_true(json_is_null(json_array_get(cells, 1)));
	json_decref(root);
}

static void the_sample_is_read(void **state)
{
	_cleanup_(metrics_free) struct metrics *m = NULL;

	if (access(SAMPLE, R_OK)) {
		print_message("skipped: there is no " SAMPLE "\n");
		skip();
	}
	assert_int_equal(metrics_read(SAMPLE, &m), 0);
	assert_false(m->has_header);
	assert_int_equal(m->row_cnt, 40);
	assert_int_equal(m->column_cnt, 12);
	assert_int_equal(m->duplicate_cnt + m->skipped_cnt + m->cleaned_cnt, 0);
	for (size_t i = 0; i < m->row_cnt; i++)
		assert_int_equal(m->rows[i].cell_cnt, 12);
	cell_is(m, "kvm_resume", 2, "155.67442283867837");
	cell_is(m, "kvm_vm_worker_thread", 10, "0.3999999999999999");
	cell_is(m, "kvm_dev_ioctl", 11, "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_split),
		cmocka_unit_test(clones_are_cut),
		cmocka_unit_test(tables_are_read),
		cmocka_unit_test(headers_are_found),
		cmocka_unit_test(columns_are_chosen),
		cmocka_unit_test(bad_files_are_refused),
		cmocka_unit_test(random_files_do_no_harm),
		cmocka_unit_test(rows_join_functions),
		cmocka_unit_test(text_shows_them_after_the_reports),
		cmocka_unit_test(json_has_the_sums_of_the_export),
		cmocka_unit_test(the_sample_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
