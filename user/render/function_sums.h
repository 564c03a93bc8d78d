/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each function costs, wherever it is called from. A function that is open twice (it
 * recursed) is charged its inclusive time once: that of the outermost call.
 */
#ifndef EXITGRAPH_RENDER_FUNCTION_SUMS_H
#define EXITGRAPH_RENDER_FUNCTION_SUMS_H

#include "render/view.h"

struct function_sum {
	const struct node *example; /* one of its nodes, for the name; NULL while there is none */
	u64 call_cnt;
	u64 min_ns; /* of one call; meaningless without calls */
	u64 max_ns;
	u64 inclusive_ns;
	s64 self_ns;
};

/*
 * The sums over all trees of @view: those of the recording's functions by their index, and
 * behind them those of the pseudo calls by their kind; *@cnt_out of them, in an array that
 * the caller frees. 0 or -ENOMEM.
 */
int function_sums_new(const struct view *view, struct function_sum **out, size_t *cnt_out);

#endif
