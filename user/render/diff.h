/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Renderers of comparisons. Each writes all pairs of recordings that were compared to a stream and
 * gives 0 or -ENOMEM; whether the stream took it all is for whoever opened it to find out
 * (render/stream.h).
 */
#ifndef EXITGRAPH_RENDER_DIFF_H
#define EXITGRAPH_RENDER_DIFF_H

#include <stdio.h>

#include "analyze/compare.h"
#include "render/view.h"
#include "render/warnings.h"

struct diff_pair {
	char *name[SIDE_CNT]; /* as it can be given on the command line; owned */
	struct view *view[SIDE_CNT];
	const struct group
		*group[SIDE_CNT]; /* what of the view is compared; NULL: it has no exits */
	struct compare *compare;
	struct warnings notes; /* what the numbers do not support, and what remains */
};

struct diff_options {
	u32 depth;	    /* levels of the trees shown; 0 = all */
	double min_share;   /* per cent of the longer cycle; nodes below on both sides are not shown
			     */
	bool by_difference; /* calls that differ most first, else in the order in which they come */
	bool all;	    /* trees without a significant difference, too */
	double threshold;   /* a share that B may be slower by; < 0: not asked */
	bool unicode;
};

struct diff_renderer {
	const char *name;
	int (*render)(const struct diff_pair *pairs, size_t pair_cnt,
		      const struct diff_options *options, FILE *out);
};

extern const struct diff_renderer diff_text, diff_json, diff_csv;

/* Fill @pair from the recordings behind @view_a and @view_b, which it then owns. 0 or -ENOMEM. */
int diff_pair_fill(struct diff_pair *pair, struct view *view_a, struct view *view_b,
		   const struct compare_options *options);
void diff_pair_clear(struct diff_pair *pair);

/* Is B's exit of any reason significantly slower than A's by more than @threshold? */
bool diff_is_worse(const struct diff_pair *pairs, size_t pair_cnt, double threshold);

/* What only one side has: "A only"; else what verdict_name() says. */
const char *diff_verdict(const struct aligned_node *node, const struct comparison *comparison);
const char *diff_reason_verdict(const struct compared_reason *reason);

/* Is @node, at @depth (0 = first level), to be shown? */
bool diff_shows(const struct diff_options *options, const struct compared_reason *reason,
		const struct aligned_node *node, u32 depth);

/* The name of what @node is on @side; NULL if it is not there. */
const char *diff_node_name(const struct diff_pair *pair, const struct aligned_node *node,
			   enum side side);

/* "IOIO", or "IOIO = IO_INSTRUCTION" where the sides' names differ. Written to @buffer. */
#define DIFF_NAME_MAX (2 * COMPARED_NAMES_MAX + 8)
const char *diff_reason_name(const struct compared_reason *reason, char buffer[DIFF_NAME_MAX]);

/* 0 if @comparison is no more than noise; more, the surer it is. */
u32 diff_rank(const struct comparison *comparison);

/* The nodes of @reason by what of the difference is their own, significant ones first. */
const struct aligned_node **diff_by_contribution(const struct compared_reason *reason,
						 size_t *cnt_out);

/* What is to be said about @pair: warnings of imports, the tracer's cost, what else differs. */
int diff_notes_find(struct diff_pair *pair);

#endif
