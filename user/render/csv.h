/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A view as CSV tables (RFC 4180, but lines end in \n), in ns and counts:
 *
 *	tree       vm,vcpu,isa,reason,depth,path,function,module,kind,calls,inclusive_ns,
 *	           self_ns,min_ns,max_ns,p50_ns,p90_ns,p99_ns
 *	exits      vm,vcpu,isa,reason,count,total_ns,min_ns,mean_ns,p50_ns,p90_ns,p99_ns,
 *	           p999_ns,max_ns
 *	functions  function,module,calls,inclusive_ns,self_ns,min_ns,max_ns
 *	losses     kind,count
 *	calibration	mechanism,arguments,own_ns,own_spread_ns,own_error_ns,around_ns,
 *		   around_spread_ns,around_error_ns,samples: what the probes cost a call
 *
 * vm is "PID:NAME"; vm and vcpu are "*" where vCPUs are added up. Depth 0 is a tree's first
 * level; path has the names from there to the node, joined with ";". function is "<guest>",
 * "<userspace>" or "<off-cpu>" for a pseudo call, and module then empty. Cells are empty if
 * there is no value: times of no call. mean_ns is rounded to whole ns.
 */
#ifndef EXITGRAPH_RENDER_CSV_H
#define EXITGRAPH_RENDER_CSV_H

#include <stdio.h>

#include "render/view.h"

struct csv_table {
	const char *name;
	const char *header;
	/* Write the rows below the header. 0 or -ENOMEM; for the stream see render/stream.h. */
	int (*write)(const struct view *view, bool merged, FILE *out);
};

/* The table of that name, or NULL. */
const struct csv_table *csv_find(const char *name);

/* Write header and rows of @table. */
int csv_write(const struct csv_table *table, const struct view *view, bool merged, FILE *out);

/* Write @text as one cell, in quotes where it needs them. */
void csv_cell(const char *text, FILE *out);

/* The rows of "functions", render/csv_functions.c. */
int csv_functions(const struct view *view, bool merged, FILE *out);

#endif
