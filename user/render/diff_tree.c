// SPDX-License-Identifier: GPL-2.0
#include "render/diff_tree.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/measure.h"
#include "render/tree_text.h"
#include "render/units.h"
#include "util/cleanup.h"

static const char *const headings[] = {
	"A",	 "B",	  "diff",  "ratio", "differs", "self diff",
	"/exit", "p50 A", "p50 B", "p99 A", "p99 B",   "call",
};
#define COLUMNS "rrrrlrrrrrrl"

struct printer {
	const struct diff_pair *pair;
	const struct compared_reason *reason;
	const struct diff_options *options;
	const struct tree_lines *lines;
	struct table *table;
	size_t hidden;
};

const char *diff_difference(double ns, char *buffer)
{
	char text[UNITS_MAX];

	/* What is left of equal sums. */
	if (fabs(ns) < 0.005)
		ns = 0;
	snprintf(buffer, UNITS_MAX, "%s%s", ns > 0 ? "+" : "", units_duration(ns, text));
	return buffer;
}

const char *diff_ratio(double a_ns, double b_ns, char *buffer)
{
	if (!(a_ns > 0))
		return strcpy(buffer, "-");
	return units_ratio(b_ns / a_ns, buffer);
}

static const char *plain_module(const char *module)
{
	return strcmp(module, "vmlinux") ? module : "";
}

char *diff_node_text(const struct diff_pair *pair, const struct aligned_node *node)
{
	const char *names[SIDE_CNT], *module = "", *untraced = "";
	char *text;
	int length;

	for (int i = 0; i < SIDE_CNT; i++) {
		names[i] = diff_node_name(pair, node, i);
		if (names[i])
			module = plain_module(
				node_module(pair->view[i]->recording, node->side[i].example));
		if (!node->side[i].traced)
			untraced =
				i == SIDE_A ? " (not in A's functions)" : " (not in B's functions)";
	}
	if (names[SIDE_A] && names[SIDE_B] && strcmp(names[SIDE_A], names[SIDE_B]))
		length = asprintf(&text, "%s = %s", names[SIDE_A], names[SIDE_B]);
	else
		length = asprintf(&text, "%s%s%s%s%s", names[SIDE_A] ?: names[SIDE_B],
				  *module ? " [" : "", module, *module ? "]" : "", untraced);
	return length < 0 ? NULL : text;
}

static double calls_per_cycle(const struct printer *p, const struct aligned_side *side,
			      enum side which)
{
	double cycles = (double)p->reason->side[which].reason->cycle_cnt;

	return cycles ? (double)side->calls.count / cycles : 0;
}

static void add_calls(struct printer *p, const struct aligned_node *node)
{
	char a[UNITS_MAX], b[UNITS_MAX], both[2 * UNITS_MAX + 2];

	units_ratio(calls_per_cycle(p, &node->side[SIDE_A], SIDE_A), a);
	units_ratio(calls_per_cycle(p, &node->side[SIDE_B], SIDE_B), b);
	snprintf(both, sizeof(both), "%s:%s", a, b);
	table_cell(p->table, strcmp(a, b) ? both : a);
}

static void add_quantiles(struct printer *p, const struct aligned_node *node, double quantile)
{
	for (int i = 0; i < SIDE_CNT; i++) {
		const struct dist *calls = &node->side[i].calls;
		char text[UNITS_MAX] = "-";

		if (calls->count && hist_values(&calls->hist))
			units_duration((double)measure_quantile_ns(calls, quantile), text);
		table_cell(p->table, text);
	}
}

static void add_numbers(struct printer *p, const struct aligned_node *node)
{
	const struct aligned_side *a = &node->side[SIDE_A], *b = &node->side[SIDE_B];
	char text[UNITS_MAX];

	table_cell(p->table, a->example ? units_duration(a->inclusive.ns, text) : "-");
	table_cell(p->table, b->example ? units_duration(b->inclusive.ns, text) : "-");
	table_cell(p->table, diff_difference(node->inclusive.difference_ns, text));
	table_cell(p->table, a->example && b->example
				     ? diff_ratio(a->inclusive.ns, b->inclusive.ns, text)
				     : "-");
	table_cell(p->table, diff_verdict(node, &node->inclusive));
	table_cell(p->table, diff_difference(node->self.difference_ns, text));
	add_calls(p, node);
	add_quantiles(p, node, 0.5);
	add_quantiles(p, node, 0.99);
}

struct sortable {
	const struct aligned_node *node;
	size_t place; /* qsort() is not stable */
};

