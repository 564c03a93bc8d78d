/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines that are not of the kernel's function_graph itself: `trace-cmd report`, whose columns
 * are those of all events, and what is said about lost events.
 *
 *	   CPU 0/KVM-12345 [003] d..1.  1234.567890: funcgraph_entry:   0.080 us   |  name();
 */
#ifndef EXITGRAPH_IMPORT_FOREIGN_H
#define EXITGRAPH_IMPORT_FOREIGN_H

#include "import/line.h"

/* LINE_LOST, if @text says so. */
bool foreign_lost(const char *text, const char *end, struct line *line);

/* A line of trace-cmd: a call, or LINE_OTHER. Else @line stays as it is. */
void foreign_parse(const char *text, const char *end, struct line *line);

/* What follows the bar in front of a call; line.c. */
void line_call(struct line *line, const char *bar, const char *end);

#endif
