// SPDX-License-Identifier: GPL-2.0
#include "attach/held.h"

#include <stdlib.h>
#include <string.h>

#include "attach/saver.h"
#include "target/hold.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/stopwatch.h"

#define HELD_MIN 16 /* functions; for fewer it takes longer than it saves */

struct held {
	const struct target_function **functions;
	size_t cnt;
	struct hold *tracer;
	bool saves;
	int saver_fd;
};

static int collect(struct held *held, const struct features *features,
		   const struct mechanism *forced, const struct attach_function *functions,
		   size_t cnt)
{
	held->functions = calloc(cnt + 1, sizeof(*held->functions));
	if (!held->functions)
		return -1;
	for (size_t i = 0; i < cnt; i++) {
		const struct mechanism *mechanism =
			mechanism_of(features, forced, functions[i].target);

		if (mechanism && mechanism->is_quicker_held)
			held->functions[held->cnt++] = functions[i].target;
	}
	return held->cnt < HELD_MIN ? -1 : 0;
}

static void say_without(const char *what, int error)
{
	if (error)
		log_debug("attaching without ftrace's hold of the functions: %s: %s", what,
			  strerror(-error));
}

void held_start(const struct features *features, const struct mechanism *forced, bool saves,
		const struct attach_function *functions, size_t cnt, struct held **out)
{
	_cleanup_(held_free) struct held *held = calloc(1, sizeof(*held));

	if (!held)
		return;
	held->saver_fd = -1;
	held->saves = saves;
	if (collect(held, features, forced, functions, cnt))
		return;
	say_without("its thread", hold_start(held->functions, held->cnt, &held->tracer));
	if (held->tracer)
		*out = TAKE_PTR(held);
}

void held_wait(struct held *held)
{
	u64 start_ns = stopwatch_now_ns();
	const char *failed;
	int r;

	if (!held)
		return;
	r = hold_wait(held->tracer, &failed);
	say_without(failed, r);
	if (!r && held->saves)
		held->saver_fd = saver_attach(held->functions, held->cnt);
	stopwatch_say(
		&start_ns,
		held->saver_fd < 0
			? "waiting for a tracer on the functions"
			: "waiting for a tracer, and for a kprobe.multi link, on the functions");
}

/* The saver first: the tracer leaves no more to patch by then. */
void held_let_go(struct held *held)
{
	u64 start_ns = stopwatch_now_ns();

	if (!held)
		return;
	cleanup_close(&held->saver_fd);
	held->saver_fd = -1;
	hold_let_go(held->tracer);
	stopwatch_say(&start_ns, "letting go of the functions");
}

void held_remove(struct held *held)
{
	if (held)
		hold_remove(held->tracer);
}

void held_free(struct held **held_ptr)
{
	struct held *held = *held_ptr;

	if (!held)
		return;
	cleanup_close(&held->saver_fd);
	hold_free(&held->tracer);
	free(held->functions);
	free(held);
	*held_ptr = NULL;
}
