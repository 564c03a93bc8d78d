// SPDX-License-Identifier: GPL-2.0
/* Cycles kept whole: what is written is what is read, fast enough, and nothing else is. */
#include "cycle_fixture.h"

#include <errno.h>
#include <sqlite3.h>
#include <time.h>

#include "profile/store.h"

static char directory[64], path[96];

static int set_up(void **state)
{
	fixture_directory(directory);
	snprintf(path, sizeof(path), "%s/cycles.xg", directory);
	return 0;
}

static int tear_down(void **state)
{
	fixture_remove(directory);
	return 0;
}

/* Write @profile and read it again. */
static struct profile *round_trip(const struct profile *profile)
{
	_cleanup_(store_free) struct store *store = NULL;
	struct profile *read = NULL;

	assert_int_equal(store_create(path, &store), 0);
	assert_int_equal(store_commit(store, profile), 0);
	assert_int_equal(store_read(path, &read), 0);
	return read;
}

static void assert_same_cycle(const struct cycle *a, const struct cycle *b)
{
	struct cycle x = *a, y = *b;

	assert_int_equal(a->base_cnt, b->base_cnt);
	assert_int_equal(a->event_cnt, b->event_cnt);
	assert_memory_equal(a->base, b->base, a->base_cnt * sizeof(*a->base));
	for (size_t i = 0; i < a->event_cnt; i++) {
		assert_int_equal(a->events[i].ns, b->events[i].ns);
		assert_int_equal(a->events[i].kind, b->events[i].kind);
		assert_int_equal(a->events[i].function, b->events[i].function);
	}
	x.base = y.base = NULL;
	x.events = y.events = NULL;
	x.next = y.next = NULL;
	assert_memory_equal(&x, &y, sizeof(x));
}

static size_t cycle_cnt(const struct vcpu *vcpu)
{
	size_t cnt = 0;

	vcpu_for_each_cycle (cycle, vcpu)
		cnt++;
	return cnt;
}

/* They come back in some order. */
static void assert_same_cycles(const struct vcpu *a, const struct vcpu *b)
{
	assert_int_equal(cycle_cnt(a), cycle_cnt(b));
	vcpu_for_each_cycle (m, a) {
		const struct cycle *found = NULL;

		vcpu_for_each_cycle (n, b) {
			if (n->started_mono_ns == m->started_mono_ns)
				found = n;
		}
		assert_non_null(found);
		assert_same_cycle(m, found);
	}
}

static void random_cycles_round_trip(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile(), *read = NULL;
	struct recording *r = profile->first;
	struct vcpu *n;
	u64 seed = 11;

	recording_for_each_vcpu (vcpu, r) {
		for (u32 i = 0; i < 200; i++)
			cycle_fixture_add(vcpu, &seed, r->function_cnt, 1 + i % 5, i % 7, i,
					  i % 3 ? 10000 : 1000000000000);
	}
	read = round_trip(profile);
	n = read->first->first_vcpu;
	recording_for_each_vcpu (m, r) {
		assert_same_cycles(m, n);
		n = n->next;
	}
}

