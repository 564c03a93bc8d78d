// SPDX-License-Identifier: GPL-2.0
/* Lines to traces: where one begins and ends, and what it is called. */
#include "import/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import/boundary.h"
#include "import/build.h"
#include "import/fast.h"
#include "import/lookahead.h"
#include "import/page.h"
#include "import/scan.h"
#include "import/take.h"
#include "util/cleanup.h"
#include "util/log.h"

#define TRACE_CNT_MAX 10000  /* in one import; all that follows is one trace */
#define STAT_CNT_ALL  262144 /* of all traces of an import */

_Static_assert(IMPORT_PAD >= SCAN_PAD, "lines are scanned by so much at a time");

struct import {
	struct profile *profile;
	struct symbols symbols;
	struct fast fast;
	u32 trace_cnt;
	u32 stat_cnt;
	u64 charged_ns;

	/* The text. */
	char *name;
	u64 line; /* number of lines so far */
	u32 recording_cnt;
	struct page page;

	/* The trace, if there is one now. */
	struct trace *trace;
	char title[HEADING_MAX]; /* the heading above it */
	u64 first_line, last_line;
	u64 first_clock_us, last_clock_us;
	bool wants_ahead; /* the trace has just begun, and its lines name no tasks */
};

int import_new(struct profile *profile, struct import **out)
{
	struct import *import = calloc(1, sizeof(*import));

	if (!import)
		return -ENOMEM;
	import->profile = profile;
	*out = import;
	return 0;
}

void import_free(struct import **import)
{
	if (!*import)
		return;
	trace_free(&(*import)->trace);
	symbols_free(&(*import)->symbols);
	free((*import)->name);
	free(*import);
	*import = NULL;
}

int import_begin(struct import *import, const char *name)
{
	free(import->name);
	import->name = strdup(name);
	import->line = 0;
	import->page = (struct page){};
	import->recording_cnt = 0;
	return import->name ? 0 : -ENOMEM;
}

bool import_wants_ahead(const struct import *import)
{
	return import->wants_ahead;
}

static bool has_calls(const struct trace *trace)
{
	if (trace->contexts.stat_cnt)
		return true;
	for (int i = 0; i < XG_LOSS_COUNT; i++) {
		if (trace->losses[i] && i != XG_LOSS_LINES_OTHER)
			return true;
	}
	return false;
}

static int add_recording(struct import *import, struct trace *trace)
{
	struct recording *r;
	int err;

	err = profile_add_recording(import->profile, &r);
	if (err)
		return err;
	import->recording_cnt++;
	r->first_line = import->first_line;
	r->last_line = import->last_line;
	if (import->last_clock_us > import->first_clock_us)
		r->duration_ns = (import->last_clock_us - import->first_clock_us) * 1000;
	if (recording_set(&r->title, *import->title ? import->title : import->name) ||
	    recording_set(&r->source, import->name) ||
	    recording_set(&r->version, EXITGRAPH_VERSION) ||
	    recording_set(&r->exit_boundary, boundary_name(trace)) ||
	    recording_set(&r->mechanism, "function_graph"))
		return -ENOMEM;
	return build_recording(trace, r);
}

/* The end of the trace, if there is one. */
static int end_trace(struct import *import)
{
	_cleanup_(trace_free) struct trace *trace = TAKE_PTR(import->trace);
	int err;

	if (!trace)
		return 0;
	trace_end(trace);
	err = trace->err;
	if (!err && has_calls(trace))
		err = add_recording(import, trace);
	import->stat_cnt += trace->contexts.stat_cnt;
	import->charged_ns = trace->charged_ns;
	fast_forget(&import->fast);
	return err;
}

static int begin_trace(struct import *import)
{
	int err;

	err = trace_new(++import->trace_cnt, &import->symbols, STAT_CNT_ALL - import->stat_cnt,
			&import->trace);
	if (err)
		return err;
	import->trace->charged_ns = import->charged_ns;
	memcpy(import->title, import->page.heading, sizeof(import->title));
	import->first_line = import->line;
	import->first_clock_us = 0;
	import->last_clock_us = 0;
	fast_forget(&import->fast);
	return 0;
}

bool import_ahead(struct import *import, const char *text, const char *end)
{
	import->wants_ahead = false;
	return import->trace && lookahead(import->trace, text, end);
}

static void bad_line(struct import *import)
{
	page_bad_line(&import->page, import->line);
	if (import->trace)
		import->trace->losses[XG_LOSS_LINES_DAMAGED]++;
}

void import_skipped_line(struct import *import)
{
	import->line++;
	import->page.long_lines++;
	bad_line(import);
}

static void take_prose(struct import *import, const char *text, const char *end)
{
	if (memchr(text, '\0', end - text)) {
		import->page.binary_lines++;
		bad_line(import);
		return;
	}
	page_prose(&import->page, text, end);
	if (import->trace)
		import->trace->losses[XG_LOSS_LINES_OTHER]++;
}

