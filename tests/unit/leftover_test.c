// SPDX-License-Identifier: GPL-2.0
/* Who still detaches, told by a /proc that the test makes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "target/leftover.h"

static char proc[] = "/tmp/exitgraph-proc.XXXXXX";

static void put_bytes(const char *name, const char *bytes, size_t size)
{
	char path[256], *slash;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", proc, name);
	for (slash = path + strlen(proc) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		assert_true(!mkdir(path, 0700) || errno == EEXIST);
	}
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static void put(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

/* A process that was started at @start_s and has @link_cnt links. */
static void put_process(int pid, const char *comm, int start_s, int link_cnt)
{
	char name[64], text[256];

	snprintf(name, sizeof(name), "%d/comm", pid);
	snprintf(text, sizeof(text), "%s\n", comm);
	put(name, text);
	snprintf(name, sizeof(name), "%d/stat", pid);
	/* A name may hold what looks like the fields after it. */
	snprintf(text, sizeof(text),
		 "%d (a) S (b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 %ld 20 21\n", pid,
		 start_s * sysconf(_SC_CLK_TCK));
	put(name, text);
	snprintf(name, sizeof(name), "%d/fdinfo/0", pid);
	put(name, "pos:\t0\nflags:\t02\n");
	for (int i = 0; i < link_cnt; i++) {
		snprintf(name, sizeof(name), "%d/fdinfo/%d", pid, 2 * i + 3);
		put(name, "pos:\t0\nlink_type:\ttracing\nlink_id:\t7\n");
		snprintf(name, sizeof(name), "%d/fdinfo/%d", pid, 2 * i + 4);
		put(name, "pos:\t0\nprog_type:\ttracing\n");
	}
}

static int make_proc(void **state)
{
	strcpy(proc + sizeof(proc) - 7, "XXXXXX");
	assert_non_null(mkdtemp(proc));
	put("uptime", "1000.25 999.00\n");
	put_process(1, "init", 0, 0);
	put_process(300, "exitgraph", 100, 3);
	return 0;
}

static int remove_proc(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", proc);
	return system(command);
}

static void none_is_left(void **state)
{
	struct leftover leftover;

	leftover_find(proc, &leftover);
	assert_int_equal(leftover.process_cnt, 0);
	assert_int_equal(leftover.probe_cnt, 0);
	assert_string_equal(leftover.recording, "");
}

static void one_is_left(void **state)
{
	static const char line[] = "exitgraph\0record\0-o\0a\nb.xg";
	struct leftover leftover;

	put_process(400, LEFTOVER_COMM, 988, 5);
	put_bytes("400/cmdline", line, sizeof(line));
	leftover_find(proc, &leftover);
	assert_int_equal(leftover.process_cnt, 1);
	assert_int_equal(leftover.probe_cnt, 5);
	assert_int_equal(leftover.pid, 400);
	assert_int_equal(leftover.age_s, 12);
	assert_string_equal(leftover.recording, "exitgraph record -o a?b.xg");
}

static void of_several_the_oldest_is_named(void **state)
{
	struct leftover leftover;

	put_process(400, LEFTOVER_COMM, 990, 2);
	put_process(401, LEFTOVER_COMM, 980, 1);
	put_process(402, LEFTOVER_COMM, 985, 4);
	put_bytes("401/cmdline", "old", 4);
	leftover_find(proc, &leftover);
	assert_int_equal(leftover.process_cnt, 3);
	assert_int_equal(leftover.probe_cnt, 7);
	assert_int_equal(leftover.pid, 401);
	assert_int_equal(leftover.age_s, 20);
	assert_string_equal(leftover.recording, "old");
}

/* One that is being killed has neither a command line nor descriptors any more. */
static void one_that_ends_is_still_one(void **state)
{
	struct leftover leftover;

	put("500/comm", LEFTOVER_COMM "\n");
	put("500/stat", "500 (xg");
	leftover_find(proc, &leftover);
	assert_int_equal(leftover.process_cnt, 1);
	assert_int_equal(leftover.probe_cnt, 0);
	assert_int_equal(leftover.pid, 500);
	assert_int_equal(leftover.age_s, 0);
}

static void a_long_command_line_is_cut(void **state)
{
	char line[4096];
	struct leftover leftover;

	memset(line, 'x', sizeof(line));
	put_process(400, LEFTOVER_COMM, 990, 0);
	put_bytes("400/cmdline", line, sizeof(line));
	leftover_find(proc, &leftover);
	assert_int_equal(strlen(leftover.recording), sizeof(leftover.recording) - 1);
	assert_string_equal(leftover.recording + strlen(leftover.recording) - 4, "x...");
}

static void without_proc_there_is_none(void **state)
{
	struct leftover leftover;

	leftover_find("/nowhere", &leftover);
	assert_int_equal(leftover.process_cnt, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_proc, remove_proc)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(none_is_left),
		TEST(one_is_left),
		TEST(of_several_the_oldest_is_named),
		TEST(one_that_ends_is_still_one),
		TEST(a_long_command_line_is_cut),
		TEST(without_proc_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
