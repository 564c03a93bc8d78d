// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "collect/calibrate.h"
#include "collect/session_inside.h"
#include "target/leftover.h"
#include "target/probe.h"
#include "util/log.h"
#include "util/stopwatch.h"

#define MANY_FUNCTIONS	     250 /* from here on an estimate is due, */
#define MANY_FUNCTIONS_TRIED 20	 /* after that many */
#define DETACH_TRIES	     4

struct under_way {
	struct session *session;
	u64 start_ns;
	bool stop;
};

/*
 * What it means to trace very many functions, said before it is too late to change one's mind.
 * After the first of them are attached, what the others will take is known; what removing takes
 * is tried; several times, for the first waits for what the kernel has to wake up for it.
 */
static void warn_of_many(const struct under_way *attaching, size_t done, size_t total)
{
	/* Not attached yet. */
	const struct target_function *any = attaching->session->choice.functions[total - 1].target;
	u64 elapsed_ns = stopwatch_now_ns() - attaching->start_ns, detach_ns = ~0ULL, one_ns;

	if (done != MANY_FUNCTIONS_TRIED || total < MANY_FUNCTIONS)
		return;
	for (int i = 0; i < DETACH_TRIES; i++) {
		if (probe_detach_ns(any->btf_fd, any->btf_id, &one_ns))
			return;
		detach_ns = one_ns < detach_ns ? one_ns : detach_ns;
	}
	progress_clear(&attaching->session->progress);
	log_info("attaching %zu functions will take some %.0f s, and removing the probes at the "
		 "end some %.0f s, in the background; fewer functions (--functions) take less",
		 total, elapsed_ns / 1e9 * total / done, detach_ns / 1e9 * total);
}

static void attach_progress(void *arg, size_t done, size_t total)
{
	struct under_way *attaching = arg;

	progress_attach(&attaching->session->progress, done, total,
			stopwatch_now_ns() - attaching->start_ns);
	warn_of_many(attaching, done, total);
	if (signals_came(&attaching->session->signals))
		attaching->stop = true;
}

int session_attach_first(struct session *session, size_t cnt)
{
	u64 start_ns = stopwatch_now_ns();
	struct under_way attaching = { .session = session, .start_ns = start_ns };
	int r;

	r = attach_functions(session->attach, session->choice.functions, cnt, attach_progress,
			     &attaching, &attaching.stop);
	progress_clear(&session->progress);
	stopwatch_say(&start_ns, "attaching");
	for (size_t i = 0; i < cnt; i++)
		if (session->choice.functions[i].error)
			log_warn("%s is not traced: the kernel refused it: %s",
				 session->choice.functions[i].target->name,
				 strerror(-session->choice.functions[i].error));
	if (r == -EINTR)
		return err_r(r, "interrupted while attaching; nothing was recorded");
	return r;
}

int session_attach(struct session *session)
{
	struct leftover leftover;
	size_t cnt = session->choice.function_cnt;

	leftover_find("/proc", &leftover);
	if (leftover.process_cnt)
		log_warn(
			"the probes of an earlier recording are still being removed "
			"('exitgraph check' shows how many): calls may lose their return meanwhile "
			"(counted as cycles_mismatched)");
	if (session->options.calibrate)
		calibrate_probes(session->attach, session->choice.functions,
				 session->choice.function_cnt, session->options.no_cache,
				 &session->calibration);
	if (session->options.window_ns)
		cnt = attach_required_cnt(session->choice.isa, session->choice.functions, cnt);
	return session_attach_first(session, cnt);
}