/* Does a new trace begin with the line that comes now, after something that is no call? */
static bool is_break(const struct import *import)
{
	if (!import->trace || import->trace_cnt >= TRACE_CNT_MAX)
		return false;
	if (import->page.heading_like || (import->page.blank && import->page.text))
		return true;
	return !trace_is_open(import->trace);
}

/* A line of a trace comes: @import->trace is the trace that it belongs to. 0 or -ENOMEM. */
static int need_trace(struct import *import, const struct line *line)
{
	int err = 0;

	if ((import->page.blank || import->page.text) && is_break(import))
		err = end_trace(import);
	if (!err && !import->trace) {
		err = begin_trace(import);
		import->wants_ahead = !err && (!line->task.text || line->kind == LINE_SWITCH);
	}
	page_trace_line(&import->page);
	import->last_line = import->line;
	return err;
}

/* A call, a return, or an event of a task. */
static int take_event(struct import *import, const char *text, const struct line *line)
{
	struct trace *trace;
	struct task *task;
	struct cpu *cpu;
	int err;

	err = need_trace(import, line);
	if (err)
		return err;
	trace = import->trace;
	if (line->clock_us) {
		import->last_clock_us = line->clock_us;
		if (!import->first_clock_us)
			import->first_clock_us = line->clock_us;
	}
	trace->clock_us = line->clock_us;
	task = take_of_task(trace, line, &cpu);
	if (!task)
		return trace->err;
	/* A call that was not taken as it is: memos of tasks may be wrong now. */
	fast_learn(&import->fast, text, line, cpu, task);
	return trace->err;
}

/* Is the text's last line, which has no newline, the beginning of one like those before it? */
static bool is_cut_off(const struct import *import, const char *text, const struct line *line)
{
	return line->kind == LINE_TEXT && import->trace && !import->page.blank &&
	       !import->page.text && (*text == ' ' || (*text >= '0' && *text <= '9'));
}

static int take_line(struct import *import, const char *text, const char *end, bool is_whole)
{
	struct line line;
	int err = 0;

	import->line++;
	import->fast.on = false;
	line_parse(text, end, import->page.no_duration, &line);
	if (!is_whole && is_cut_off(import, text, &line))
		line.kind = LINE_DAMAGED;
	switch (line.kind) {
	case LINE_ENTRY:
	case LINE_LEAF:
	case LINE_CLOSE:
	case LINE_VM_ENTRY:
	case LINE_VM_EXIT:
		err = take_event(import, text, &line);
		break;
	case LINE_LOST:
	case LINE_SWITCH:
	case LINE_CYCLE:
		err = need_trace(import, &line) ?: take_of_all(import->trace, &line);
		break;
	case LINE_HEADER:
	case LINE_FENCE:
		if (import->trace_cnt < TRACE_CNT_MAX)
			err = end_trace(import);
		import->page.no_duration = false;
		break;
	case LINE_QUIET:
		if (line_header_without_duration(text, end))
			import->page.no_duration = true;
		break;
	case LINE_OTHER:
		if (import->trace)
			import->trace->losses[XG_LOSS_LINES_OTHER]++;
		break;
	case LINE_BLANK:
		import->page.blank |= !import->page.after_rule;
		break;
	case LINE_TEXT:
		take_prose(import, text, end);
		break;
	case LINE_DAMAGED:
		bad_line(import);
		break;
	case LINE_RULE:
		break;
	}
	import->page.after_rule = line.kind == LINE_RULE;
	return err;
}

/* The lines that are like those before them; what comes then. */
static const char *take_fast_lines(struct import *import, const char *text, const char *end)
{
	struct line line;
	u64 before = import->line;

	text = fast_lines(&import->fast, import->trace, text, end, &import->line);
	if (import->line == before)
		return text;
	import->last_line = import->line;
	/* A time is of interest in the first line of a trace and in its last one. */
	if (text == end && import->last_clock_us) {
		line_parse(import->fast.latest, end - 1, false, &line);
		import->last_clock_us = line.clock_us ?: import->last_clock_us;
	}
	return text;
}

const char *import_lines(struct import *import, const char *text, const char *end, int *err)
{
	*err = 0;
	while (text < end && !*err && !import->wants_ahead) {
		const char *next;

		/* A last line without newline would run into whatever is behind it. */
		if (import->fast.on && end[-1] == '\n') {
			text = take_fast_lines(import, text, end);
			*err = import->trace->err;
			if (text == end || *err)
				break;
		}
		next = memchr(text, '\n', end - text) ?: end;
		*err = take_line(import, text, next, next < end);
		text = next + (next < end);
	}
	return text;
}

int import_end(struct import *import, u32 *recordings_out)
{
	int err = end_trace(import);

	*recordings_out = import->recording_cnt;
	if (err)
		return err_r(err, "%s: out of memory", import->name);
	return import->recording_cnt
		       ? page_say_bad(&import->page, import->name, import->recording_cnt)
		       : 0;
}
