// SPDX-License-Identifier: GPL-2.0
/* What is written is what is read; and a file is whole or not there. */
#include "bench_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>

#include "profile/store.h"
#include "profile/tree.h"

static char directory[64];

static int set_up(void **state)
{
	fixture_directory(directory);
	return 0;
}

static int tear_down(void **state)
{
	fixture_remove(directory);
	return 0;
}

static char *file_name(const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", directory, name) > 0);
	return path;
}

/* How many files the test's directory holds. */
static int file_cnt(void)
{
	_cleanup_free_ char *command = NULL;
	FILE *pipe;
	int cnt = -1;

	assert_true(asprintf(&command, "ls -A '%s' | wc -l", directory) > 0);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_int_equal(fscanf(pipe, "%d", &cnt), 1);
	pclose(pipe);
	return cnt;
}

static int write_profile(const char *path, const struct profile *profile)
{
	_cleanup_(store_free) struct store *store = NULL;
	int err = store_create(path, &store);

	return err ? err : store_commit(store, profile);
}

static void assert_same_tree(const struct reason *a, const struct reason *b)
{
	const struct node *m = a->first_child, *n = b->first_child;
	u32 depth_m = 0, depth_n = 0;

	while (m && n) {
		assert_int_equal(m->kind, n->kind);
		assert_int_equal(m->function, n->function);
		assert_true(fixture_same_dist(&m->dist, &n->dist));
		m = tree_next(m, &depth_m);
		n = tree_next(n, &depth_n);
		assert_int_equal(depth_m, depth_n);
	}
	assert_null(m);
	assert_null(n);
}

static void assert_same_vcpu(const struct vcpu *a, const struct vcpu *b)
{
	const struct reason *m = a->first_reason, *n = b->first_reason;

	assert_int_equal(a->vm, b->vm);
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->tid, b->tid);
	assert_int_equal(a->isa, b->isa);
	for (; m && n; m = m->next, n = n->next) {
		assert_int_equal(m->code, n->code);
		assert_int_equal(m->cycle_cnt, n->cycle_cnt);
		assert_int_equal(m->cycle_ns, n->cycle_ns);
		assert_int_equal(m->guest_call_cnt, n->guest_call_cnt);
		assert_true(fixture_same_dist(&m->latency, &n->latency));
		assert_same_tree(m, n);
	}
	assert_null(m);
	assert_null(n);
}

