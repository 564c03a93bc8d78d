// SPDX-License-Identifier: GPL-2.0
/*
 * A comparison as text: what is compared, the exit reasons, and for each reason of which something
 * differs where that comes from, its phases and its tree.
 */
#include <inttypes.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/measure.h"
#include "render/diff.h"
#include "render/diff_tree.h"
#include "render/units.h"
#include "util/cleanup.h"

#define TITLE_MAX     80
#define CONTRIBUTIONS 8 /* lines of where a difference comes from, at most */

static void print_side(const struct diff_pair *pair, enum side side, FILE *out)
{
	const struct recording *r = pair->view[side]->recording;
	const struct group *group = pair->group[side];
	char count[UNITS_MAX];

	fprintf(out, "%s  %s: %.*s%s\n   ", pair->view[side]->name, pair->name[side], TITLE_MAX,
		*r->title ? r->title : "recording", strlen(r->title) > TITLE_MAX ? "..." : "");
	if (*r->source)
		fprintf(out, "%s, lines %" PRIu64 " to %" PRIu64 ", by %s; ", r->source,
			r->first_line, r->last_line, r->mechanism);
	else
		fprintf(out, "%s%s%s%s%s%s", r->host, *r->host ? ", " : "",
			*r->kernel ? "Linux " : "", r->kernel, *r->cpu_model ? ", " : "",
			r->cpu_model);
	fprintf(out, "%s%s%s%s exit%s\n", *r->source ? "" : " (", isa_name(group ? group->isa : 0),
		*r->source ? ", " : "), ", units_count(group ? group->exits.count : 0, count),
		group && group->exits.count == 1 ? "" : "s");
}

static void print_how(const struct diff_pair *pair, FILE *out)
{
	const struct compare *c = pair->compare;
	char count[UNITS_MAX];

	fprintf(out,
		"times    per exit, " MEASURE_NAME ", what the tracer costs included\n"
		"calls    matched by %s\n"
		"differs  yes: p < %g, corrected for %s comparisons, and more than %g %% of A and "
		"%g %% of the cycle;\n"
		"         tail: only in the longest or rare ones; small: but for the last; noise: "
		"may "
		"be chance,\n"
		"         or what two runs differ by; few: below %d cycles\n",
		c->by_class ? "what is equivalent of both vendors' functions" : "path",
		c->bounds.alpha, units_count(c->tested_cnt, count), c->bounds.noise * 100,
		c->bounds.negligible * 100, SAMPLE_MIN);
}

static const char *const reason_headings[] = {
	"reason", "exits A", "exits B", "A",	 "B",	  "diff",
	"ratio",  "differs", "p50 A",	"p50 B", "p99 A", "p99 B",
};
#define REASON_COLUMNS "lrrrrrrlrrrr"

static void add_quantiles(struct table *table, const struct compared_reason *reason,
			  double quantile)
{
	for (int i = 0; i < SIDE_CNT; i++) {
		const struct reason *r = reason->side[i].reason;
		char text[UNITS_MAX] = "-";

		if (r && hist_values(&r->latency.hist))
			units_duration((double)measure_quantile_ns(&r->latency, quantile), text);
		table_cell(table, text);
	}
}

static void add_reason(struct table *table, const struct compared_reason *reason)
{
	const struct compared_side *a = &reason->side[SIDE_A], *b = &reason->side[SIDE_B];
	bool both = a->reason && b->reason;
	char text[DIFF_NAME_MAX];

	table_cell(table, diff_reason_name(reason, text));
	table_cell(table, units_count(a->reason ? a->reason->latency.count : 0, text));
	table_cell(table, units_count(b->reason ? b->reason->latency.count : 0, text));
	table_cell(table, a->reason ? units_duration(a->latency.ns, text) : "-");
	table_cell(table, b->reason ? units_duration(b->latency.ns, text) : "-");
	table_cell(table, both ? diff_difference(reason->latency.difference_ns, text) : "-");
	table_cell(table, both ? diff_ratio(a->latency.ns, b->latency.ns, text) : "-");
	table_cell(table, diff_reason_verdict(reason));
	add_quantiles(table, reason, 0.5);
	add_quantiles(table, reason, 0.99);
}

