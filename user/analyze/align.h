/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two call trees laid over each other. A node of the result is the path from the root to it, by
 * name or by class (analyze/equivalent.h):
 *
 *	A  svm_handle_exit > svm_invoke_exit_handler > io_interception > kvm_fast_pio
 *	B  vmx_handle_exit > handle_io > kvm_fast_pio
 *	=  *_handle_exit > (exit handler) > kvm_fast_pio
 *
 * By class, a call of the class that its caller is in is a part of its caller: what it takes
 * itself is its caller's, and what it calls is, too.
 */
#ifndef EXITGRAPH_ANALYZE_ALIGN_H
#define EXITGRAPH_ANALYZE_ALIGN_H

#include "analyze/phase.h"
#include "analyze/significance.h"

enum side { SIDE_A, SIDE_B, SIDE_CNT };

/* How calls are matched. */
enum align_match {
	ALIGN_AUTO, /* by name for hosts of one vendor, else by class */
	ALIGN_NAME,
	ALIGN_CLASS,
};

/* One side of a node: all its calls, over all cycles of its tree. */
struct aligned_side {
	const struct node *example; /* the first of them, NULL if the side has none */
	double inclusive_ns, self_ns, uncertainty_ns;
	struct dist calls; /* owned; total_ns as measured */
	enum phase phase;
	bool traced; /* with none here, the side traces a function of that name or class all the
			same */
	struct estimate inclusive, self; /* per cycle */
};

struct aligned_node {
	char *key; /* the name or class, or "<guest>" and so on */
	enum node_kind kind;
	struct aligned_node *parent, *first_child, *next_sibling;
	struct aligned_node *latest; /* of its children, while they are matched */
	struct aligned_side side[SIDE_CNT];
	struct comparison inclusive, self; /* of the estimates */
};

/*
 * Add @reason's tree, of @recording, as @side's to the one that begins at @first (NULL for an
 * empty one); by class or by name. Children stay in their order; what only the later side has
 * comes behind what it comes behind there. 0 or -ENOMEM.
 */
int align_tree(struct aligned_node **first, enum side side, const struct recording *recording,
	       const struct reason *reason, bool by_class);

void align_free(struct aligned_node **first);

/* As tree_next() of profile/tree.h. */
struct aligned_node *aligned_next(const struct aligned_node *node, u32 *depth);

/* The key of a call of function @index of @recording, in @buffer (EQUIVALENT_MAX bytes). */
const char *align_key(const struct recording *recording, u32 index, bool by_class, char *buffer);

#endif