static void assert_same_value(const struct calibration_value *a, const struct calibration_value *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

/* The same rows, in whichever order: a table has them in one of its own. */
static void assert_same_calibration(const struct calibration *a, const struct calibration *b)
{
	assert_int_equal(a->measured_unix_ns, b->measured_unix_ns);
	assert_string_equal(a->why_not, b->why_not);
	assert_int_equal(a->cnt, b->cnt);
	for (size_t i = 0; i < a->cnt; i++) {
		const struct calibration_row *m = &a->rows[i], *n = b->rows;

		while (n < b->rows + b->cnt &&
		       (strcmp(m->mechanism, n->mechanism) || m->arg_cnt != n->arg_cnt))
			n++;
		assert_true(n < b->rows + b->cnt);
		assert_same_value(&m->own, &n->own);
		assert_same_value(&m->around, &n->around);
		assert_int_equal(m->sample_cnt, n->sample_cnt);
	}
}

static void assert_same_recording(const struct recording *a, const struct recording *b)
{
	const struct vcpu *m = a->first_vcpu, *n = b->first_vcpu;

	assert_int_equal(a->started_unix_ns, b->started_unix_ns);
	assert_int_equal(a->duration_ns, b->duration_ns);
	assert_int_equal(a->kernel_bytes, b->kernel_bytes);
	assert_int_equal(a->user_bytes, b->user_bytes);
	assert_string_equal(a->title, b->title);
	assert_string_equal(a->host, b->host);
	assert_string_equal(a->kernel, b->kernel);
	assert_string_equal(a->cpu_model, b->cpu_model);
	assert_string_equal(a->version, b->version);
	assert_string_equal(a->mechanism, b->mechanism);
	assert_string_equal(a->exit_boundary, b->exit_boundary);
	assert_memory_equal(a->losses, b->losses, sizeof(a->losses));
	assert_same_calibration(&a->calibration, &b->calibration);
	assert_int_equal(a->window_ns, b->window_ns);
	assert_int_equal(a->window_cnt, b->window_cnt);
	for (size_t i = 0; i < a->window_cnt; i++)
		assert_memory_equal(window_find(b, a->windows[i].code), &a->windows[i],
				    sizeof(a->windows[i]));
	assert_int_equal(a->vm_cnt, b->vm_cnt);
	for (size_t i = 0; i < a->vm_cnt; i++) {
		assert_int_equal(a->vms[i].pid, b->vms[i].pid);
		assert_string_equal(a->vms[i].name, b->vms[i].name);
	}
	assert_int_equal(a->function_cnt, b->function_cnt);
	for (size_t i = 0; i < a->function_cnt; i++) {
		assert_string_equal(a->functions[i].name, b->functions[i].name);
		assert_string_equal(a->functions[i].module, b->functions[i].module);
		assert_string_equal(a->functions[i].mechanism, b->functions[i].mechanism);
		assert_int_equal(a->functions[i].arg_cnt, b->functions[i].arg_cnt);
	}
	for (; m && n; m = m->next, n = n->next)
		assert_same_vcpu(m, n);
	assert_null(m);
	assert_null(n);
}

static void assert_same_row(const struct bench_row *a, const struct bench_row *b)
{
	assert_string_equal(a->workload, b->workload);
	assert_string_equal(a->note, b->note);
	assert_int_equal(a->recording, b->recording);
	assert_int_equal(a->counted_iterations, b->counted_iterations);
	assert_int_equal(a->exit_cnt, b->exit_cnt);
	for (size_t i = 0; i < a->exit_cnt; i++) {
		assert_string_equal(a->exits[i].reason, b->exits[i].reason);
		assert_int_equal(a->exits[i].expected, b->exits[i].expected);
		assert_int_equal(a->exits[i].cnt, b->exits[i].cnt);
	}
	for (int mode = 0; mode < BENCH_MODE_COUNT; mode++) {
		assert_int_equal(a->round_cnt[mode], b->round_cnt[mode]);
		if (a->round_cnt[mode])
			assert_memory_equal(a->rounds[mode], b->rounds[mode],
					    a->round_cnt[mode] * sizeof(**a->rounds));
	}
}

static void assert_same_bench(const struct bench *a, const struct bench *b)
{
	const struct bench_row *m, *n;

	assert_true(!a == !b);
	if (!a)
		return;
	assert_int_equal(a->started_unix_ns, b->started_unix_ns);
	assert_string_equal(a->host, b->host);
	assert_string_equal(a->kernel, b->kernel);
	assert_string_equal(a->cpu_model, b->cpu_model);
	assert_string_equal(a->version, b->version);
	assert_string_equal(a->isa, b->isa);
	assert_string_equal(a->mechanism, b->mechanism);
	assert_int_equal(a->function_cnt, b->function_cnt);
	assert_int_equal(a->cpu, b->cpu);
	assert_int_equal(a->tsc_khz, b->tsc_khz);
	assert_int_equal(a->measured_khz, b->measured_khz);
	assert_int_equal(a->constant, b->constant);
	assert_same_row(&a->empty, &b->empty);
	for (m = a->first, n = b->first; m && n; m = m->next, n = n->next)
		assert_same_row(m, n);
	assert_null(m);
	assert_null(n);
}

static void assert_same(const struct profile *a, const struct profile *b)
{
	const struct recording *m = a->first, *n = b->first;

	for (; m && n; m = m->next, n = n->next)
		assert_same_recording(m, n);
	assert_null(m);
	assert_null(n);
	assert_same_bench(a->bench, b->bench);
}

static void assert_round_trip(const struct profile *profile)
{
	_cleanup_(profile_free) struct profile *read = NULL;
	_cleanup_free_ char *path = file_name("round trip.xg");

	assert_int_equal(write_profile(path, profile), 0);
	assert_int_equal(file_cnt(), 1);
	assert_int_equal(store_read(path, &read), 0);
	assert_same(profile, read);
	unlink(path);
}

static void real_looking_profile_round_trips(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();

	for (int i = 0; i < XG_LOSS_COUNT; i++)
		fixture_recording(profile)->losses[i] = 1000 + i;
	assert_round_trip(profile);
}

static void benchmarks_round_trip(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();

	bench_fixture_add(profile);
	assert_round_trip(profile);
}

static void empty_profiles_round_trip(void **state)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	struct recording *recording;

	assert_int_equal(profile_new(&profile), 0);
	assert_round_trip(profile);
	assert_int_equal(profile_add_recording(profile, &recording), 0);
	assert_round_trip(profile);
}

