/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Walking and building a reason's call tree. Nothing here recurses: a tree out of a file
 * may be deep.
 *
 *	u32 depth = 0;
 *
 *	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth))
 *		...
 */
#ifndef EXITGRAPH_PROFILE_TREE_H
#define EXITGRAPH_PROFILE_TREE_H

#include "profile/profile.h"

/*
 * The node after @node in the order in which function_graph prints calls: a parent, then
 * its children. NULL at the end. *@depth follows the node's depth.
 */
struct node *tree_next(const struct node *node, u32 *depth);

/* As tree_next(), but leaves out what is below @node. */
struct node *tree_next_outside(const struct node *node, u32 *depth);

/*
 * A new child of @parent (of @reason's root if NULL), next to @last, which must be the last
 * child so far, or NULL if there is none. The caller makes sure that it is the only one of
 * its kind and function. 0 or -ENOMEM.
 */
int tree_append(struct reason *reason, struct node *parent, struct node *last, enum node_kind kind,
		u32 function, struct node **out);

/* Free a whole tree, by its first node of the first level; NULL is an empty tree. */
void tree_free(struct node *first);

#endif
