/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Renderers of a report. Each writes views to a stream and gives 0 or -ENOMEM; whether the
 * stream took it all is for whoever opened it to find out (render/stream.h).
 */
#ifndef EXITGRAPH_RENDER_REPORT_H
#define EXITGRAPH_RENDER_REPORT_H

#include <stdio.h>

#include "render/view.h"

struct bench_costs;
struct metrics;

enum tree_sort {
	SORT_OCCURRENCE, /* as the calls come, as in function_graph */
	SORT_TIME,	 /* most inclusive time first */
};

struct report_options {
	u32 depth;	  /* levels of the tree shown; 0 = all */
	double min_share; /* per cent of the reason's cycles; nodes below are not shown */
	enum tree_sort sort;
	bool unicode; /* lines and bars, else ASCII */
	bool brief;   /* no histograms and no trees */
	bool cycles;	  /* single cycles instead of the sums: */
	bool slowest;	  /* the slowest of each reason first, else in order of time */
	u32 cycle_why;	  /* only those kept for this (enum cycle_why), 0 = all */
	u32 cycle_cnt;	  /* of each reason at most so many, 0 = all */
	const struct metrics *metrics; /* figures to show beside the times, or NULL */
	const struct bench_costs *bench; /* to be shown before all, or NULL */
};

struct report_renderer {
	const char *name;
	/* Write the reports of all @views of one profile. */
	int (*render)(struct view *const *views, size_t view_cnt,
		      const struct report_options *options, FILE *out);
};

extern const struct report_renderer report_text, report_json;

/* Is @node, at @depth (0 = first level) of @reason's tree, to be shown? */
bool report_shows(const struct report_options *options, const struct reason *reason,
		  const struct node *node, u32 depth);

/* How many of @reason's nodes are not. */
size_t report_hidden(const struct report_options *options, const struct reason *reason);

/*
 * The children in @first that are shown, in the order that @options ask for; *@cnt_out of
 * them, in an array that the caller frees. NULL when there is no memory.
 */
const struct node **report_children(const struct report_options *options,
				    const struct reason *reason, const struct node *first,
				    u32 depth, size_t *cnt_out);

#endif