/* Random trees with extreme values, codes that do not fit a signed integer among them. */
static void random_profiles_round_trip(void **state)
{
	u64 seed = 6;

	for (int round = 0; round < 10; round++) {
		_cleanup_(profile_free) struct profile *profile = NULL;
		struct reason *reason;
		struct recording *r;
		struct vcpu *vcpu;
		u32 vm, function;

		assert_int_equal(profile_new(&profile), 0);
		assert_int_equal(profile_add_recording(profile, &r), 0);
		assert_int_equal(recording_add_vm(r, INT32_MAX, "\xe2\x94\x9c;,\"'", &vm), 0);
		for (int i = 0; i < 5; i++)
			assert_int_equal(recording_add_function(r, "f", "m", &function), 0);
		assert_int_equal(recording_add_vcpu(r, vm, UINT32_MAX, ISA_VMX, &vcpu), 0);
		for (int i = 0; i < 8; i++) {
			struct node *node = NULL;

			assert_int_equal(vcpu_add_reason(vcpu, fixture_random(&seed), &reason), 0);
			dist_add(&reason->latency, fixture_random(&seed) >> 5);
			reason->cycle_cnt = fixture_random(&seed) >> 5;
			reason->cycle_ns = fixture_random(&seed) >> 5;
			for (int depth = 0; depth < 300; depth++) {
				enum node_kind kind = fixture_random(&seed) % NODE_KIND_COUNT;

				assert_int_equal(tree_child(reason, node, kind,
							    fixture_random(&seed) % 5, &node),
						 0);
				node->dist.total_ns = fixture_random(&seed) >> 1;
				if (fixture_random(&seed) % 2)
					node = node->parent;
			}
		}
		assert_round_trip(profile);
	}
}

static void names_of_files_need_no_care(void **state)
{
	static const char *const names[] = { "a?b#c%20d&mode=rw", ":memory:", "file:x", "-o", "ü" };
	_cleanup_(profile_free) struct profile *profile = fixture_profile();

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_(profile_free) struct profile *read = NULL;
		_cleanup_free_ char *path = file_name(names[i]);

		assert_int_equal(write_profile(path, profile), 0);
		assert_int_equal(store_read(path, &read), 0);
		assert_int_equal(access(path, F_OK), 0);
		unlink(path);
		assert_int_equal(file_cnt(), 0);
	}
}

static void file_is_for_the_sqlite_shell(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	_cleanup_free_ char *path = file_name("shell.xg");
	sqlite3_stmt *query;
	sqlite3 *db;

	assert_int_equal(write_profile(path, profile), 0);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT sum(count) FROM exits WHERE reason = 'CPUID'",
					    -1, &query, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(query), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int64(query, 0), 5012);
	sqlite3_finalize(query);
	assert_int_equal(
		sqlite3_prepare_v2(db,
				   "SELECT (SELECT count(*) FROM tree), "
				   "(SELECT count(*) FROM node), (SELECT min(code) FROM exit)",
				   -1, &query, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(query), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int64(query, 0), sqlite3_column_int64(query, 1));
	assert_int_equal(sqlite3_column_int64(query, 2), -1);
	sqlite3_finalize(query);
	sqlite3_close(db);
	unlink(path);
}

/* Next row of @query: the histogram's next bucket. */
static void assert_bucket(sqlite3_stmt *query, s64 owner, const struct hist *hist, u32 bucket)
{
	assert_int_equal(sqlite3_step(query), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int64(query, 0), owner);
	assert_int_equal(sqlite3_column_type(query, 1), SQLITE_INTEGER);
	assert_int_equal(sqlite3_column_int64(query, 1), xg_hist_lower_ns(bucket));
	assert_int_equal(sqlite3_column_int64(query, 2), xg_hist_upper_ns(bucket));
	assert_int_equal(sqlite3_column_int64(query, 3), hist_count(hist, bucket));
}

/* The edges of every bucket that there is, in SQL as in C. */
static void histograms_are_tables_to_the_shell(void **state)
{
	static const char *const views[] = {
		"SELECT exit, lower_ns, upper_ns, count FROM exit_histogram ORDER BY 1, 2",
		"SELECT node, lower_ns, upper_ns, count FROM node_histogram ORDER BY 1, 2",
	};
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	struct reason *reason = profile->first->first_vcpu->first_reason;
	_cleanup_free_ char *path = file_name("histograms.xg");
	sqlite3_stmt *query;
	sqlite3 *db;

	dist_clear(&reason->latency);
	dist_clear(&reason->first_child->dist);
	for (u32 i = 0; i < XG_HIST_BUCKETS; i++) {
		dist_add(&reason->latency, xg_hist_lower_ns(i));
		dist_add(&reason->first_child->dist, xg_hist_upper_ns(i));
	}
	assert_int_equal(write_profile(path, profile), 0);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	for (size_t v = 0; v < ARRAY_SIZE(views); v++) {
		assert_int_equal(sqlite3_prepare_v2(db, views[v], -1, &query, NULL), SQLITE_OK);
		for (u32 i = 0; i < XG_HIST_BUCKETS; i++)
			assert_bucket(query, 1,
				      v ? &reason->first_child->dist.hist : &reason->latency.hist,
				      i);
		/* The next row is another's. */
		assert_int_equal(sqlite3_step(query), SQLITE_ROW);
		assert_int_equal(sqlite3_column_int64(query, 0), 2);
		sqlite3_finalize(query);
	}
	sqlite3_close(db);
	unlink(path);
}

