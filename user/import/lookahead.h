/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which task was on each CPU when a trace began. Only the first switch block of a CPU names
 * the task that was on it before, and that may be far down: this finds those blocks, up to
 * the end of the trace or of the text at hand.
 */
#ifndef EXITGRAPH_IMPORT_LOOKAHEAD_H
#define EXITGRAPH_IMPORT_LOOKAHEAD_H

#include "import/trace.h"

/*
 * Tell @trace (trace_expect()) what the text from @text to @end says about its CPUs. False
 * when the trace ends in it.
 */
bool lookahead(struct trace *trace, const char *text, const char *end);

#endif
