/* SPDX-License-Identifier: GPL-2.0 */
/* What a recording says about where and how it was made. */
#ifndef EXITGRAPH_COLLECT_DESCRIBE_H
#define EXITGRAPH_COLLECT_DESCRIBE_H

#include "profile/profile.h"

/* CLOCK_REALTIME. */
u64 describe_unix_ns(void);

/* The name of the first CPU's model; empty if there is none. */
#define DESCRIBE_CPU_MODEL_MAX 256
void describe_cpu_model(char model[DESCRIBE_CPU_MODEL_MAX]);

/* Replace the strings by what this host is, and this exitgraph. 0 or -ENOMEM (said). */
int describe_host(char **host, char **kernel, char **cpu_model, char **version);

/*
 * Fill in title, host, kernel, CPU, mechanism and, from XG_EXIT_AT_* in @exits_seen_at, the
 * exit boundary. 0 or -ENOMEM (said).
 */
int describe_recording(struct recording *recording, char **command, int pid, const char *mechanism,
		       u32 exits_seen_at);

#endif
