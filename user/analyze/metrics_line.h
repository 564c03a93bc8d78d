/* SPDX-License-Identifier: GPL-2.0 */
/* One line of a table of figures (analyze/metrics.h), split into fields. */
#ifndef EXITGRAPH_ANALYZE_METRICS_LINE_H
#define EXITGRAPH_ANALYZE_METRICS_LINE_H

#include <stddef.h>

/*
 * Split @line in place: the fields become strings, one behind the other from its start. How
 * many there are; at least 1.
 */
size_t metrics_line_split(char *line);

#endif
