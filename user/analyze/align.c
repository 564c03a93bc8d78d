// SPDX-License-Identifier: GPL-2.0
#include "analyze/align.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/equivalent.h"
#include "analyze/measure.h"
#include "analyze/metrics.h"
#include "profile/tree.h"
#include "util/cleanup.h"

/* The tree that is built, and where in it the walk through the other one is. */
struct walk {
	struct aligned_node **first;
	struct aligned_node *latest; /* of the first level */
	enum side side;
	const struct recording *recording;
	const struct reason *reason;
	bool by_class;
	struct aligned_node **stack; /* by depth: what the nodes above are part of */
	size_t stack_cnt;
};

const char *align_key(const struct recording *recording, u32 index, bool by_class, char *buffer)
{
	const struct function *f = &recording->functions[index];

	if (by_class)
		return equivalent_function(f->name, f->module, buffer);
	snprintf(buffer, EQUIVALENT_MAX, "%.*s", (int)metrics_base_length(f->name), f->name);
	return buffer;
}

static const char *key_of(const struct walk *w, const struct node *node, char *buffer)
{
	if (node->kind == NODE_CALL)
		return align_key(w->recording, node->function, w->by_class, buffer);
	snprintf(buffer, EQUIVALENT_MAX, "<%s>", node_kind_name(node->kind));
	return buffer;
}

struct aligned_node *aligned_next(const struct aligned_node *node, u32 *depth)
{
	if (node->first_child) {
		++*depth;
		return node->first_child;
	}
	while (node && !node->next_sibling) {
		node = node->parent;
		--*depth;
	}
	return node ? node->next_sibling : NULL;
}

void align_free(struct aligned_node **first)
{
	struct aligned_node *node = *first, *next;

	/* Children first: each node's are put in front of what is left to free. */
	while (node) {
		if (node->first_child) {
			for (next = node->first_child; next->next_sibling;)
				next = next->next_sibling;
			next->next_sibling = node->next_sibling;
			node->next_sibling = node->first_child;
		}
		next = node->next_sibling;
		for (int i = 0; i < SIDE_CNT; i++)
			dist_clear(&node->side[i].calls);
		free(node->key);
		free(node);
		node = next;
	}
	*first = NULL;
}

static struct aligned_node *find(struct aligned_node *first, enum node_kind kind, const char *key)
{
	while (first && (first->kind != kind || strcmp(first->key, key)))
		first = first->next_sibling;
	return first;
}

/* A new node, behind the one that the walk has met last among its siblings. */
static struct aligned_node *insert(struct walk *w, struct aligned_node *parent, enum node_kind kind,
				   const char *key)
{
	struct aligned_node *latest = parent ? parent->latest : w->latest, **place;
	_cleanup_free_ struct aligned_node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->key = strdup(key);
	if (!node->key)
		return NULL;
	node->kind = kind;
	node->parent = parent;
	place = latest ? &latest->next_sibling : parent ? &parent->first_child : w->first;
	node->next_sibling = *place;
	*place = node;
	return TAKE_PTR(node);
}

static struct aligned_node *place_of(struct walk *w, struct aligned_node *parent,
				     const struct node *node, const char *key)
{
	struct aligned_node *found =
		find(parent ? parent->first_child : *w->first, node->kind, key);

	if (!found)
		found = insert(w, parent, node->kind, key);
	if (found && parent)
		parent->latest = found;
	else if (found)
		w->latest = found;
	return found;
}

static int add(struct walk *w, struct aligned_side *side, const struct node *node)
{
	struct measure inclusive = measure_inclusive(w->reason, node);

	if (!side->example) {
		side->example = node;
		side->phase = phase_of_node(w->recording, node);
	}
	side->inclusive_ns += inclusive.ns;
	side->uncertainty_ns += inclusive.uncertainty_ns;
	return dist_merge(&side->calls, &node->dist);
}

static int take(struct walk *w, const struct node *node, u32 depth)
{
	struct aligned_node *parent = depth ? w->stack[depth - 1] : NULL, *place = parent;
	char buffer[EQUIVALENT_MAX];
	const char *key = key_of(w, node, buffer);
	int err = 0;

	if (!w->by_class || !parent || strcmp(parent->key, key)) {
		place = place_of(w, parent, node, key);
		if (!place)
			return -ENOMEM;
		err = add(w, &place->side[w->side], node);
	}
	place->side[w->side].self_ns += measure_self(w->reason, node).ns;
	w->stack[depth] = place;
	return err;
}

int align_tree(struct aligned_node **first, enum side side, const struct recording *recording,
	       const struct reason *reason, bool by_class)
{
	struct walk w = { first, NULL, side, recording, reason, by_class, NULL, 0 };
	u32 depth = 0;
	int err = 0;

	for (const struct node *n = reason->first_child; n && !err; n = tree_next(n, &depth)) {
		if (depth == w.stack_cnt) {
			size_t cnt = 2 * w.stack_cnt + 16;
			struct aligned_node **stack = reallocarray(w.stack, cnt, sizeof(*stack));

			if (!stack) {
				err = -ENOMEM;
				break;
			}
			w.stack = stack;
			w.stack_cnt = cnt;
		}
		err = take(&w, n, depth);
	}
	/* The next tree begins at the first child again. */
	depth = 0;
	for (struct aligned_node *n = *first; n; n = aligned_next(n, &depth))
		n->latest = NULL;
	free(w.stack);
	return err;
}
