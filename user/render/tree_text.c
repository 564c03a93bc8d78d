// SPDX-License-Identifier: GPL-2.0
#include "render/tree_text.h"

#include <errno.h>
#include <string.h>

#include "profile/tree.h"
#include "render/corrected.h"
#include "render/table.h"
#include "render/units.h"
#include "util/cleanup.h"

/* As measured, and with two more columns where it can be corrected. */
static const char *const headings[] = {
	"time/exit", "share", "self/exit", "calls", "/exit", "p50", "p99", "max", "call", NULL,
};
static const char *const corrected_headings[] = {
	"time/exit", "share", "self/exit", "corrected", "self", "calls",
	"/exit",     "p50",   "p99",	   "max",	"call", NULL,
};
#define COLUMNS		  "rrrrrrrrl"
#define CORRECTED_COLUMNS "rrrrrrrrrrl"

const struct tree_lines *tree_lines(bool unicode)
{
	static const struct tree_lines ascii = { "|-", "`-", "| ", "  " };
	static const struct tree_lines boxes = { "├ ", "└ ", "│ ", "  " };

	return unicode ? &boxes : &ascii;
}

struct printer {
	const struct recording *recording;
	const struct correction *correction; /* NULL: there is nothing to correct by */
	const struct reason *reason;
	const struct report_options *options;
	const struct tree_lines *lines;
	struct table *table;
	char *prefix; /* the lines left of the current level */
	size_t prefix_room;
};

void tree_text_legend(bool by_calls, bool corrects, FILE *out)
{
	fputs(by_calls ? "how to read the call trees: a cycle is a call with nothing around it, "
			 "or runs from one\n"
			 "vcpu_enter_guest to the next, and is charged to the exit handler in it\n"
		       : "how to read the call trees: a cycle runs from one guest entry to the "
			 "next, and is\n"
			 "charged to the exit in it\n",
	      out);
	fputs("  time/exit  from entry to return, all calls below included; per cycle\n"
	      "  share      of the whole cycle\n"
	      "  self/exit  what of that is in no call and no <...> below; per cycle\n",
	      out);
	if (corrects)
		fputs("  corrected  time/exit without the probes' cost, and behind it without all "
		      "below;\n"
		      "             the true value is within +- in 95 of 100 cases; <: no more "
		      "than that\n",
		      out);
	fputs("  calls      how many returned; /exit: per cycle\n"
	      "  p50 - max  of one call; percentiles within 6.25 %\n"
	      "  <...>      no work of the host: the guest, user space, or off the CPU\n",
	      out);
}

/* Per cycle: what is left of both without the probes' cost. */
static void add_corrected(struct printer *p, struct corrected inclusive, struct corrected self)
{
	char both[CORRECTED_BOTH_MAX], text[CORRECTED_MAX];

	inclusive = corrected_mean(&inclusive, p->reason->cycle_cnt);
	self = corrected_mean(&self, p->reason->cycle_cnt);
	table_cell(p->table, corrected_both_text(&inclusive, both));
	table_cell(p->table, corrected_text(&self, text));
}

static void add_numbers(struct printer *p, const struct node *node)
{
	double inclusive_ns = (double)node->dist.total_ns, self_ns = (double)node_self_ns(node);
	const struct dist *calls = &node->dist;
	double exits = p->reason->cycle_cnt ? (double)p->reason->cycle_cnt : 1;
	bool shape = calls->count && hist_values(&calls->hist);
	char text[UNITS_MAX];

	table_cell(p->table, units_duration(inclusive_ns / exits, text));
	table_cell(p->table, units_share(inclusive_ns, (double)p->reason->cycle_ns, text));
	table_cell(p->table, units_duration(self_ns / exits, text));
	if (p->correction)
		add_corrected(p, correct_inclusive(p->correction, p->reason, node),
			      correct_self(p->correction, p->reason, node));
	table_cell(p->table, units_count(calls->count, text));
	table_cell(p->table, units_ratio((double)calls->count / exits, text));
	table_cell(p->table,
		   shape ? units_duration((double)dist_quantile_ns(calls, 0.5), text) : "-");
	table_cell(p->table,
		   shape ? units_duration((double)dist_quantile_ns(calls, 0.99), text) : "-");
	table_cell(p->table, calls->count ? units_duration((double)calls->max_ns, text) : "-");
}

