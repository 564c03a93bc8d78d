// SPDX-License-Identifier: GPL-2.0
/* Random dumps, as the kernel prints them, against a reference that adds up by itself. */
#include "import_dump.h"

/* Every call that returned is there, with its time and that of the calls in it. */
static void compare(struct paths *want, const struct recording *recording, u32 tid)
{
	struct paths got = {};

	paths_add(&got, recording, tid);
	for (size_t i = 0; i < want->cnt; i++) {
		struct path *w = &want->path[i], *g = paths_find(&got, w->name);

		if (g->calls != w->calls)
			print_error("%s: %llu calls, not %llu\n", w->name,
				    (unsigned long long)g->calls, (unsigned long long)w->calls);
		assert_int_equal(g->calls, w->calls);
		/* Of a call without return, what is known of its time is that of its children. */
		assert_true(g->total_ns >= w->total_ns);
		if (!recording->losses[XG_LOSS_CALLS_UNFINISHED])
			assert_int_equal(g->total_ns, w->total_ns);
	}
	for (size_t i = 0; i < got.cnt; i++) {
		struct path *w = paths_find(want, got.path[i].name);

		assert_int_equal(got.path[i].calls, w->calls);
	}
	paths_clear(&got);
}

static void compare_all(struct dump *d, const struct recording *recording)
{
	compare(&d->all, recording, 0);
	if (d->options & DUMP_OWN_CPUS)
		return;
	for (u32 i = 0; i < DUMP_TASKS; i++) {
		if (d->paths[i].cnt)
			compare(&d->paths[i], recording, dump_pid(i));
	}
}

static void check(u32 options, u64 seed, u32 steps, u32 least_lines)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	_cleanup_free_ char *text = NULL;
	struct dump d;
	size_t length;
	int err;

	text = dump_make(&d, options, seed, steps, &length);
	assert_true(d.line_cnt >= least_lines);
	profile = import_bytes(text, length, &err);
	assert_int_equal(err, 0);
	assert_int_equal(profile_recording_cnt(profile), 1);
	assert_int_equal(profile->first->losses[XG_LOSS_CALLS_ORPHANED], 0);
	assert_int_equal(profile->first->losses[XG_LOSS_CALLS_UNFINISHED], d.unfinished);
	assert_int_equal(profile->first->losses[XG_LOSS_LINES_DAMAGED], 0);
	compare_all(&d, profile->first);
	dump_free(&d);
}

static void long_dump(void **state)
{
	check(DUMP_HEADER, 1, 5000, 3000);
	check(DUMP_NOISE, 2, 20000, 12000);
}

/* Call by call nothing is missing, so inclusive and self times are right to the nanosecond. */
static void compare_self(struct paths *want, const struct recording *recording, u32 tid)
{
	struct paths got = {};

	paths_add(&got, recording, tid);
	assert_int_equal(got.cnt, want->cnt);
	for (size_t i = 0; i < want->cnt; i++) {
		const struct path *w = &want->path[i], *g = paths_find(&got, w->name);

		assert_int_equal(g->calls, w->calls);
		assert_int_equal(g->total_ns, w->total_ns);
		assert_int_equal((s64)g->total_ns - g->child_ns, (s64)w->total_ns - w->child_ns);
	}
	paths_clear(&got);
}

/*
 * 3,000 lines and more, on CPUs that take turns, of tasks that migrate in the middle of their
 * calls, with switch blocks and named closing braces; all calls return.
 */
static void complete_dump(void **state)
{
	for (u64 seed = 40; seed < 50; seed++) {
		_cleanup_(profile_free) struct profile *profile = NULL;
		_cleanup_free_ char *text = NULL;
		struct dump d;
		size_t length;
		int err;

		text = dump_make(&d, DUMP_HEADER | DUMP_COMPLETE, seed, 4500, &length);
		assert_true(d.line_cnt >= 3000);
		assert_true(d.block_cnt > 100 && d.named_cnt > 100 && d.migration_cnt > 100);
		assert_int_equal(d.unfinished, 0);
		profile = import_bytes(text, length, &err);
		assert_int_equal(err, 0);
		assert_int_equal(profile_recording_cnt(profile), 1);
		for (int i = 0; i < XG_LOSS_COUNT; i++)
			assert_int_equal(profile->first->losses[i], 0);
		compare_self(&d.all, profile->first, 0);
		for (u32 i = 0; i < DUMP_TASKS; i++)
			compare_self(&d.paths[i], profile->first, dump_pid(i));
		print_message("%u lines: %u switch blocks, %u named braces, %u calls that migrated\n",
			      d.line_cnt, d.block_cnt, d.named_cnt, d.migration_cnt);
		dump_free(&d);
	}
}

static void all_options(void **state)
{
	static const u32 options[] = {
		DUMP_PROC,
		DUMP_ABSTIME,
		DUMP_RELTIME,
		DUMP_ABSTIME | DUMP_RELTIME,
		DUMP_FLAGS,
		DUMP_TAIL,
		DUMP_RETVAL,
		DUMP_ARGS,
		DUMP_NO_OVERHEAD,
		DUMP_NO_CPU | DUMP_PROC,
		DUMP_CRLF,
		DUMP_OWN_CPUS | DUMP_NOISE,
		DUMP_TRACE_CMD,
		DUMP_TRACE_CMD | DUMP_TAIL | DUMP_FLAGS,
		DUMP_PROC | DUMP_ABSTIME | DUMP_FLAGS | DUMP_TAIL | DUMP_RETVAL | DUMP_ARGS |
			DUMP_NOISE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		check(options[i], 100 + i, 3000, 1000);
}

static void many_seeds(void **state)
{
	for (u64 seed = 1000; seed < 1200; seed++)
		check(seed % 3 ? 0 : DUMP_NOISE | DUMP_TAIL, seed, 300 + seed % 400, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_dump),
		cmocka_unit_test(complete_dump),
		cmocka_unit_test(all_options),
		cmocka_unit_test(many_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