static int by_difference(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;
	double by = fabs(y->node->inclusive.difference_ns) - fabs(x->node->inclusive.difference_ns);

	if (by)
		return by > 0 ? 1 : -1;
	return x->place < y->place ? -1 : 1;
}

/* How many nodes a node is, with all below it. */
static size_t size_of(const struct aligned_node *node)
{
	u32 depth = 0;
	size_t cnt = 1;

	for (const struct aligned_node *n = node->first_child; n && n != node->next_sibling;
	     n = aligned_next(n, &depth)) {
		/* Beyond the last one below, it goes on outside. */
		const struct aligned_node *above = n;

		while (above && above != node)
			above = above->parent;
		if (!above)
			break;
		cnt++;
	}
	return cnt;
}

static struct sortable *shown_children(struct printer *p, const struct aligned_node *first,
				       u32 depth, size_t *cnt_out)
{
	struct sortable *children;
	size_t cnt = 0;

	for (const struct aligned_node *n = first; n; n = n->next_sibling)
		cnt++;
	children = calloc(cnt ?: 1, sizeof(*children));
	if (!children)
		return NULL;
	cnt = 0;
	for (const struct aligned_node *n = first; n; n = n->next_sibling) {
		if (!diff_shows(p->options, p->reason, n, depth)) {
			p->hidden += size_of(n);
			continue;
		}
		children[cnt] = (struct sortable){ n, cnt };
		cnt++;
	}
	if (p->options->by_difference)
		qsort(children, cnt, sizeof(*children), by_difference);
	*cnt_out = cnt;
	return children;
}

static int print_level(struct printer *p, const struct aligned_node *first, const char *prefix,
		       u32 depth);

static int print_node(struct printer *p, const struct aligned_node *node, bool last,
		      const char *prefix, u32 depth)
{
	_cleanup_free_ char *text = diff_node_text(p->pair, node), *below = NULL;
	int err;

	if (!text)
		return -ENOMEM;
	add_numbers(p, node);
	err = tree_text_name(p->table, prefix, last ? p->lines->last_child : p->lines->child, text,
			     "", "");
	if (err || !node->first_child)
		return err;
	if (asprintf(&below, "%s%s", prefix, last ? p->lines->below_last : p->lines->below) < 0) {
		below = NULL;
		return -ENOMEM;
	}
	return print_level(p, node->first_child, below, depth + 1);
}

/* As deep as trees of reports are, which are read with a limit. */
static int print_level(struct printer *p, const struct aligned_node *first, const char *prefix,
		       u32 depth)
{
	_cleanup_free_ struct sortable *children = NULL;
	size_t cnt;
	int err = 0;

	children = shown_children(p, first, depth, &cnt);
	if (!children)
		return -ENOMEM;
	for (size_t i = 0; i < cnt && !err; i++)
		err = print_node(p, children[i].node, i + 1 == cnt, prefix, depth);
	return err;
}

static void add_cycle(struct printer *p)
{
	const struct reason *a = p->reason->side[SIDE_A].reason;
	const struct reason *b = p->reason->side[SIDE_B].reason;
	double a_ns = (double)a->cycle_ns / (double)(a->cycle_cnt ?: 1);
	double b_ns = (double)b->cycle_ns / (double)(b->cycle_cnt ?: 1);
	char text[DIFF_NAME_MAX];

	table_cell(p->table, units_duration(a_ns, text));
	table_cell(p->table, units_duration(b_ns, text));
	table_cell(p->table, diff_difference(b_ns - a_ns, text));
	table_cell(p->table, diff_ratio(a_ns, b_ns, text));
	for (int i = 0; i < 7; i++)
		table_cell(p->table, "");
	table_cell(p->table, diff_reason_name(p->reason, text));
}

int diff_tree_print(const struct diff_pair *pair, const struct compared_reason *reason,
		    const struct diff_options *options, FILE *out)
{
	_cleanup_(table_free) struct table *table = NULL;
	struct printer p = { pair, reason, options, tree_lines(options->unicode), NULL, 0 };
	int err = table_new(COLUMNS, &table);

	if (err)
		return err;
	p.table = table;
	for (size_t i = 0; i < ARRAY_SIZE(headings); i++)
		table_cell(table, headings[i]);
	add_cycle(&p);
	err = print_level(&p, reason->first_child, "", 0);
	if (err)
		return err;
	fputs("\n  call tree, time per exit\n", out);
	err = table_print(table, 2, out);
	if (p.hidden)
		fprintf(out, "  (%zu node%s %s not shown)\n", p.hidden, p.hidden == 1 ? "" : "s",
			options->depth ? "deeper or smaller" : "with less of the cycle");
	return err;
}
