/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The figures of a file beside the times, as an element of a JSON array per recording:
 *
 *	{ "recording": 1, "file", "header": true, "columns": [ "lines", ... ],
 *	  "rows_joined", "rows_not_joined", "functions_called", "functions_without_row",
 *	  "duplicate_rows", "skipped_lines", "cleaned_lines",
 *	  "functions": [ { "function", "module", "calls", "inclusive_ns", "self_ns",
 *	                   "figures": [ "27", ... ] } ] }
 *
 * Functions are those that have a row, most self time first. Figures are the file's text, in
 * the order of the columns; null where the row is too short.
 */
#ifndef EXITGRAPH_RENDER_METRICS_JSON_H
#define EXITGRAPH_RENDER_METRICS_JSON_H

#include <jansson.h>

#include "analyze/metrics.h"
#include "render/view.h"

/* The array for @views, owned by the caller; NULL when there is no memory. */
json_t *metrics_json(struct view *const *views, size_t view_cnt, const struct metrics *metrics);

#endif
