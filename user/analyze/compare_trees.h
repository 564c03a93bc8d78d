/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EXITGRAPH_ANALYZE_COMPARE_TREES_H
#define EXITGRAPH_ANALYZE_COMPARE_TREES_H

#include "analyze/compare.h"

/*
 * Lay the trees of @reason, one of @compare's, over each other, and compare their nodes; not yet
 * judged. Nothing is done if one side has no such reason, or no tree. 0 or -ENOMEM.
 */
int compare_trees(const struct compare *compare, struct compared_reason *reason);

#endif
