/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tracer itself cost in an imported trace, from its own numbers: a floor is what even
 * the cheapest calls read.
 *
 *	    0.080 us    |  leaf();		does nothing: 80 ns of it are the tracer's (inside)
 *	                |  parent() {
 *	    0.080 us    |    leaf();
 *	    0.240 us    |  }			160 ns beside the leaf: 80 of its own, and 80 that
 *						the leaf cost its caller beyond what it reads
 *						(outside)
 *
 * Calls that do nothing do something, too: so this is what the tracer took at most, if there
 * are such calls, and a rough guide if not.
 */
#ifndef EXITGRAPH_RENDER_TRACER_COST_H
#define EXITGRAPH_RENDER_TRACER_COST_H

#include "render/view.h"

struct tracer_cost {
	u64 inside_ns;	   /* in a call's own time */
	double outside_ns; /* in its caller's */
	bool known;	   /* there were calls to tell it */
};

/* From all calls of @view. */
void tracer_cost_estimate(const struct view *view, struct tracer_cost *cost);

/* The part of one cycle of @reason, on average; *@calls_out: calls in one. */
double tracer_cost_of(const struct tracer_cost *cost, const struct reason *reason,
		      double *calls_out);

#endif