static void extreme_numbers_round_trip(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile(), *read = NULL;
	struct vcpu *vcpu = profile->first->first_vcpu;
	struct cycle *c;
	u64 seed = 5;

	c = cycle_fixture_add(vcpu, &seed, 3, 1, 0, 0, 0);
	c->known = 31;
	c->code = UINT64_MAX;
	c->rip = c->next_rip = c->info1 = c->info2 = UINT64_MAX;
	c->intr_info = UINT32_MAX;
	c->cpu = CYCLE_CPU_MAX;
	c->started_unix_ns = c->started_mono_ns = INT64_MAX;
	c->duration_ns = c->latency_ns = INT64_MAX;
	read = round_trip(profile);
	assert_same_cycle(c, read->first->first_vcpu->first_cycle);
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Many more than anybody looks at. */
static void hundred_thousand_cycles(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile(), *read = NULL;
	struct vcpu *vcpu = profile->first->first_vcpu;
	double start, seconds;
	u64 seed = 3;

	for (u32 i = 0; i < 100000; i++)
		cycle_fixture_add(vcpu, &seed, profile->first->function_cnt, 4, 3, 24, 10000);
	start = seconds_now();
	read = round_trip(profile);
	seconds = seconds_now() - start;
	print_message("100,000 cycles written and read in %.1f s\n", seconds);
	assert_int_equal(cycle_cnt(read->first->first_vcpu), 100000);
	assert_true(seconds < 60);
}

/* What a collector with a bug could hand over: the rest is stored, and it is said. */
static void unsound_cycles_are_left_out(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile(), *read = NULL;
	struct vcpu *vcpu = profile->first->first_vcpu;
	struct fixture_stderr caught;
	struct cycle *c;
	char line[2048];
	u64 seed = 8;

	for (u32 i = 0; i < 10; i++)
		c = cycle_fixture_add(vcpu, &seed, 3, 1, 2, 30, 1000);
	c->events[c->event_cnt / 2].ns = c->duration_ns + 1;
	c = c->next;
	c->events[0].kind = CYCLE_ON_CPU;
	c = c->next;
	c->event_cnt = 0;
	c = c->next;
	c->base[1] = 12345;
	c = c->next;
	c->duration_ns = UINT64_MAX;
	c = c->next;
	c->why = 8;
	caught = fixture_catch_stderr();
	read = round_trip(profile);
	assert_int_equal(fixture_release_stderr(&caught, line), 1);
	assert_non_null(strstr(line, "6 cycles"));
	assert_int_equal(cycle_cnt(read->first->first_vcpu), 4);
}

/* Open over both ends: KVM_RUN, the run function; the exit, a call, a scheduling. */
static void one_cycle(struct vcpu *vcpu)
{
	static const struct cycle_event events[] = {
		{ .ns = 1000, .kind = CYCLE_EXIT },
		{ .ns = 1100, .function = 1, .kind = CYCLE_RETURN },
		{ .ns = 1200, .function = 2, .kind = CYCLE_ENTRY },
		{ .ns = 1300, .kind = CYCLE_OFF_CPU },
		{ .ns = 1700, .cpu = 3, .kind = CYCLE_ON_CPU },
		{ .ns = 1800, .function = 2, .kind = CYCLE_RETURN },
		{ .ns = 1900, .function = 1, .kind = CYCLE_ENTRY },
	};
	struct cycle *c;

	assert_int_equal(vcpu_add_cycle(vcpu, &c), 0);
	c->code = 0x72;
	c->why = CYCLE_SLOWEST | CYCLE_OVER;
	c->known = CYCLE_KNOWN_RIP;
	c->rip = 0xffffffff81000abc;
	c->started_unix_ns = 1790000000123456789;
	c->guest_ns = 1000;
	c->latency_ns = 1000;
	c->duration_ns = 2000;
	c->base = calloc(2, sizeof(*c->base));
	c->events = malloc(sizeof(events));
	assert_true(c->base && c->events);
	c->base[1] = 1;
	c->base_cnt = 2;
	memcpy(c->events, events, sizeof(events));
	c->event_cnt = ARRAY_SIZE(events);
}

/* The only cell that @sql gives, for the caller to free. */
static char *cell(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *query;
	char *text;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &query, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(query), SQLITE_ROW);
	text = strdup((const char *)sqlite3_column_text(query, 0) ?: "NULL");
	sqlite3_finalize(query);
	return text;
}

static void file_is_for_the_sqlite_shell(void **state)
{
	static const struct {
		const char *sql, *expected;
	} queries[] = {
		{ "SELECT why || ' ' || rip FROM cycles", "slowest,over 0xffffffff81000abc" },
		{ "SELECT info1 FROM cycles", "NULL" },
		{ "SELECT started_utc FROM cycles", "2026-09-21 14:13:20.123456" },
		{ "SELECT group_concat(call || ':' || ns) FROM cycle_calls",
		  "vcpu_run:2000,  svm_prepare_switch_to_guest:1100,    <exit>:0,"
		  "  kvm_lapic_get_cr8:600,    <off-cpu>:400,  svm_prepare_switch_to_guest:100" },
	};
	_cleanup_(profile_free) struct profile *profile = fixture_profile(), *read = NULL;
	sqlite3 *db;

	one_cycle(profile->first->first_vcpu);
	read = round_trip(profile);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		_cleanup_free_ char *text = cell(db, queries[i].sql);

		assert_string_equal(text, queries[i].expected);
	}
	sqlite3_close(db);
}

