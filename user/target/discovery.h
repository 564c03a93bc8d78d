/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which functions of KVM some threads run: ftrace's function tracer, in an instance of our own
 * (instance.h), on KVM's modules and those threads alone.
 *
 * An exit runs the same sixty functions again and again, hundreds of thousands of times a
 * second, and what is wanted is the one that runs once. So what has been seen is not traced
 * any more: looked at after 10 ms, 20 ms, 40 ms and so on, the buffer soon has nothing in it
 * but what is new. What is lost meanwhile is counted.
 *
 *	discovery_start()	from here on, functions are seen
 *	discovery_watch()	until the time is over
 *	discovery_free()	the tracer is gone
 *
 * Which functions there are to see is told by their numbers in available_filter_functions: names
 * or modules would take ftrace half a second to find.
 */
#ifndef EXITGRAPH_TARGET_DISCOVERY_H
#define EXITGRAPH_TARGET_DISCOVERY_H

#include <sys/types.h>

#include "target/target.h"

struct discovery;

/*
 * Trace the threads @tids, @cnt in all, and those that they start, in all functions of @host
 * that ftrace can patch and that are not on the deny list. @host stays the caller's, and has to
 * last. 0, or -errno with what failed in *@failed_out ("current_tracer").
 */
int discovery_start(struct target_host *host, const pid_t *tids, size_t cnt, struct discovery **out,
		    const char **failed_out);

struct discovery_counts {
	u64 event_cnt; /* calls seen */
	u64 lost_cnt;  /* calls for which the buffer had no room */
};

/*
 * Watch for @duration_ns, or until @stop_fd or @end_fd (-1: none) can be read, and mark the
 * host's functions that ran (is_discovered). 0, -EINTR because of @stop_fd, or -errno.
 */
int discovery_watch(struct discovery *discovery, u64 duration_ns, int stop_fd, int end_fd,
		    struct discovery_counts *out);

void discovery_free(struct discovery **discovery);

enum discovery_line {
	DISCOVERY_LINE_OTHER, /* a comment, or nothing that we know */
	DISCOVERY_LINE_CALL,
	DISCOVERY_LINE_LOST,
};

/*
 * Understand a line of trace_pipe, which is cut up: of a call, *@name_out is the function; of
 * lost events *@lost_out is their number.
 */
enum discovery_line discovery_parse(char *line, const char **name_out, u64 *lost_out);

#endif
