/* SPDX-License-Identifier: GPL-2.0 */
/* The signals that end a recording: blocked, and read from a descriptor. */
#ifndef EXITGRAPH_COLLECT_SIGNALS_H
#define EXITGRAPH_COLLECT_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

struct signals {
	int fd;		   /* readable when one came */
	sigset_t old_mask; /* as it was before, for commands and for afterwards */
	bool taken;
};

#define SIGNALS_INIT     \
	{                \
		.fd = -1 \
	}

/*
 * Take SIGINT and SIGTERM, and SIGHUP unless it is ignored: nohup means a recording to go on.
 * (An ignored SIGINT ends it all the same: shells have their background jobs ignore it, and
 * "kill -INT" is how scripts end a recording.) 0 or -errno (said).
 */
int signals_take(struct signals *signals);

/* Did one come since the last time? */
bool signals_came(const struct signals *signals);

/* Let them be as they were. */
void signals_give_back(struct signals *signals);

#endif
