// SPDX-License-Identifier: GPL-2.0
#include "target/hold.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "target/instance.h"
#include "util/cleanup.h"

/*
 * The first in ftrace's list, of the kernel's start: nothing runs it any more. A filter of one such
 * function is quickly set; an empty one would mean all functions.
 */
#define NO_FUNCTION "1"

struct hold {
	char *numbers; /* of the functions, in ftrace's list */
	struct instance *instance;
	pthread_t thread;
	bool has_thread; /* which sets up or removes, and is to be joined */
	int error;
	const char *failed;
};

/* Their numbers: names would take ftrace 0.1 s each. */
static int format_numbers(const struct target_function *const *functions, size_t cnt,
			  char **text_out)
{
	size_t size;
	FILE *f = open_memstream(text_out, &size);

	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < cnt; i++)
		if (functions[i]->site_line)
			fprintf(f, "%u ", functions[i]->site_line);
	if (fclose(f))
		return -ENOMEM;
	/* No filter would be all functions of the kernel. */
	return size ? 0 : -ENOENT;
}

static int set_up_tracer(struct hold *hold)
{
	const struct {
		const char *file, *text;
	} writes[] = {
		{ "tracing_on", "0" },
		{ "buffer_size_kb", "1" },
		{ "set_ftrace_filter", hold->numbers },
		{ "current_tracer", "function" },
	};
	int r = 0;

	for (size_t i = 0; !r && i < ARRAY_SIZE(writes); i++) {
		hold->failed = writes[i].file;
		r = instance_write(hold->instance, writes[i].file, writes[i].text, false);
	}
	instance_mend_top_level(hold->instance);
	return r;
}

static void *set_up(void *arg)
{
	struct hold *hold = arg;

	hold->failed = "an instance of tracefs";
	hold->error = instance_new(&hold->instance);
	if (!hold->error)
		hold->error = set_up_tracer(hold);
	return NULL;
}

static void *remove_tracer(void *arg)
{
	struct hold *hold = arg;

	instance_free(&hold->instance);
	return NULL;
}

/* All signals are for the process' other threads. */
static int start_thread(struct hold *hold, void *(*run)(void *))
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	r = pthread_create(&hold->thread, NULL, run, hold);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	hold->has_thread = !r;
	return -r;
}

static void join(struct hold *hold)
{
	if (hold->has_thread)
		pthread_join(hold->thread, NULL);
	hold->has_thread = false;
}

int hold_start(const struct target_function *const *functions, size_t cnt, struct hold **out)
{
	_cleanup_(hold_free) struct hold *hold = calloc(1, sizeof(*hold));
	int r;

	if (!hold)
		return -ENOMEM;
	r = format_numbers(functions, cnt, &hold->numbers);
	if (!r)
		r = start_thread(hold, set_up);
	if (!r)
		*out = TAKE_PTR(hold);
	return r;
}

int hold_wait(struct hold *hold, const char **failed_out)
{
	join(hold);
	*failed_out = hold->failed;
	return hold->error;
}

void hold_let_go(struct hold *hold)
{
	join(hold);
	if (!hold->instance)
		return;
	instance_write(hold->instance, "set_ftrace_filter", NO_FUNCTION, false);
}

void hold_remove(struct hold *hold)
{
	join(hold);
	if (hold->instance)
		start_thread(hold, remove_tracer);
}

void hold_free(struct hold **hold_ptr)
{
	struct hold *hold = *hold_ptr;

	if (!hold)
		return;
	join(hold);
	instance_free(&hold->instance);
	free(hold->numbers);
	free(hold);
	*hold_ptr = NULL;
}
