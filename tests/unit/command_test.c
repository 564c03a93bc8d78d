// SPDX-License-Identifier: GPL-2.0
/* A recording's command is run as if there were no recorder: signals and limits are the user's. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/command.h"
#include "util/cleanup.h"

#define BIT(signal) (1ULL << ((signal)-1))

/* Of the signals that the tests are about; others are as whoever runs the tests has them. */
#define LOOKED_AT (BIT(SIGINT) | BIT(SIGTERM) | BIT(SIGHUP) | BIT(SIGPIPE) | BIT(SIGUSR1))

struct caught {
	unsigned long long blocked, ignored;
};

/* What /proc says of a command that was started with @mask. */
static struct caught run(const sigset_t *mask)
{
	char path[] = "/tmp/exitgraph-command.XXXXXX";
	char *argv[] = { "sh", "-c", "exec cat /proc/self/status >\"$1\"", "-", path, NULL };
	struct rlimit descriptors = { 64, 64 };
	struct command command = COMMAND_INIT;
	struct caught caught = { 0 };
	char line[256];
	FILE *f;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(command_start(&command, argv, &descriptors, mask), 0);
	assert_int_equal(command_go(&command), 0);
	assert_true(command_ended(&command, true));
	assert_true(WIFEXITED(command.status) && !WEXITSTATUS(command.status));
	command_stop(&command);
	f = fdopen(fd, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "SigBlk: %llx", &caught.blocked);
		sscanf(line, "SigIgn: %llx", &caught.ignored);
	}
	fclose(f);
	unlink(path);
	caught.blocked &= LOOKED_AT;
	caught.ignored &= LOOKED_AT;
	return caught;
}

static void signals_are_blocked_as_before_the_recorder(void **state)
{
	sigset_t before, users, recorders;

	sigprocmask(SIG_SETMASK, NULL, &before);
	sigemptyset(&users);
	sigaddset(&users, SIGUSR1);
	recorders = users;
	sigaddset(&recorders, SIGINT);
	sigaddset(&recorders, SIGTERM);
	sigaddset(&recorders, SIGHUP);
	sigprocmask(SIG_SETMASK, &recorders, NULL);
	assert_int_equal(run(&users).blocked, BIT(SIGUSR1));
	sigemptyset(&users);
	assert_int_equal(run(&users).blocked, 0);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void signals_are_ignored_as_by_who_started_it(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1 };
	void (*before[ARRAY_SIZE(signals)])(int);
	sigset_t none;

	sigemptyset(&none);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		before[i] = signal(signals[i], SIG_DFL);
	assert_int_equal(run(&none).ignored, 0);
	signal(SIGHUP, SIG_IGN); /* nohup */
	signal(SIGINT, SIG_IGN); /* a shell's background job */
	assert_int_equal(run(&none).ignored, BIT(SIGHUP) | BIT(SIGINT));
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], before[i]);
}

/* It is told once to end; who tells it does not wait. */
static void ending_is_not_waited_for(void **state)
{
	char path[] = "/tmp/exitgraph-command.XXXXXX", text[64];
	char script[] = "trap 'echo told >>\"$1\"' TERM; echo ready >>\"$1\"; "
			"while ! grep -q go \"$1\"; do sleep 0.01; done";
	char *argv[] = { "sh", "-c", script, "-", path, NULL };
	struct rlimit descriptors = { 64, 64 };
	struct command command = COMMAND_INIT;
	sigset_t none;
	int fd = mkstemp(path);

	sigemptyset(&none);
	assert_int_equal(command_start(&command, argv, &descriptors, &none), 0);
	assert_int_equal(command_go(&command), 0);
	while (pread(fd, text, 6, 0) != 6)
		usleep(1000);
	command_terminate(&command);
	command_terminate(&command);
	assert_false(command_ended(&command, false));
	while (pread(fd, text, 11, 0) != 11)
		usleep(1000);
	assert_int_equal(pwrite(fd, "go\n", 3, 11), 3);
	command_stop(&command);
	assert_true(command.ended && WIFEXITED(command.status) && !WEXITSTATUS(command.status));
	assert_int_equal(pread(fd, text, sizeof(text), 0), 14);
	assert_memory_equal(text, "ready\ntold\ngo\n", 14);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_are_blocked_as_before_the_recorder),
		cmocka_unit_test(signals_are_ignored_as_by_who_started_it),
		cmocka_unit_test(ending_is_not_waited_for),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