static int print_reasons(const struct compare *c, FILE *out)
{
	_cleanup_(table_free) struct table *table = NULL;
	int err = table_new(REASON_COLUMNS, &table);

	if (err)
		return err;
	fputs("\nexit reasons, latency; significant ones first, then by what they contribute\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(reason_headings); i++)
		table_cell(table, reason_headings[i]);
	for (size_t i = 0; i < c->reason_cnt; i++)
		add_reason(table, &c->reasons[i]);
	return table_print(table, 2, out);
}

static void add_times(struct table *table, const struct estimate *a, const struct estimate *b,
		      const struct comparison *comparison, const char *verdict)
{
	char text[UNITS_MAX];

	table_cell(table, a ? units_duration(a->ns, text) : "-");
	table_cell(table, b ? units_duration(b->ns, text) : "-");
	table_cell(table, diff_difference(comparison->difference_ns, text));
	table_cell(table, a && b ? diff_ratio(a->ns, b->ns, text) : "-");
	table_cell(table, verdict);
}

static const struct estimate *self_of(const struct aligned_node *node, enum side side)
{
	return node->side[side].example ? &node->side[side].self : NULL;
}

static int add_caller(struct table *table, const struct diff_pair *pair,
		      const struct aligned_node *node)
{
	_cleanup_free_ char *name = diff_node_text(pair, node);
	_cleanup_free_ char *caller = node->parent ? diff_node_text(pair, node->parent) : NULL;
	_cleanup_free_ char *text = NULL;

	if (!name || (node->parent && !caller) ||
	    asprintf(&text, "%s%s%s", name, caller ? ", called by " : "", caller ?: "") < 0)
		return -ENOMEM;
	table_cell(table, text);
	return 0;
}

/* The calls whose own time makes the difference. */
static int print_contributions(const struct diff_pair *pair, const struct compared_reason *reason,
			       FILE *out)
{
	static const char *const headings[] = { "self A", "self B",  "diff",
						"ratio",  "differs", "call" };
	_cleanup_(table_free) struct table *table = NULL;
	_cleanup_free_ const struct aligned_node **nodes = NULL;
	size_t cnt, significant = 0;
	int err;

	nodes = diff_by_contribution(reason, &cnt);
	err = nodes ? table_new("rrrrll", &table) : -ENOMEM;
	if (err)
		return err;
	while (significant < cnt && diff_rank(&nodes[significant]->self))
		significant++;
	if (!significant)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(headings); i++)
		table_cell(table, headings[i]);
	for (size_t i = 0; i < significant && i < CONTRIBUTIONS && !err; i++) {
		add_times(table, self_of(nodes[i], SIDE_A), self_of(nodes[i], SIDE_B),
			  &nodes[i]->self, diff_verdict(nodes[i], &nodes[i]->self));
		err = add_caller(table, pair, nodes[i]);
	}
	if (err)
		return err;
	fputs("\n  where the difference comes from: what calls take themselves\n", out);
	err = table_print(table, 2, out);
	if (significant > CONTRIBUTIONS)
		fprintf(out, "  (%zu more)\n", significant - CONTRIBUTIONS);
	return err;
}

static int print_phases(const struct compared_reason *reason, FILE *out)
{
	static const char *const headings[] = { "A", "B", "diff", "ratio", "differs", "phase" };
	_cleanup_(table_free) struct table *table = NULL;
	int err = table_new("rrrrll", &table);

	if (err)
		return err;
	for (size_t i = 0; i < ARRAY_SIZE(headings); i++)
		table_cell(table, headings[i]);
	for (int i = 0; i < PHASE_COUNT; i++) {
		const struct estimate *a = &reason->side[SIDE_A].phases[i];
		const struct estimate *b = &reason->side[SIDE_B].phases[i];

		if (!a->ns && !b->ns)
			continue;
		add_times(table, a, b, &reason->phases[i], verdict_name(reason->phases[i].verdict));
		table_cell(table, phase_name(i));
	}
	fputs("\n  by phase of the exit\n", out);
	return table_print(table, 2, out);
}

