/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reason's call tree as text, calls in the order in which they come:
 *
 *	time/exit    share  self/exit  calls  /exit      p50      p99      max  call
 *	  4.28 us  100.00%     541 ns  5,000   1.00                             CPUID
 *	  3.37 us   78.70%     812 ns  5,000   1.00  3.36 us  4.10 us  18.2 us  |-svm_vcpu_run
 *	  1.10 us   25.70%    1.10 us  5,000   1.00  1.10 us  1.20 us  2.05 us  | `-<guest>
 *	   ...
 *
 * The first row is the cycle; its self time is what no traced call holds. There is no mean
 * of a call: of calls that are open over a cycle's end, the time so far is known (and counted
 * in time/exit), but not yet how often they will return.
 */
#ifndef EXITGRAPH_RENDER_TREE_TEXT_H
#define EXITGRAPH_RENDER_TREE_TEXT_H

#include "render/report.h"

struct table;

/* How the lines from a call to its children are drawn: before a child, before what is below. */
struct tree_lines {
	const char *child, *last_child;
	const char *below, *below_last;
};

const struct tree_lines *tree_lines(bool unicode);

/*
 * Add the cell of a tree's line: @prefix and @line are drawn, then come the name with its module,
 * and what is said @behind it. 0 or -ENOMEM.
 */
int tree_text_name(struct table *table, const char *prefix, const char *line, const char *name,
		   const char *module, const char *behind);

/*
 * What the columns are, to be printed once before the first tree; @by_calls says whether cycles
 * are those of an imported trace without kvm_entry, @corrects whether there are corrected times.
 */
void tree_text_legend(bool by_calls, bool corrects, FILE *out);

/* Print @reason's tree, titled @name. 0 or -ENOMEM. */
int tree_text_print(const struct recording *recording, const struct correction *correction,
		    const struct reason *reason, const char *name,
		    const struct report_options *options, FILE *out);

#endif
