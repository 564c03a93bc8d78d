/* SPDX-License-Identifier: GPL-2.0 */
/* What stands around and between the traces of a text: headings, blank lines, bad lines. */
#ifndef EXITGRAPH_IMPORT_PAGE_H
#define EXITGRAPH_IMPORT_PAGE_H

#include "xg_types.h"

#define HEADING_MAX 256

struct page {
	char heading[HEADING_MAX]; /* the latest prose, without its decoration */
	bool no_duration;	   /* the trace's header promised no durations */
	bool after_rule;	   /* the line before was one of a switch block */

	/* What came since the trace's last line: */
	bool blank;
	bool text;
	bool heading_like; /* text that looks like a heading */

	/* What could not be read: */
	u64 bad_lines, first_bad_line;
	u64 binary_lines; /* of those */
	u64 long_lines;
};

/* A line of prose. */
void page_prose(struct page *page, const char *text, const char *end);

/* A line of a trace: what came before it is over. */
void page_trace_line(struct page *page);

/* Line @line could not be read. */
void page_bad_line(struct page *page, u64 line);

/*
 * Say, if so, that some lines of the text called @name could not be read; @recording_cnt is
 * what was. 0 or -EINVAL.
 */
int page_say_bad(const struct page *page, const char *name, u32 recording_cnt);

#endif
