/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What recordings that have ended still have attached: detaching goes on in a process of its
 * own (attach/release.c), which ps and /proc show as LEFTOVER_COMM.
 */
#ifndef EXITGRAPH_TARGET_LEFTOVER_H
#define EXITGRAPH_TARGET_LEFTOVER_H

#include <stddef.h>

#include "xg_types.h"

#define LEFTOVER_COMM "xg-detach"

struct leftover {
	size_t process_cnt;
	/* Of all these processes: */
	size_t probe_cnt; /* links that are still there; 0 also if that cannot be read */
	/* Of the one that has been at it the longest: */
	int pid;
	u64 age_s;
	char recording[128]; /* its command line; "" if it cannot be read */
};

/* Look for them below @proc, which is "/proc". None is no error; *@out is always filled. */
void leftover_find(const char *proc, struct leftover *out);

#endif