/* store_create() of @path fails with @err, one line, and leaves nothing. */
static void assert_refused(const char *path, int err)
{
	struct fixture_stderr caught = fixture_catch_stderr();
	struct store *store = NULL;
	char line[2048];
	int r = store_create(path, &store), lines = fixture_release_stderr(&caught, line);

	assert_int_equal(r, err);
	assert_null(store);
	assert_int_equal(lines, 1);
	assert_non_null(strstr(line, path));
}

static void places_that_cannot_be_written(void **state)
{
	_cleanup_free_ char *missing = file_name("no/such"), *fifo = file_name("fifo");

	assert_refused(directory, -EISDIR);
	assert_refused("", -EISDIR);
	assert_refused("x/", -EISDIR);
	assert_refused(missing, -ENOENT);
	assert_refused("/dev/null/x", -ENOTDIR);
	assert_refused("/dev/null", -EINVAL);
	assert_refused("/dev/full", -EINVAL);
	assert_int_equal(mkfifo(fifo, 0644), 0);
	assert_refused(fifo, -EINVAL);
	unlink(fifo);
	assert_int_equal(file_cnt(), 0);
}

/* Root may write everywhere: it becomes somebody else for this. */
static void protected_places(void **state)
{
	_cleanup_free_ char *path = file_name("protected"), *below = file_name("protected/x.xg");
	struct stat st;

	assert_int_equal(chmod(directory, 0755), 0);
	assert_int_equal(mkdir(path, 0555), 0);
	if (!getuid())
		assert_int_equal(seteuid(65534), 0);
	assert_refused(below, -EACCES);
	assert_int_equal(seteuid(getuid()), 0);
	rmdir(path);
	/* A file that its owner protected is not replaced, though the directory would allow it. */
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0444)), 0);
	assert_int_equal(chmod(directory, 0777), 0);
	if (!getuid())
		assert_int_equal(seteuid(65534), 0);
	assert_refused(path, -EACCES);
	assert_int_equal(seteuid(getuid()), 0);
	assert_int_equal(stat(path, &st), 0);
	unlink(path);
	assert_int_equal(file_cnt(), 0);
}

static void nothing_changes_before_the_commit(void **state)
{
	_cleanup_free_ char *path = file_name("old.xg"), *link = file_name("link.xg");
	_cleanup_(profile_free) struct profile *profile = fixture_profile(), *read = NULL;
	struct store *store;
	struct stat st;

	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
	assert_int_equal(symlink("old.xg", link), 0);
	assert_int_equal(store_create(link, &store), 0);
	assert_int_equal(file_cnt(), 2);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 0);
	/* A link stays a link: the file behind it is replaced. */
	umask(027);
	assert_int_equal(store_commit(store, profile), 0);
	store_free(&store);
	assert_null(store);
	store_free(&store);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(store_read(path, &read), 0);
	unlink(path);
	unlink(link);
	assert_int_equal(file_cnt(), 0);
}

/* A limit on the size of files stands for a full disk: the same write fails. */
static void full_disk_leaves_nothing(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	_cleanup_free_ char *path = file_name("full.xg");
	struct rlimit unlimited, limit;

	getrlimit(RLIMIT_FSIZE, &unlimited);
	signal(SIGXFSZ, SIG_IGN);
	for (rlim_t size = 0; size < 60000; size += 7000) {
		struct fixture_stderr caught = fixture_catch_stderr();
		char line[2048];
		int r;

		limit = (struct rlimit){ .rlim_cur = size, .rlim_max = unlimited.rlim_max };
		setrlimit(RLIMIT_FSIZE, &limit);
		r = write_profile(path, profile);
		setrlimit(RLIMIT_FSIZE, &unlimited);
		/* The message itself went to a file, which had the same limit. */
		assert_true(fixture_release_stderr(&caught, line) <= 1);
		assert_int_equal(r, -EFBIG);
		assert_int_equal(file_cnt(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_looking_profile_round_trips),
		cmocka_unit_test(benchmarks_round_trip),
		cmocka_unit_test(empty_profiles_round_trip),
		cmocka_unit_test(random_profiles_round_trip),
		cmocka_unit_test(names_of_files_need_no_care),
		cmocka_unit_test(file_is_for_the_sqlite_shell),
		cmocka_unit_test(histograms_are_tables_to_the_shell),
		cmocka_unit_test(places_that_cannot_be_written),
		cmocka_unit_test(protected_places),
		cmocka_unit_test(nothing_changes_before_the_commit),
		cmocka_unit_test(full_disk_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
