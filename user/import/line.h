/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line of text, taken apart. Reads what the kernel's function_graph tracer prints with any
 * of its options, what `trace-cmd report` makes of it, and tells the rest apart.
 *
 *	  1234.567890 |   0)  qemu-12345   |  d..1. |   0.080 us    |      name [module]();
 *	  time            cpu task            flags     duration      depth
 *	  qemu-12345 [000] d..1. 1234.567890: funcgraph_entry:   0.080 us   |  name();
 */
#ifndef EXITGRAPH_IMPORT_LINE_H
#define EXITGRAPH_IMPORT_LINE_H

#include <stddef.h>

#include "xg_types.h"

enum line_kind {
	LINE_ENTRY,    /* name() { */
	LINE_LEAF,     /* name(); */
	LINE_CLOSE,    /* } */
	LINE_VM_ENTRY, /* kvm_entry */
	LINE_VM_EXIT,  /* kvm_exit */
	LINE_CYCLE,    /* our own writer's line above each cycle */
	LINE_QUIET,    /* of the trace, but no call: comments, interrupt marks, headers */
	LINE_OTHER,    /* of trace-cmd, but another event */
	LINE_HEADER,   /* "# tracer: function_graph" */
	LINE_LOST,     /* events were lost */
	LINE_RULE,     /* dashes around a switch block */
	LINE_SWITCH,   /* A => B */
	LINE_BLANK,
	LINE_FENCE,   /* ``` */
	LINE_TEXT,    /* prose */
	LINE_DAMAGED, /* begins as a call does, but is none */
};

/* A piece of the line. */
struct piece {
	const char *text; /* NULL: not there */
	size_t length;
};

struct line {
	enum line_kind kind;
	int32_t cpu;	   /* -1: not there */
	struct piece task; /* "comm-pid"; of a LINE_SWITCH, the one that left */
	struct piece to;   /* of a LINE_SWITCH */
	u32 depth;
	u64 ns;
	bool timed;	       /* ns is there */
	struct piece name;     /* "name [module]"; of a LINE_CLOSE it may be missing */
	size_t name_length;    /* without the module */
	struct piece reason;   /* of a LINE_VM_EXIT and a LINE_CYCLE; may be missing */
	u64 cnt;	       /* events lost; 0: not said; of a call, the overruns so far */
	u64 clock_us;	       /* 0: not there */
	u32 clock_digits;      /* of it behind the point, */
	const char *clock_end; /* and where they end */
	/* Where things stood, for lines that look alike; NULL if it is no usual form: */
	const char *prefix;   /* CPU, task and flags, behind a time */
	const char *middle;   /* behind the prefix: trace-cmd's time and event; the duration */
	const char *duration; /* the duration's field, up to */
	const char *bar;      /* the bar behind it */
};

/*
 * Take apart the line from @text to @end (its newline, or the end of all). @no_duration
 * says that the header promised no DURATION column: calls then stand where that would be.
 */
void line_parse(const char *text, const char *end, bool no_duration, struct line *line);

/* Does "# ..." say that there is no duration's column? False for any other line. */
bool line_header_without_duration(const char *text, const char *end);

#endif
