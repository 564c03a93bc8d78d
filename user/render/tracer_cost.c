// SPDX-License-Identifier: GPL-2.0
#include "render/tracer_cost.h"

#include "profile/tree.h"

/* Call @look for each node of @view's trees. */
static void for_each_node(const struct view *view, struct tracer_cost *cost,
			  void (*look)(struct tracer_cost *cost, const struct node *node))
{
	for (size_t i = 0; i < view->group_cnt; i++) {
		for (size_t k = 0; k < view->groups[i].reason_cnt; k++) {
			const struct reason *reason = view->groups[i].reasons[k];
			u32 depth = 0;

			for (const struct node *n = reason->first_child; n;
			     n = tree_next(n, &depth))
				look(cost, n);
		}
	}
}

static void look_inside(struct tracer_cost *cost, const struct node *node)
{
	if (node->kind != NODE_CALL || node->first_child || !node->dist.count ||
	    node->dist.min_ns >= cost->inside_ns)
		return;
	cost->inside_ns = node->dist.min_ns;
	cost->known = true;
}

/* Of a caller, the time per call in it that is neither that call's nor its own inside cost. */
static void look_outside(struct tracer_cost *cost, const struct node *node)
{
	double calls = (double)node->dist.count, children = 0, each_ns;

	tree_for_each_child (child, node->first_child)
		children += child->kind == NODE_CALL ? (double)child->dist.count : 0;
	if (!children || !node->dist.count || node_self_ns(node) < 0)
		return;
	each_ns = ((double)node_self_ns(node) - calls * (double)cost->inside_ns) / children;
	if (each_ns >= 0 && each_ns < cost->outside_ns)
		cost->outside_ns = each_ns;
}

void tracer_cost_estimate(const struct view *view, struct tracer_cost *cost)
{
	*cost = (struct tracer_cost){ .inside_ns = UINT64_MAX, .outside_ns = 1e18 };
	for_each_node(view, cost, look_inside);
	if (!cost->known)
		return;
	for_each_node(view, cost, look_outside);
	if (cost->outside_ns == 1e18)
		cost->outside_ns = 0;
}

double tracer_cost_of(const struct tracer_cost *cost, const struct reason *reason,
		      double *calls_out)
{
	double calls = 0, roots = 0, cycles = (double)reason->cycle_cnt;
	u32 depth = 0;

	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth)) {
		if (n->kind != NODE_CALL)
			continue;
		calls += (double)n->dist.count;
		roots += depth ? 0 : (double)n->dist.count;
	}
	*calls_out = cycles ? calls / cycles : 0;
	return cycles ? (calls * (double)cost->inside_ns + (calls - roots) * cost->outside_ns) /
				cycles
		      : 0;
}
