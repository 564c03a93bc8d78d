/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probes on trial: on functions of the kernel's that do nothing, which it has for testing
 * such probes (bpf_fentry_test1() and on, net/bpf/test_run.c), called as often as one likes.
 *
 *	trial_new()	 this thread gets a vCPU's state, as if it recorded
 *	trial_attach()	 copies of the templates, by a mechanism, on some of the functions
 *	trial_run()	 has all of the functions called, in their order, and gives the log
 *	trial_free()	 takes the state away
 *
 * What was attached stays attached, idle, until all probes go (attach_release()): to detach it
 * would take as long as a recording may. So the next mechanism gets other functions.
 *
 * It needs an attach that is not armed yet, and leaves it as it was: no slot is taken, and nothing
 * is counted.
 */
#ifndef EXITGRAPH_ATTACH_TRIAL_H
#define EXITGRAPH_ATTACH_TRIAL_H

#include <stddef.h>

#include "xg_log.h"
#include "xg_types.h"

#define TRIAL_FUNCTIONS 9

struct attach;
struct mechanism;
struct trial;

/* 0 or -errno, not said: -ENOENT where the kernel has not these functions. */
int trial_new(struct attach *attach, struct trial **out);
void trial_free(struct trial **trial);

/*
 * Functions in a row that nothing is attached to yet: the first one's id in the log, how many there
 * are, TRIAL_GROUP_MAX at most, and how many arguments each takes. 0, or -ENOSPC: none are left.
 */
#define TRIAL_GROUP_MAX 3
int trial_next(const struct trial *trial, u32 *first_out, u32 *arg_cnts, u32 *cnt_out);

/*
 * Attach to these by @mechanism, for which the programs were loaded. 0, or -errno, not said; then
 * nothing of it is attached.
 */
int trial_attach(struct trial *trial, const struct mechanism *mechanism);

/*
 * Have the functions called @times times (TRIAL_TIMES_MAX at most), which took *@ns_out in all.
 * The log of it is *@records, *@cnt_out of them, good until the next run. 0 or -errno, not said.
 */
#define TRIAL_TIMES_MAX (XG_LOG_RECORDS / 2 / TRIAL_FUNCTIONS / 2)
int trial_run(struct trial *trial, u32 times, u64 *ns_out, const struct xg_record **records,
	      size_t *cnt_out);

/*
 * Likewise for the programs at the boundaries: one that does as those do, twice at a tracepoint
 * that fires only when somebody has the kernel test a program (bpf_test_finish). So what lies
 * between the two is what they leave outside of their own two readings of the clock. Once; no
 * function is needed. 0 or -errno, not said.
 */
int trial_attach_boundaries(struct trial *trial);

/* Have them run @times times; as trial_run(). In the log each is an XG_ID_BOUNDARY. */
int trial_run_boundaries(struct trial *trial, u32 times, const struct xg_record **records,
			 size_t *cnt_out);

#endif
