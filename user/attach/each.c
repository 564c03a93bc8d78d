// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching function by function, with a system call for each of its links.
 *
 * Each link has the kernel go through all functions that ftrace knows, several times, and three
 * times as often where a link is not the first of its function. If a function tracer is on them
 * meanwhile (target/hold.h), the later links need not patch anything. 128 functions by
 * fentry+fexit, in the emulator's instructions: on 6.1 3,270 M without and 2,420 M with it, of which
 * it takes 90 M itself; on 6.12 3,690 M and 2,640 M.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/mechanism.h"
#include "target/hold.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/stopwatch.h"

#define HELD_MIN 16 /* functions; for fewer it takes longer than it saves */

/* If it cannot be had, nobody needs to know: attaching only takes longer. */
static void hold(struct attach_function *const *todo, size_t cnt, struct hold **out)
{
	_cleanup_free_ const struct target_function **targets = calloc(cnt, sizeof(*targets));
	u64 start_ns = stopwatch_now_ns();
	const char *failed;
	int r;

	if (!targets)
		return;
	for (size_t i = 0; i < cnt; i++)
		targets[i] = todo[i]->target;
	r = hold_new(targets, cnt, out, &failed);
	if (r)
		log_debug("attaching without ftrace's hold of the functions: %s: %s", failed,
			  strerror(-r));
	else
		stopwatch_say(&start_ns, "having ftrace hold the functions");
}

int mechanism_attach_each(struct attaching *attaching, struct attach_function **todo, size_t cnt,
			  const struct mechanism *mechanism,
			  int (*one)(struct attaching *attaching,
				     const struct target_function *function, u32 id))
{
	_cleanup_(hold_free) struct hold *held = NULL;

	if (mechanism->is_quicker_held && cnt >= HELD_MIN)
		hold(todo, cnt, &held);
	for (size_t i = 0; i < cnt; i++) {
		size_t probe_cnt = attaching->probes->cnt;
		int r;

		if (*attaching->stop)
			return -EINTR;
		r = one(attaching, todo[i]->target, attaching_id(attaching, todo[i]));
		if (r)
			probes_cut(attaching->probes, probe_cnt);
		attaching_tell(attaching, todo[i], mechanism, r);
		attaching_progress(attaching);
	}
	return 0;
}
