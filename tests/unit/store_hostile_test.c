// SPDX-License-Identifier: GPL-2.0
/*
 * Files that somebody else made: any content gives a profile that everything works on, or one
 * line of error. Never a crash; run it under valgrind and the sanitizers, too.
 */
#include "bench_fixture.h"
#include "cycle_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>

#include "profile/store.h"
#include "render/bench.h"
#include "render/csv.h"
#include "render/funcgraph.h"
#include "render/report.h"

static char directory[64], *path;
static struct profile *profile;

static int write_file(void)
{
	struct store *store = NULL;
	int err;

	unlink(path);
	err = store_create(path, &store);
	if (!err)
		err = store_commit(store, profile);
	store_free(&store);
	return err;
}

static int set_up(void **state)
{
	u64 seed = 4;

	fixture_directory(directory);
	profile = fixture_profile();
	for (u32 i = 0; i < 10; i++)
		cycle_fixture_add(profile->first->first_vcpu, &seed, 29, 3, i % 5, 40, 10000);
	bench_fixture_add(profile);
	return asprintf(&path, "%s/hostile.xg", directory) < 0;
}

static int tear_down(void **state)
{
	free(path);
	profile_free(&profile);
	fixture_remove(directory);
	return 0;
}

/* Show everything that @read holds, in every way. */
static void use(const struct profile *read)
{
	static const char *const tables[] = { "tree", "exits", "functions", "losses", "calibration" };
	const struct report_options options = { .sort = SORT_TIME, .unicode = true };
	const struct report_options cycles = { .cycles = true, .slowest = true };
	_cleanup_fclose_ FILE *out = fopen("/dev/null", "w");
	const struct selection all = {};
	u32 number = 0;

	assert_non_null(out);
	if (read->bench) {
		_cleanup_(bench_costs_free) struct bench_costs *costs = NULL;
		json_t *json;

		assert_int_equal(bench_costs_new(read, &costs), 0);
		assert_int_equal(bench_text(costs, true, true, out), 0);
		bench_csv(costs, out);
		json = bench_json(costs);
		assert_non_null(json);
		json_decref(json);
	}
	profile_for_each_recording (recording, read) {
		struct cycle_list list;

		assert_int_equal(cycle_list_fill(&list, recording, &all, 0), 0);
		assert_int_equal(funcgraph_write(&list, FUNCGRAPH_DEFAULT, out), 0);
		cycle_list_clear(&list);
		for (int merged = 0; merged < 2; merged++) {
			_cleanup_(view_free) struct view *view = NULL;

			assert_int_equal(view_new(recording, ++number, &all, !merged, &view), 0);
			assert_int_equal(report_text.render(&view, 1, &options, out), 0);
			assert_int_equal(report_json.render(&view, 1, &options, out), 0);
			assert_int_equal(report_text.render(&view, 1, &cycles, out), 0);
			assert_int_equal(report_json.render(&view, 1, &cycles, out), 0);
			for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
				assert_int_equal(csv_write(csv_find(tables[i]), view, merged, out),
						 0);
		}
	}
}

/* Read the file; 0 or the -errno, which has been said in one line. */
static int read_file(char line[2048])
{
	struct fixture_stderr caught = fixture_catch_stderr();
	_cleanup_(profile_free) struct profile *read = NULL;
	int err = store_read(path, &read), lines;

	lines = fixture_release_stderr(&caught, line);
	assert_int_equal(lines, err ? 1 : 0);
	if (err)
		assert_null(read);
	else
		use(read);
	return err;
}

static void flipped_bits(void **state)
{
	_cleanup_close_ int fd = -1;
	int read = 0, refused = 0;
	char line[2048];
	u64 seed = 7;
	off_t size;

	assert_int_equal(write_file(), 0);
	fd = open(path, O_RDWR);
	size = lseek(fd, 0, SEEK_END);
	for (int i = 0; i < 1500; i++) {
		/* Half of them where pages say what they hold. */
		off_t page = (off_t)(fixture_random(&seed) % (u64)size) & ~4095L;
		off_t at = i % 2 ? page + (off_t)(fixture_random(&seed) % 120)
				 : (off_t)(fixture_random(&seed) % (u64)size);
		u8 old, new;

		assert_int_equal(pread(fd, &old, 1, at), 1);
		new = i % 3 ? old ^ 1 << fixture_random(&seed) % 8 : (u8)fixture_random(&seed);
		assert_int_equal(pwrite(fd, &new, 1, at), 1);
		if (read_file(line))
			refused++;
		else
			read++;
		assert_int_equal(pwrite(fd, &old, 1, at), 1);
	}
	print_message("%d files read, %d refused\n", read, refused);
	assert_true(refused > 300);
	assert_int_equal(read_file(line), 0);
}

