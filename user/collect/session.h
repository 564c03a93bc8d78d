/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording, from start to end:
 *
 *	session_new()	  everything that can fail for a reason of the user's
 *	session_attach()  functions and boundaries
 *	session_run()	  arms, runs or follows, disarms, reads all into a profile
 *	session_release() leaves the detaching to the background, waits for the command's end
 *
 * Freed in any state, it leaves nothing attached, and the command ended (what that started is the
 *command's to end).
 */
#ifndef EXITGRAPH_COLLECT_SESSION_H
#define EXITGRAPH_COLLECT_SESSION_H

#include "profile/profile.h"
#include "target/select.h"

struct session;
struct mechanism;

struct session_options {
	const struct target_rules *rules;
	/* Functions outside of KVM: see target/outside.h. */
	const struct target_rules *also;
	bool clones; /* trace the compiler's clones, too */
	/* Without rules: how long to look for functions that run; 0 = trace the default list. */
	u64 discover_ns;
	bool no_cache;	 /* take nothing from the cache */
	const struct mechanism *mechanism; /* to attach by; NULL = the best there is */
	char **command;	 /* NULL-terminated, or NULL */
	int pid;	 /* of a VMM, or 0 */
	u64 duration_ns; /* 0 = until the command or the VMM ends, or a signal comes */
	u32 max_vcpus;	 /* slots; 0 = for the vCPUs there are and some more */
	bool exits_only; /* the boundaries alone, no functions */
	bool calibrate;	 /* measure first what the probes cost */
	u64 window_ns;	 /* first with the boundaries alone, for so long; 0 = not */
	u32 samples;	 /* cycles to keep whole, spread evenly, of each reason; 0 = none */
	u32 slowest;	 /* likewise, the slowest ones; XG_SLOWEST_MAX at most */
	u64 over_ns;	 /* likewise, all whose latency is above it; 0 = none */
	bool progress;	 /* show it on standard error */
};

/* How a recording ended. */
enum session_end {
	SESSION_END_COMMAND,
	SESSION_END_VMM,
	SESSION_END_DURATION,
	SESSION_END_SIGNAL,
};

/* 0 or -errno (said). The signals that end a recording (collect/signals.h) are blocked from here to
 * session_free(). */
int session_new(const struct session_options *options, struct session **out);

/* 0 or -errno (said); -EINTR when a signal came. */
int session_attach(struct session *session);

/*
 * Record into @profile as a new recording. 0 or -errno (said). *@end_out says what ended it;
 * *@status_out is the command's as of waitpid(), or 0.
 */
int session_run(struct session *session, struct profile *profile, enum session_end *end_out,
		int *status_out);

/* What session_record() is to record. */
struct session_work {
	const char *title; /* of the recording */
	int (*run)(void *arg); /* 0, or -errno (said), which ends all */
	void *arg;
};

/*
 * Record what @work does with the VMs that options.pid has, without waiting for anything else:
 * may be called again and again. The vCPUs must be in no KVM_RUN when @work ends, and gone when
 * the next recording begins. 0 or -errno (said); *@out is the new recording, owned by @profile.
 */
int session_record(struct session *session, struct profile *profile,
		   const struct session_work *work, struct recording **out);

/* Detach in the background. Then wait for the command, if it was told to end: 5 s at most. */
void session_release(struct session *session);

/* How many functions were attached, and how many the kernel refused. */
void session_function_cnt(const struct session *session, size_t *attached_out, size_t *refused_out);

/* How the functions were chosen: "discovered in 500 ms". Empty if the user named them. */
const char *session_how_chosen(const struct session *session);

void session_free(struct session **session);

#endif
