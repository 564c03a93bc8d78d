/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of a recording: what session*.c share. */
#ifndef EXITGRAPH_COLLECT_SESSION_INSIDE_H
#define EXITGRAPH_COLLECT_SESSION_INSIDE_H

#include <sys/resource.h>

#include "attach/attach.h"
#include "collect/choose.h"
#include "collect/command.h"
#include "collect/keep.h"
#include "collect/progress.h"
#include "collect/session.h"
#include "collect/signals.h"
#include "collect/slots.h"

struct session {
	struct session_options options;
	struct choice choice;
	struct attach *attach;
	struct attach_options attach_options;
	struct calibration calibration;
	struct slots *slots;
	struct keep *keep;
	struct command command;
	struct progress progress;
	struct signals signals;
	u64 entries_without_slot; /* counted up to the latest recording's end */
	u64 recursion_misses;
	int vmm_fd;			/* readable when the VMM has ended */
	struct rlimit descriptor_limit; /* the user's, for the command */
};

/* Attach the first @cnt of the functions chosen, but for those that are. 0 or -errno (said). */
int session_attach_first(struct session *session, size_t cnt);

/* The functions that are attached, to @recording. 0 or -errno (said). */
int session_add_functions(struct session *session, struct recording *recording);

/*
 * Arm, let the command run if it does not yet, follow it for @duration_ns (0 = until something
 * else ends it) or do @work, disarm. 0 or -errno (said).
 */
int session_follow(struct session *session, struct profile *profile, struct recording *recording,
		   u64 duration_ns, const struct session_work *work, enum session_end *end_out);

/* What the kernel has of it once it is over. 0 or -errno (said). */
int session_take(struct session *session, struct recording *recording);

/*
 * With the boundaries alone attached: record for options.window_ns what reasons take, into
 * @recording's windows; then attach the rest, while the command is stopped. 0 or -errno (said).
 */
int session_window(struct session *session, struct recording *recording);

#endif
