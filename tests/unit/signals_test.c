// SPDX-License-Identifier: GPL-2.0
/* Which signals end a recording, and that nothing of it stays. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/signals.h"

/* Whoever runs the tests may have any of them ignored. */
static int defaults(void **state)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	return 0;
}

static void each_comes(void **state)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP };
	struct signals signals = SIGNALS_INIT;

	assert_int_equal(signals_take(&signals), 0);
	assert_false(signals_came(&signals));
	for (size_t i = 0; i < 3; i++) {
		kill(getpid(), all[i]);
		assert_true(signals_came(&signals));
		assert_false(signals_came(&signals));
	}
	signals_give_back(&signals);
}

/* As nohup has it: a recording goes on when the terminal is gone. */
static void an_ignored_hangup_does_not_come(void **state)
{
	struct signals signals = SIGNALS_INIT;

	signal(SIGHUP, SIG_IGN);
	assert_int_equal(signals_take(&signals), 0);
	kill(getpid(), SIGHUP);
	assert_false(signals_came(&signals));
	kill(getpid(), SIGTERM);
	assert_true(signals_came(&signals));
	signals_give_back(&signals);
}

/* As in a shell's background job, which scripts end by kill -INT. */
static void an_ignored_interrupt_comes(void **state)
{
	struct signals signals = SIGNALS_INIT;

	signal(SIGINT, SIG_IGN);
	assert_int_equal(signals_take(&signals), 0);
	kill(getpid(), SIGINT);
	assert_true(signals_came(&signals));
	signals_give_back(&signals);
}

static void all_is_given_back(void **state)
{
	struct signals signals = SIGNALS_INIT;
	sigset_t before, after;

	sigemptyset(&before);
	sigaddset(&before, SIGUSR1);
	sigaddset(&before, SIGINT);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(signals_take(&signals), 0);
	sigprocmask(SIG_SETMASK, NULL, &after);
	assert_true(sigismember(&after, SIGTERM));
	signals_give_back(&signals);
	sigprocmask(SIG_SETMASK, NULL, &after);
	for (int i = 1; i < NSIG; i++)
		assert_int_equal(sigismember(&after, i), sigismember(&before, i));
	signals_give_back(&signals); /* once is enough, twice does no harm */
	sigemptyset(&before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

#define TEST(name) cmocka_unit_test_setup(name, defaults)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_comes),
		TEST(an_ignored_hangup_does_not_come),
		TEST(an_ignored_interrupt_comes),
		TEST(all_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
