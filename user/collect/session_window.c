// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "collect/session_inside.h"
#include "profile/losses.h"
#include "profile/window.h"
#include "util/cleanup.h"
#include "util/log.h"

/* The same reason's exits of all vCPUs, into @recording's windows. */
static int add_windows(struct recording *recording, const struct recording *seen)
{
	struct vcpu all = { 0 };
	int r = recording_merge_reasons(seen, &all);

	vcpu_for_each_reason (reason, &all) {
		struct window window;

		window_of_reason(reason, &window);
		if (!r && window.exit_cnt)
			r = window_add(recording, &window);
	}
	vcpu_clear(&all);
	return r ? err_r(r, "no memory") : 0;
}

/* What comes of a window that was not one. */
static int check_end(enum session_end end, const struct recording *recording)
{
	if (end == SESSION_END_SIGNAL)
		return err_r(-EINTR, "interrupted while calibrating; nothing was recorded");
	if (end != SESSION_END_DURATION)
		return err_r(-ENODATA,
			     "what was to be recorded ended within the %llu ms of --calibrate: "
			     "nothing was recorded; let it run for longer, or leave that out",
			     (unsigned long long)recording->window_ns / 1000000);
	if (!recording->window_cnt)
		log_warn("no vCPU had an exit within the %llu ms of --calibrate: what the probes "
			 "cost is known from the start alone",
			 (unsigned long long)recording->window_ns / 1000000);
	return 0;
}

/* The recording has its own losses; what is lost here makes the probes' cost less certain. */
static void warn_of_losses(const struct recording *seen)
{
	u64 cnt = 0;

	for (int i = 0; i < XG_LOSS_COUNT; i++)
		if (!loss_kind(i)->is_note)
			cnt += seen->losses[i];
	if (cnt)
		log_warn("%llu losses while calibrating, of kinds as at the end of a report: what "
			 "the probes cost is less certain by so many exits",
			 (unsigned long long)cnt);
}

static int look(struct session *session, struct recording *recording)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	enum session_end end = SESSION_END_DURATION;
	struct recording *seen;
	int r = profile_new(&profile);

	if (!r)
		r = profile_add_recording(profile, &seen);
	if (r)
		return err_r(r, "no memory");
	r = session_add_functions(session, seen);
	if (!r)
		r = session_follow(session, profile, seen, session->options.window_ns, NULL, &end);
	if (!r)
		r = session_take(session, seen);
	if (r)
		return r;
	warn_of_losses(seen);
	recording->window_ns = seen->duration_ns;
	r = add_windows(recording, seen);
	return r ?: check_end(end, recording);
}

int session_window(struct session *session, struct recording *recording)
{
	int r = look(session, recording);

	if (r)
		return r;
	command_pause(&session->command);
	slots_restart(session->slots);
	r = session_attach_first(session, session->choice.function_cnt);
	/* What is put away meanwhile would take its time from the recording. */
	attach_wait_for_held(session->attach);
	command_continue(&session->command);
	return r;
}
