/* SPDX-License-Identifier: GPL-2.0 */
/* Which functions a recording traces. */
#ifndef EXITGRAPH_COLLECT_CHOOSE_H
#define EXITGRAPH_COLLECT_CHOOSE_H

#include "attach/attach.h"
#include "collect/session.h"
#include "target/select.h"
#include "target/target.h"

/* Starts as { 0 }. Owns the hosts that its functions are of. */
struct choice {
	enum isa isa;
	struct target_host *host; /* NULL where no function is traced */
	struct target_selection selection;
	struct target_host *outside; /* NULL if nothing outside of KVM is traced */
	struct target_selection outside_selection;
	struct attach_function *functions; /* the index of each is its id */
	size_t function_cnt;
	char how[160]; /* "discovered in 500 ms"; empty if the user named them */
};

/*
 * The user's choice, after the functions without which there are no boundaries. Where the user
 * made none:
 *
 * - VMs that run already are watched for a moment, for what they have KVM run. That is done
 *   each time, and not taken from the cache: what another VM did yesterday would be traced of
 *   this one, and of its own exits nothing but the boundaries.
 * - A COMMAND may be over before it has been watched, and its first exits count as much as the
 *   others: so it is the default list, with what was discovered last on this kernel. That
 *   never shows less than the list alone, whichever guest has been watched.
 * - The same where no vCPU runs, or the kernel has no function tracer for us.
 *
 * 0 or -errno (said; when @stop_fd can be read, -EINTR); free @out either way.
 */
int choose_functions(const struct session_options *options, int stop_fd, struct choice *out);

void choice_free(struct choice *choice);

#endif