static void cut_short(void **state)
{
	char line[2048];
	off_t size;
	int fd;

	assert_int_equal(write_file(), 0);
	fd = open(path, O_RDWR);
	size = lseek(fd, 0, SEEK_END);
	for (off_t at = size - 1; at >= 0; at = at < 200 ? at - 1 : at - 797) {
		assert_int_equal(ftruncate(fd, at), 0);
		assert_int_not_equal(read_file(line), 0);
	}
	close(fd);
}

static void no_profiles_at_all(void **state)
{
	char line[2048];
	FILE *file;

	file = fopen(path, "w");
	fputs("# tracer: function_graph\n", file);
	for (int i = 0; i < 1000; i++)
		fputs("  98)   0.080 us    |    svm_prepare_guest_switch [kvm_amd]();\n", file);
	fclose(file);
	assert_int_equal(read_file(line), -EINVAL);
	assert_non_null(strstr(line, "is no exitgraph profile"));
	unlink(path);
	assert_int_equal(read_file(line), -ENOENT);
}

/* What somebody may have done to a good file, and what is said about it. */
static const struct {
	const char *sql, *expected;
	int err;
} edits[] = {
	{ "PRAGMA user_version = 6", "schema version 6", -EPROTO },
	{ "PRAGMA application_id = 7", "no exitgraph profile", -EINVAL },
	{ "DROP TABLE node", "table 'node'", -EINVAL },
	{ "DROP TABLE bench_round", "table 'bench_round'", -EINVAL },
	{ "INSERT INTO bench SELECT 2, 0, host, '', '', '', '', '', 0, 0, 0, 0, 0 FROM bench",
	  "two benchmarks", -EINVAL },
	{ "DELETE FROM bench", "no benchmark", -EINVAL },
	{ "UPDATE bench SET constant = 2", "constant", -EINVAL },
	{ "UPDATE bench SET tsc_khz = 9223372036854775807, measured_khz = 0", "", 0 },
	{ "UPDATE bench SET tsc_khz = 0, measured_khz = 0", "", 0 },
	{ "UPDATE bench_workload SET recording = 7 WHERE id = 2", "recording", -EINVAL },
	{ "UPDATE bench_workload SET counted_iterations = 0", "", 0 },
	{ "UPDATE bench_workload SET id = id + 1 WHERE id = 4", "workload names a row", -EINVAL },
	{ "DELETE FROM bench_workload WHERE id = 1", "workload names a row", -EINVAL },
	{ "UPDATE bench_exit SET expected = -1", "expected", -EINVAL },
	{ "UPDATE bench_exit SET count = 9223372036854775807", "", 0 },
	{ "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n LIMIT 300) INSERT "
	  "INTO bench_exit SELECT 2, i, 'x', 0, 0 FROM n",
	  "more than 256 exit reasons", -EINVAL },
	{ "UPDATE bench_round SET iterations = 0", "round of", -EINVAL },
	{ "UPDATE bench_round SET mode = 'else' WHERE mode = 'traced'", "round of", -EINVAL },
	{ "DELETE FROM bench_round WHERE number = 0", "round of", -EINVAL },
	{ "UPDATE bench_round SET cycles = 9223372036854775807", "", 0 },
	{ "DELETE FROM bench_round", "", 0 },
	{ "DROP TABLE vm; CREATE VIEW vm AS SELECT 1 AS recording, 0 AS number, 1 AS pid, 'x' AS "
	  "name",
	  "table 'vm'", -EINVAL },
	{ "ALTER TABLE node ADD COLUMN x AS (zeroblob(1000000))", "table 'node'", -EINVAL },
	{ "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'kind', "
	  "'king')",
	  "table '", -EINVAL },
	{ "UPDATE recording SET duration_ns = -1", "duration_ns", -EINVAL },
	{ "UPDATE recording SET started_unix_ns = 'now'", "started_unix_ns", -EINVAL },
	{ "UPDATE recording SET kernel_bytes = 1.5", "kernel_bytes", -EINVAL },
	{ "UPDATE recording SET title = x'00ff'", "title", -EINVAL },
	{ "UPDATE recording SET host = 'a' || char(0) || 'b'", "host", -EINVAL },
	{ "UPDATE recording SET host = 7e99", "", 0 },
	{ "UPDATE recording SET calibrated_unix_ns = -1", "calibrated_unix_ns", -EINVAL },
	{ "UPDATE recording SET not_calibrated = hex(zeroblob(64))", "longer than 127", -EINVAL },
	{ "UPDATE recording SET not_calibrated = char(27) || '[2J'", "", 0 },
	{ "UPDATE calibration SET own_ps = -1", "own_ps", -EINVAL },
	{ "UPDATE calibration SET around_error_ps = 1.5", "around_error_ps", -EINVAL },
	{ "UPDATE calibration SET around_ps = 9223372036854775807", "around_ps", -EINVAL },
	{ "UPDATE calibration SET own_ps = 0, around_ps = 1000000000000", "", 0 },
	{ "UPDATE calibration SET mechanism = ''", "calibration", -EINVAL },
	{ "UPDATE calibration SET mechanism = 'x', arguments = own_ps % 64", "", 0 },
	{ "UPDATE calibration SET mechanism = hex(zeroblob(16))", "longer than 31", -EINVAL },
	{ "UPDATE calibration SET arguments = 65 WHERE arguments = 6", "arguments", -EINVAL },
	{ "UPDATE calibration SET recording = 9", "recording", -EINVAL },
	{ "INSERT INTO calibration SELECT 1, 'm', x.number, 1, 1, 1, 1, 1, 1, 1 FROM function AS x",
	  "too many", -EINVAL },
	{ "UPDATE function SET arguments = 65", "arguments", -EINVAL },
	{ "UPDATE function SET mechanism = x'00'", "mechanism", -EINVAL },
	{ "UPDATE vm SET number = number + 10", "VMs", -EINVAL },
	{ "UPDATE vm SET pid = 4294967296", "pid", -EINVAL },
	{ "DELETE FROM vm", "vCPU", -EINVAL },
	{ "DELETE FROM recording", "recording", -EINVAL },
	{ "DELETE FROM function WHERE number = 3", "functions", -EINVAL },
	{ "DELETE FROM function WHERE number > 3", "function", -EINVAL },
	{ "UPDATE loss SET kind = 'nothing'", "'nothing'", -EINVAL },
	{ "UPDATE loss SET count = -1", "count", -EINVAL },
	{ "UPDATE vcpu SET isa = 'ARM'", "ISA", -EINVAL },
	{ "UPDATE vcpu SET vm = 2", "vCPU", -EINVAL },
	{ "UPDATE vcpu SET recording = 9", "recording", -EINVAL },
	{ "UPDATE vcpu SET vcpu_id = 4294967296", "vcpu_id", -EINVAL },
	{ "UPDATE exit SET vcpu = 77 WHERE id = 1", "vcpu", -EINVAL },
	{ "UPDATE exit SET code = 'CPUID' WHERE id = 1", "exit code", -EINVAL },
	{ "UPDATE exit SET count = -5", "count", -EINVAL },
	{ "UPDATE exit SET count = 9223372036854775807", "sum", -EINVAL },
	{ "UPDATE exit SET cycle_ns = 9223372036854775807", "sum", -EINVAL },
	{ "UPDATE exit SET min_ns = max_ns + 1", "minimum", -EINVAL },
	{ "UPDATE exit SET min_ns = NULL", "min_ns", -EINVAL },
	{ "UPDATE exit SET count = 1", "histogram", -EINVAL },
	{ "UPDATE node SET parent = id", "parent", -EINVAL },
	{ "UPDATE node SET parent = id + 1", "parent", -EINVAL },
	{ "UPDATE node SET parent = 1 WHERE exit = 2", "node", -EINVAL },
	{ "UPDATE node SET exit = 99", "exit", -EINVAL },
	{ "UPDATE node SET exit = exit % 2 + 1", "node", -EINVAL },
	{ "UPDATE node SET kind = 'loop' WHERE kind = 'guest'", "kind", -EINVAL },
	{ "UPDATE node SET kind = x'63616c6c'", "kind", -EINVAL },
	{ "UPDATE node SET function = 29 WHERE id = 1", "function", -EINVAL },
	{ "UPDATE node SET function = NULL WHERE id = 1", "function", -EINVAL },
	{ "UPDATE node SET function = 1 WHERE kind = 'guest'", "kind", -EINVAL },
	{ "UPDATE node SET function = 1 WHERE parent IS NOT NULL AND kind = 'call'", "twice",
	  -EINVAL },
	{ "UPDATE node SET inclusive_ns = 9223372036854775807", "", 0 },
	{ "UPDATE node SET inclusive_ns = 0", "", 0 },
	{ "UPDATE node SET calls = 9223372036854775807", "", 0 },
	{ "UPDATE node SET calls = 0, min_ns = NULL, max_ns = NULL, histogram = '{}'", "", 0 },
	{ "UPDATE node SET histogram = '{}'; UPDATE exit SET histogram = '{}'", "", 0 },
	{ "DELETE FROM node WHERE parent IS NOT NULL", "", 0 },
	{ "DELETE FROM node WHERE parent IS NULL", "parent names a row", -EINVAL },
	{ "UPDATE node SET histogram = x'7b7d'", "histogram is no text", -EINVAL },
	{ "UPDATE node SET histogram = 0", "histogram is none", -EINVAL },
	{ "UPDATE node SET histogram = ''", "histogram is none", -EINVAL },
	{ "UPDATE node SET histogram = '{\"320\":1}'", "histogram is none", -EINVAL },
	{ "UPDATE exit SET histogram = '{\"7\":9223372036854775807}'", "more values", -EINVAL },
	{ "UPDATE exit SET histogram = '{\"7\":9223372036854775808}'", "histogram is none",
	  -EINVAL },
	{ "UPDATE exit SET cycles = 0", "", 0 },
	{ "UPDATE exit SET cycle_ns = 0", "", 0 },
	{ "UPDATE recording SET duration_ns = 0, started_unix_ns = 9223372036854775807", "", 0 },
	{ "UPDATE vm SET name = char(27) || '[2J' || char(10) || 'x'", "", 0 },
	{ "CREATE VIEW mine AS SELECT 1; CREATE TABLE more (x); CREATE INDEX i ON node (calls)", "",
	  0 },
	{ "PRAGMA journal_mode = WAL; UPDATE recording SET title = 'wal'", "", 0 },
	{ "INSERT INTO recording SELECT id + 1, started_unix_ns, duration_ns, '', '', '', '', '', "
	  "'', "
	  "'', 0, 0, '', 0, 0, 0, 0, '' FROM recording",
	  "", 0 },
	{ "WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n LIMIT 600) INSERT "
	  "INTO "
	  "node SELECT i, 1, nullif(i - 1, 999), 'call', 0, 0, 0, NULL, NULL, '{}' FROM n",
	  "deeper", -EINVAL },
	{ "WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n LIMIT 600) INSERT "
	  "INTO "
	  "node SELECT i, 4, iif(i = 1000, (SELECT max(id) FROM node), i - 1), 'call', 0, 0, 0, "
	  "NULL, "
	  "NULL, '{}' FROM n",
	  "deeper", -EINVAL },
	{ "DELETE FROM node; WITH RECURSIVE n (i) AS (SELECT 100 UNION "
	  "ALL "
	  "SELECT i + 1 FROM n LIMIT 5000) INSERT INTO function SELECT 1, i, 'f', 'm', '', 0 FROM n;"
	  "UPDATE function SET number = 29 + number - 100 WHERE number > 28; "
	  "INSERT INTO node SELECT number + 1, 1, NULL, 'call', number, 0, 0, NULL, NULL, '{}' FROM "
	  "function",
	  "more than 4096 children", -EINVAL },
	{ "WITH RECURSIVE n (i) AS (SELECT 29 UNION ALL SELECT i + 1 FROM n LIMIT 40000) INSERT "
	  "INTO "
	  "function SELECT 1, i, 'f', 'm', '', 0 FROM n",
	  "number is not", -EINVAL },
	{ "INSERT INTO node SELECT 1000, exit, NULL, kind, function, 0, 0, NULL, NULL, '{}' FROM "
	  "node WHERE id = 1",
	  "twice", -EINVAL },
	{ "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000) INSERT INTO "
	  "exit SELECT i + 100, 1, i + 100000, '', 0, 0, NULL, NULL, 0, 0, 0, '{}' FROM n",
	  "more than 1024 exit reasons", -EINVAL },
};

static void edited_rows(void **state)
{
	char line[2048];

	for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
		char *message = NULL;
		sqlite3 *db;
		int err;

		assert_int_equal(write_file(), 0);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		sqlite3_exec(db, edits[i].sql, NULL, NULL, &message);
		if (message)
			fail_msg("%s: %s", edits[i].sql, message);
		sqlite3_close(db);
		err = read_file(line);
		if (err != edits[i].err || !strstr(line, edits[i].expected))
			fail_msg("%s: gives %d and says '%s'", edits[i].sql, err, line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edited_rows),
		cmocka_unit_test(flipped_bits),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(no_profiles_at_all),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
