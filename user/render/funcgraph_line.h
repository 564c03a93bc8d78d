/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pieces of a function_graph line, byte for byte as the kernel's
 * kernel/trace/trace_functions_graph.c (6.12) prints them.
 *
 *	    7.123456 |   25)    <...>-2690    | + 61.770 us   |    name [module]();
 *	time          cpu       task            duration        call
 */
#ifndef EXITGRAPH_RENDER_FUNCGRAPH_LINE_H
#define EXITGRAPH_RENDER_FUNCGRAPH_LINE_H

#include <stdio.h>

#include "render/funcgraph_options.h"

/* The two lines that head the columns. */
void funcgraph_put_headings(u32 options, FILE *out);

void funcgraph_put_abstime(u64 ns, FILE *out); /* since boot: CLOCK_MONOTONIC */
void funcgraph_put_reltime(u64 ns, FILE *out); /* since the trace began */
void funcgraph_put_cpu(u32 cpu, int width, FILE *out);

/* A thread: its name cut to 7 characters, and its number; without what makes it a column. */
void funcgraph_put_task(const char *comm, u32 tid, FILE *out);

/* A call's duration with its mark, and the bar behind it; or the field of an opening line. */
void funcgraph_put_duration(u64 ns, u32 options, FILE *out);
void funcgraph_put_no_duration(u32 options, FILE *out);

#endif
