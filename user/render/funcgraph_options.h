/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a function_graph line shows: the names are those of the kernel's trace_options,
 * without "funcgraph-", and "events" for the tracepoints among the calls.
 */
#ifndef EXITGRAPH_RENDER_FUNCGRAPH_OPTIONS_H
#define EXITGRAPH_RENDER_FUNCGRAPH_OPTIONS_H

#include "xg_types.h"

enum funcgraph_option {
	FUNCGRAPH_CPU = 1 << 0,
	FUNCGRAPH_DURATION = 1 << 1,
	FUNCGRAPH_OVERHEAD = 1 << 2, /* a mark before what took long */
	FUNCGRAPH_ABSTIME = 1 << 3,
	FUNCGRAPH_RELTIME = 1 << 4,
	FUNCGRAPH_PROC = 1 << 5,
	FUNCGRAPH_TAIL = 1 << 6, /* every closing brace with its name */
	FUNCGRAPH_EVENTS = 1 << 7,
};

/* The kernel's, and the events. */
#define FUNCGRAPH_DEFAULT \
	(FUNCGRAPH_CPU | FUNCGRAPH_DURATION | FUNCGRAPH_OVERHEAD | FUNCGRAPH_EVENTS)

/*
 * Change *@options as @list says: names between commas, each with or without "funcgraph-", and
 * with "no" in front to leave it out. 0 or -EINVAL (said).
 */
int funcgraph_options_parse(const char *list, u32 *options);

#endif
