/* SPDX-License-Identifier: GPL-2.0 */
/* Where the time goes, said phase by phase with `-v`. */
#ifndef EXITGRAPH_UTIL_STOPWATCH_H
#define EXITGRAPH_UTIL_STOPWATCH_H

#include <time.h>

#include "util/log.h"
#include "xg_types.h"

/* CLOCK_MONOTONIC: a start for stopwatch_say(). */
static inline u64 stopwatch_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* "@what took 12.3 ms", since *@start_ns, which becomes now. */
static inline void stopwatch_say(u64 *start_ns, const char *what)
{
	u64 now_ns = stopwatch_now_ns();

	log_debug("%s took %.1f ms", what, (now_ns - *start_ns) / 1e6);
	*start_ns = now_ns;
}

#endif
