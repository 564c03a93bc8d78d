/* SPDX-License-Identifier: GPL-2.0 */
/* One line on a terminal that says how far a recording is, rewritten in place. */
#ifndef EXITGRAPH_COLLECT_PROGRESS_H
#define EXITGRAPH_COLLECT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "xg_types.h"

struct progress {
	bool enabled;
	u64 shown_ns; /* when the line was last written */
	bool dirty;   /* a line stands on the terminal */
};

/* "attaching 34 of 92 functions, some 12 s to go"; at most ten times a second. */
void progress_attach(struct progress *progress, size_t done, size_t total, u64 elapsed_ns);

/* "recording 3.2 s, 120345 exits on 2 vCPUs (Ctrl-C stops)" */
void progress_record(struct progress *progress, u64 elapsed_ns, u64 exit_cnt, size_t vcpu_cnt);

/* Remove the line. */
void progress_clear(struct progress *progress);

/* CLOCK_MONOTONIC, the programs' clock. */
u64 progress_now_ns(void);

#endif