int tree_text_name(struct table *table, const char *prefix, const char *line, const char *name,
		   const char *module, const char *behind)
{
	/* vmlinux is what function_graph leaves out, too. */
	bool plain = !*module || !strcmp(module, "vmlinux");
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "%s%s%s%s%s%s%s", prefix, line, name, plain ? "" : " [",
		     plain ? "" : module, plain ? "" : "]", behind) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	table_cell(table, text);
	return 0;
}

static int print_level(struct printer *p, const struct node *first, u32 depth);

/* Everything below @node, with @below added to the left. */
static int print_below(struct printer *p, const struct node *node, const char *below, u32 depth)
{
	size_t length = strlen(p->prefix), room = length + strlen(below) + 1;
	int err;

	if (!node->first_child)
		return 0;
	if (room > p->prefix_room) {
		char *prefix = realloc(p->prefix, 2 * room);

		if (!prefix)
			return -ENOMEM;
		p->prefix = prefix;
		p->prefix_room = 2 * room;
	}
	strcpy(p->prefix + length, below);
	err = print_level(p, node->first_child, depth);
	p->prefix[length] = '\0';
	return err;
}

static int print_level(struct printer *p, const struct node *first, u32 depth)
{
	_cleanup_free_ const struct node **children = NULL;
	size_t cnt;
	int err = 0;

	children = report_children(p->options, p->reason, first, depth, &cnt);
	if (!children)
		return -ENOMEM;
	for (size_t i = 0; i < cnt && !err; i++) {
		const struct node *node = children[i];
		bool last = i + 1 == cnt;

		add_numbers(p, node);
		err = tree_text_name(p->table, p->prefix,
				     last ? p->lines->last_child : p->lines->child,
				     node_name(p->recording, node), node_module(p->recording, node),
				     "");
		if (!err)
			err = print_below(p, node, last ? p->lines->below_last : p->lines->below,
					  depth + 1);
	}
	return err;
}

/* The cycle's row. How long single cycles took is not kept, only their number and sum. */
static void add_cycle(struct printer *p, const char *name)
{
	double cycle_ns = (double)p->reason->cycle_ns, cycles = (double)p->reason->cycle_cnt;
	char text[UNITS_MAX];

	table_cell(p->table, units_duration(cycle_ns / cycles, text));
	table_cell(p->table, units_share(cycle_ns, cycle_ns, text));
	table_cell(p->table, units_duration((double)reason_self_ns(p->reason) / cycles, text));
	if (p->correction)
		add_corrected(p, correct_cycle(p->correction, p->reason), (struct corrected){ 0 });
	table_cell(p->table, units_count(p->reason->cycle_cnt, text));
	table_cell(p->table, units_ratio(1, text));
	table_cell(p->table, "");
	table_cell(p->table, "");
	table_cell(p->table, "");
	table_cell(p->table, name);
}

/* Say what --depth and --min-share left out. */
static void print_hidden(const struct printer *p, FILE *out)
{
	size_t hidden = report_hidden(p->options, p->reason);

	if (!hidden)
		return;
	fprintf(out, "  (%zu node%s ", hidden, hidden == 1 ? "" : "s");
	if (p->options->depth)
		fprintf(out, "deeper than %u", p->options->depth);
	if (p->options->depth && p->options->min_share > 0)
		fputs(" or ", out);
	if (p->options->min_share > 0)
		fprintf(out, "under %g %% of the cycle", p->options->min_share);
	fputs(" not shown)\n", out);
}

int tree_text_print(const struct recording *recording, const struct correction *correction,
		    const struct reason *reason, const char *name,
		    const struct report_options *options, FILE *out)
{
	bool corrects = correction && correction_is_known(correction);
	_cleanup_(table_free) struct table *table = NULL;
	struct printer p = {
		.recording = recording,
		.correction = corrects ? correction : NULL,
		.reason = reason,
		.options = options,
		.lines = tree_lines(options->unicode),
		.prefix = strdup(""),
		.prefix_room = 1,
	};
	int err = p.prefix ? table_new(corrects ? CORRECTED_COLUMNS : COLUMNS, &table) : -ENOMEM;

	if (!err) {
		p.table = table;
		for (const char *const *h = corrects ? corrected_headings : headings; *h; h++)
			table_cell(table, *h);
		add_cycle(&p, name);
		err = print_level(&p, reason->first_child, 0);
	}
	if (!err)
		err = table_print(table, 2, out);
	if (!err)
		print_hidden(&p, out);
	free(p.prefix);
	return err;
}
