/* SPDX-License-Identifier: GPL-2.0 */
/* What a report shows of the figures (analyze/metrics.h) joined to a view, for all renderers. */
#ifndef EXITGRAPH_RENDER_METRICS_VIEW_H
#define EXITGRAPH_RENDER_METRICS_VIEW_H

#include "analyze/metrics.h"
#include "render/function_sums.h"

struct metrics_line {
	const struct function *function;
	const struct function_sum *sum;
	const struct metrics_row *row;
};

struct metrics_view {
	struct metrics_join join;   /* of the functions that were called in the view's trees */
	struct metrics_line *lines; /* those that have a row; most self time first */
	size_t line_cnt;
	struct function_sum *sums; /* what the lines point to */
};

/* 0 or -ENOMEM. @view and @metrics have to stay. */
int metrics_view_new(const struct view *view, const struct metrics *metrics,
		     struct metrics_view **out);
void metrics_view_free(struct metrics_view **view);

#endif