/* What somebody may have done to a good file, and what is said about it. */
static const struct {
	const char *sql, *expected;
} edits[] = {
	{ "UPDATE cycle SET vcpu = 77", "vcpu" },
	{ "UPDATE cycle SET code = 'x'", "code is no number" },
	{ "UPDATE cycle SET why = 8", "why" },
	{ "UPDATE cycle SET started_unix_ns = -1", "started_unix_ns" },
	{ "UPDATE cycle SET started_mono_ns = 1.5", "started_mono_ns" },
	{ "UPDATE cycle SET latency_ns = 'long'", "latency_ns" },
	{ "UPDATE cycle SET duration_ns = -1", "duration_ns" },
	{ "UPDATE cycle SET duration_ns = 1899", "fit" },
	{ "UPDATE cycle SET cpu = 8192", "cpu" },
	{ "UPDATE cycle SET rip = 'here'", "rip is no number" },
	{ "UPDATE cycle SET intr_info = 4294967296", "intr_info" },
	{ "DELETE FROM cycle", "cycle" },
	{ "DELETE FROM cycle_span", "no exit" },
	{ "DELETE FROM cycle_span WHERE kind = 'exit'", "numbered" },
	{ "DELETE FROM cycle_span WHERE number >= 2", "fit" },
	{ "UPDATE cycle_span SET cycle = 2", "cycle" },
	{ "UPDATE cycle_span SET number = number + 100", "numbered" },
	{ "UPDATE cycle_span SET depth = -1", "depth" },
	{ "UPDATE cycle_span SET depth = 600", "depth" },
	{ "UPDATE cycle_span SET depth = 0", "fit" },
	{ "UPDATE cycle_span SET depth = 3 WHERE number = 3", "fit" },
	{ "UPDATE cycle_span SET depth = number", "fit" },
	{ "UPDATE cycle_span SET kind = 'loop' WHERE number = 3", "kind" },
	{ "UPDATE cycle_span SET kind = x'63616c6c'", "kind" },
	{ "UPDATE cycle_span SET kind = 'call', function = 0 WHERE kind = 'exit'", "fit" },
	{ "UPDATE cycle_span SET kind = 'exit'", "fit" },
	{ "UPDATE cycle_span SET to_ns = 1001 WHERE kind = 'exit'", "fit" },
	{ "UPDATE cycle_span SET from_ns = NULL WHERE kind = 'exit'", "fit" },
	{ "UPDATE cycle_span SET function = 29", "function" },
	{ "UPDATE cycle_span SET function = NULL", "function" },
	{ "UPDATE cycle_span SET from_ns = NULL WHERE number = 3", "fit" },
	{ "UPDATE cycle_span SET to_ns = NULL WHERE number = 1", "fit" },
	{ "UPDATE cycle_span SET to_ns = NULL WHERE kind = 'off-cpu'", "fit" },
	{ "UPDATE cycle_span SET to_ns = 1050, from_ns = 1060 WHERE number = 1", "fit" },
	{ "UPDATE cycle_span SET from_ns = 2001 WHERE number = 5", "fit" },
	{ "UPDATE cycle_span SET to_ns = -5 WHERE number = 1", "to_ns" },
	{ "UPDATE cycle_span SET cpu = -5 WHERE kind = 'off-cpu'", "cpu" },
	{ "UPDATE cycle_span SET cpu = NULL WHERE kind = 'off-cpu'", "cpu" },
	{ "WITH RECURSIVE n (i) AS (SELECT 6 UNION ALL SELECT i + 1 FROM n LIMIT 600)"
	  " INSERT INTO cycle_span SELECT 1, i, i - 4, 'call', 0, 2000, 2000, NULL FROM n",
	  "depth" },
	{ "WITH RECURSIVE n (i) AS (SELECT 6 UNION ALL SELECT i + 1 FROM n LIMIT 70000)"
	  " INSERT INTO cycle_span SELECT 1, i, 2, 'call', 0, 2000, 2000, NULL FROM n",
	  "number is not" },
};

static void edited_rows(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
		_cleanup_(profile_free) struct profile *profile = fixture_profile(), *read = NULL;
		struct profile *hostile = NULL;
		struct fixture_stderr caught;
		char line[2048], *message = NULL;
		sqlite3 *db;
		int err;

		one_cycle(profile->first->first_vcpu);
		read = round_trip(profile);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		sqlite3_exec(db, edits[i].sql, NULL, NULL, &message);
		if (message)
			fail_msg("%s: %s", edits[i].sql, message);
		sqlite3_close(db);
		caught = fixture_catch_stderr();
		err = store_read(path, &hostile);
		assert_int_equal(fixture_release_stderr(&caught, line), 1);
		if (err != -EINVAL || !strstr(line, edits[i].expected))
			fail_msg("%s: gives %d and says '%s'", edits[i].sql, err, line);
		assert_null(hostile);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_cycles_round_trip),
		cmocka_unit_test(extreme_numbers_round_trip),
		cmocka_unit_test(unsound_cycles_are_left_out),
		cmocka_unit_test(file_is_for_the_sqlite_shell),
		cmocka_unit_test(edited_rows),
		cmocka_unit_test(hundred_thousand_cycles),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