static bool wants_tree(const struct compared_reason *reason, const struct compare *c,
		       const struct diff_options *options)
{
	return options->all || c->by_class || reason->significant_cnt ||
	       diff_rank(&reason->latency);
}

static int print_reason(const struct diff_pair *pair, const struct compared_reason *reason,
			const struct diff_options *options, FILE *out)
{
	const struct compared_side *a = &reason->side[SIDE_A], *b = &reason->side[SIDE_B];
	char name[DIFF_NAME_MAX], text[3][UNITS_MAX];
	int err;

	if (!a->reason || !b->reason || !wants_tree(reason, pair->compare, options))
		return 0;
	fprintf(out, "\n%s: %s in A, %s in B (%s), %s\n", diff_reason_name(reason, name),
		units_duration(a->latency.ns, text[0]), units_duration(b->latency.ns, text[1]),
		diff_difference(reason->latency.difference_ns, text[2]),
		diff_reason_verdict(reason));
	if (!reason->first_child)
		return 0;
	err = print_contributions(pair, reason, out);
	if (!err)
		err = print_phases(reason, out);
	return err ?: diff_tree_print(pair, reason, options, out);
}

/* How many reasons have a tree that is not shown. */
static void print_hidden(const struct compare *c, const struct diff_options *options, FILE *out)
{
	size_t hidden = 0;

	for (size_t i = 0; i < c->reason_cnt; i++) {
		if (c->reasons[i].first_child && !wants_tree(&c->reasons[i], c, options))
			hidden++;
	}
	if (!hidden)
		return;
	fprintf(out, "\nnothing significant in the %strees of %zu reason%s (--all shows them)\n",
		hidden == c->reason_cnt ? "" : "other ", hidden, hidden == 1 ? "" : "s");
}

static int print_pair(const struct diff_pair *pair, const struct diff_options *options, FILE *out)
{
	const struct compare *c = pair->compare;
	int err;

	print_side(pair, SIDE_A, out);
	print_side(pair, SIDE_B, out);
	print_how(pair, out);
	err = print_reasons(c, out);
	for (size_t i = 0; i < c->reason_cnt && !err; i++)
		err = print_reason(pair, &c->reasons[i], options, out);
	print_hidden(c, options, out);
	if (pair->notes.cnt)
		putc('\n', out);
	warnings_print(&pair->notes, WARNINGS_HEADING, out);
	return err;
}

/* What the exit status says. */
static void print_threshold(const struct diff_pair *pairs, size_t pair_cnt, double threshold,
			    FILE *out)
{
	char name[DIFF_NAME_MAX], ratio[UNITS_MAX];

	putc('\n', out);
	for (size_t i = 0; i < pair_cnt; i++) {
		const struct compare *c = pairs[i].compare;

		for (size_t k = 0; k < c->reason_cnt; k++) {
			const struct compared_reason *r = &c->reasons[k];

			if (compared_is_worse(r, threshold))
				fprintf(out, "worse by more than %g %%: %s, %s times A's (%s)\n",
					threshold * 100, diff_reason_name(r, name),
					diff_ratio(r->side[SIDE_A].latency.ns,
						   r->side[SIDE_B].latency.ns, ratio),
					pairs[i].name[SIDE_B]);
		}
	}
	if (!diff_is_worse(pairs, pair_cnt, threshold))
		fprintf(out, "no exit reason is significantly worse in B by more than %g %%\n",
			threshold * 100);
}

static int render(const struct diff_pair *pairs, size_t pair_cnt,
		  const struct diff_options *options, FILE *out)
{
	int err = 0;

	for (size_t i = 0; i < pair_cnt && !err; i++) {
		if (i)
			putc('\n', out);
		err = print_pair(&pairs[i], options, out);
	}
	if (!err && options->threshold >= 0)
		print_threshold(pairs, pair_cnt, options->threshold, out);
	return err;
}

const struct diff_renderer diff_text = { "text", render };
