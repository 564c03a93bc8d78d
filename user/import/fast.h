/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The short way for lines like those before them.
 *
 * Nearly all lines of a dump have their columns at the same places, the CPU (or task) of a
 * line not long ago, and the function that came at this place the last time. So nothing is
 * searched: each of these is compared with what is expected. A line that is any different in
 * its form, or that does not fit its task's stack, is left to line_parse().
 */
#ifndef EXITGRAPH_IMPORT_FAST_H
#define EXITGRAPH_IMPORT_FAST_H

#include "import/line.h"
#include "import/trace.h"

#define FAST_PREFIX_MAX 48
#define FAST_MEMOS	64

/* Columns in front of a duration that were seen before, and whose they are. */
struct memo {
	char text[FAST_PREFIX_MAX + 16];
	struct cpu *cpu;
	struct task *task; /* NULL: the CPU's */
};

struct fast {
	bool on;
	u32 time_length;    /* of the time in front, which is different in every line */
	u32 prefix_length;  /* of CPU, task and flags behind that */
	u32 middle_length;  /* of trace-cmd's time and event behind that, */
	u32 event_at;	    /* and where its event is in it */
	u32 width;	    /* of the duration */
	u32 clock_at;	    /* where the time's digits end, from the line's start, */
	u32 clock_digits;   /* and how many follow its point; 0: there is no time */
	const char *latest; /* line taken */
	struct memo *last;  /* the latest line's */
	struct memo memos[FAST_MEMOS];
};

/* A line was parsed: learn its form. @cpu and @task are whose it is. */
void fast_learn(struct fast *fast, const char *text, const struct line *line, struct cpu *cpu,
		struct task *task);

/* Forget everything: another trace begins, or tasks have changed. */
void fast_forget(struct fast *fast);

/*
 * Take lines from @text on into @trace as long as they are as expected, at most up to @end,
 * which is behind a newline. Gives where it stopped, and adds the number of lines to *@lines.
 */
const char *fast_lines(struct fast *fast, struct trace *trace, const char *text, const char *end,
		       u64 *lines);

#endif
