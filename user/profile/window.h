/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Windows of a recording in which nothing but the boundaries was traced: what each reason's exits
 * took then, so almost undisturbed. From the difference to what they take with all probes
 * follows what those cost, in this workload (analyze/correct.h).
 */
#ifndef EXITGRAPH_PROFILE_WINDOW_H
#define EXITGRAPH_PROFILE_WINDOW_H

#include "xg_types.h"

#define WINDOWS_MAX 4096 /* reasons */

struct recording;
struct reason;

/* Of one exit reason, all vCPUs together. */
struct window {
	u64 code;
	u64 exit_cnt;
	u64 busy_ns;   /* their latency, without what was spent off the CPU */
	u64 spread_ns; /* standard deviation of the latencies */
	u64 call_cnt;  /* calls in their exit phases: of the functions that boundaries hang on */
};

/* What @reason's exits say; of any recording. */
void window_of_reason(const struct reason *reason, struct window *out);

/* The windows' row of @code, or NULL. */
const struct window *window_find(const struct recording *recording, u64 code);

/* A copy of @window to @recording. 0, -ENOMEM; -EEXIST if its code is there, -ENOSPC. */
int window_add(struct recording *recording, const struct window *window);

#endif
