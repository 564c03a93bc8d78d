/* SPDX-License-Identifier: GPL-2.0 */
/* What a line of a trace means for it: whose it is, and what is done there. */
#ifndef EXITGRAPH_IMPORT_TAKE_H
#define EXITGRAPH_IMPORT_TAKE_H

#include "import/line.h"
#include "import/trace.h"

/*
 * A call, a return or an event of one task, which is returned, with its CPU in *@cpu; NULL if it
 * was not taken (trace->err, or counted as lost).
 */
struct task *take_of_task(struct trace *trace, const struct line *line, struct cpu **cpu);

/* A switch block, lost events, or the head of a cycle. 0 or -ENOMEM. */
int take_of_all(struct trace *trace, const struct line *line);

#endif
