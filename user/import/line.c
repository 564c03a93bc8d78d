// SPDX-License-Identifier: GPL-2.0
/* The columns of a line, each of which may be missing; see line.h. */
#include "import/line.h"

#include <string.h>

#include "import/body.h"
#include "import/events.h"
#include "import/foreign.h"

/* Where reading stands. */
struct cursor {
	const char *p;
	const char *end; /* spaces at the end of the line left out */
	bool no_duration;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t left(const struct cursor *c)
{
	return c->end - c->p;
}

static bool is_next(const struct cursor *c, const char *text)
{
	size_t length = strlen(text);

	return left(c) >= length && !memcmp(c->p, text, length);
}

static void skip_spaces(struct cursor *c)
{
	while (c->p < c->end && *c->p == ' ')
		c->p++;
}

/* Digits to a number; false if there are none, or more than a u64 takes. */
static bool take_number(struct cursor *c, u64 *out)
{
	const char *first = c->p;
	u64 value = 0;

	while (c->p < c->end && is_digit(*c->p) && c->p - first < 18)
		value = value * 10 + (*c->p++ - '0');
	*out = value;
	return c->p > first && (c->p == c->end || !is_digit(*c->p));
}

/* Digits behind a point to @digits places; how many there were. */
static u32 take_fraction(struct cursor *c, u32 digits, u64 *out)
{
	const char *first = c->p;
	u64 value = 0;

	while (c->p < c->end && is_digit(*c->p)) {
		if (c->p - first < digits)
			value = value * 10 + (*c->p - '0');
		c->p++;
	}
	for (u32 i = c->p - first; i < digits; i++)
		value *= 10;
	*out = value;
	return c->p - first;
}

enum column {
	COLUMN_NONE,  /* it is no line of function_graph */
	COLUMN_MORE,  /* a column was taken */
	COLUMN_BODY,  /* what follows is the call */
	COLUMN_QUIET, /* an interrupt's mark */
};

/* Behind the duration's "us": spaces and the bar. */
static enum column end_duration(struct cursor *c, struct line *line, u64 us, u64 fraction_ns)
{
	skip_spaces(c);
	if (c->p == c->end || *c->p != '|' || us >= 1ULL << 42)
		return COLUMN_NONE;
	c->p++;
	line->ns = us * 1000 + fraction_ns;
	line->timed = true;
	return COLUMN_BODY;
}

/* A number with a point: a time ("12.345678 |") or a duration ("0.080 us    |"). */
static enum column take_decimal(struct cursor *c, struct line *line, u64 whole)
{
	const char *point = c->p++;
	u64 fraction;
	u32 digits = take_fraction(c, 3, &fraction);

	if (digits == 6 && is_next(c, " |") && line->cpu < 0) {
		c->p = point + 1;
		take_fraction(c, 6, &fraction);
		line->clock_us = whole * 1000000 + fraction;
		line->clock_digits = digits;
		line->clock_end = c->p;
		c->p += 2;
		line->prefix = c->p;
		return COLUMN_MORE;
	}
	if (!digits || !is_next(c, " us"))
		return COLUMN_NONE;
	c->p += 3;
	return end_duration(c, line, whole, fraction);
}

/* "0) " is a CPU, "12 us |" a relative time, "3594274 us  |" a duration. */
static enum column take_numeric(struct cursor *c, struct line *line)
{
	const char *first = c->p;
	u64 number;

	if (!take_number(c, &number))
		return COLUMN_NONE;
	if (is_next(c, ")") && line->cpu < 0 && !line->task.text && number < 1u << 30) {
		line->cpu = number;
		c->p++;
		return COLUMN_MORE;
	}
	if (is_next(c, "."))
		return take_decimal(c, line, number);
	/* A relative time comes first, and another column after it: the duration, if no other. */
	if (is_next(c, " us |") && line->cpu < 0 && !line->task.text &&
	    (c->no_duration || memchr(c->p + 5, '|', left(c) - 5))) {
		c->p += 5;
		line->prefix = c->p;
		return COLUMN_MORE;
	}
	if (is_next(c, " us")) {
		c->p += 3;
		return end_duration(c, line, number, 0);
	}
	/* A task whose name begins with a digit. */
	c->p = first;
	return COLUMN_NONE;
}

static bool is_task(struct piece piece)
{
	const char *p = piece.text + piece.length;

	while (p > piece.text && is_digit(p[-1]))
		p--;
	return p < piece.text + piece.length && p > piece.text && p[-1] == '-';
}

/* "d..h1." and the like. */
static bool is_flags(struct piece piece)
{
	if (piece.length < 3 || piece.length > 8)
		return false;
	for (size_t i = 0; i < piece.length; i++) {
		if (!strchr(".abBdDnNpPhHsSzZiIlLrRuU#0123456789abcdef", piece.text[i]))
			return false;
	}
	return true;
}

/* Text up to a bar: a task, or latency flags. */
static enum column take_text(struct cursor *c, struct line *line)
{
	const char *bar = memchr(c->p, '|', left(c)), *end = bar;
	struct piece piece;

	if (!bar || bar - c->p > 64)
		return COLUMN_NONE;
	while (end > c->p && end[-1] == ' ')
		end--;
	piece = (struct piece){ c->p, end - c->p };
	if (!line->task.text && is_task(piece))
		line->task = piece;
	else if (!is_flags(piece))
		return COLUMN_NONE;
	c->p = bar + 1;
	return COLUMN_MORE;
}

static enum column take_column(struct cursor *c, struct line *line)
{
	enum column column = COLUMN_NONE;

	skip_spaces(c);
	if (c->p == c->end)
		return COLUMN_NONE;
	if (*c->p == '|') {
		c->p++;
		return COLUMN_BODY;
	}
	if (is_next(c, "==========>") || is_next(c, "<=========="))
		return COLUMN_QUIET;
	/* How long is too long, as the kernel marks it. */
	if (left(c) > 2 && strchr("+!#*@$", c->p[0]) && c->p[1] == ' ') {
		c->p += 2;
		skip_spaces(c);
	}
	if (c->p < c->end && is_digit(*c->p))
		column = take_numeric(c, line);
	if (column == COLUMN_NONE && c->p < c->end)
		column = take_text(c, line);
	return column;
}

void line_call(struct line *line, const char *bar, const char *end)
{
	const char *p = bar;

	while (p < end && *p == ' ')
		p++;
	/* Two spaces belong to the bar. */
	line->depth = p - bar >= 2 ? (p - bar - 2) / 2 : 0;
	body_parse(p, end, line);
}

/* " 0)  kvm-2690  =>    <idle>-0   ", the cursor behind the CPU. */
static bool take_switch(struct cursor *c, struct line *line)
{
	const char *arrow = memmem(c->p, left(c), "=>", 2), *end = arrow;
	struct piece to;

	if (!arrow || arrow[-1] != ' ')
		return false;
	skip_spaces(c);
	while (end > c->p && end[-1] == ' ')
		end--;
	line->task = (struct piece){ c->p, end - c->p };
	c->p = arrow + 2;
	skip_spaces(c);
	to = (struct piece){ c->p, left(c) };
	if (!line->task.length || !is_task(line->task) || !to.length || !is_task(to))
		return false;
	line->to = to;
	line->kind = LINE_SWITCH;
	return true;
}

/* The kernel's columns. False if it is not such a line. */
static bool parse_columns(struct cursor *c, struct line *line)
{
	struct cursor before = *c;
	enum column column;
	int taken = 0;

	line->prefix = c->p;
	do {
		before = *c;
		column = take_column(c, line);
	} while (column == COLUMN_MORE && ++taken < 8);
	if (column == COLUMN_QUIET) {
		line->kind = LINE_QUIET;
		return true;
	}
	if (column == COLUMN_BODY) {
		line->bar = c->p - 1;
		line->duration = line->bar - line->prefix >= 14 ? line->bar - 14 : NULL;
		line->middle = line->duration;
		line_call(line, c->p, c->end);
		return true;
	}
	*c = before;
	if (line->cpu >= 0 && take_switch(c, line))
		return true;
	*c = before;
	if (c->no_duration && (line->cpu >= 0 || line->task.text || taken)) {
		skip_spaces(c);
		/* No bar: one of the spaces belongs to the column before. */
		line->depth = c->p > before.p ? (c->p - before.p - 1) / 2 : 0;
		body_parse(c->p, c->end, line);
		if (line->kind != LINE_DAMAGED)
			return true;
	}
	/* Columns, but then nothing that could follow: only a duration's column is proof. */
	return false;
}

static bool all_are(const char *p, const char *end, char c)
{
	while (p < end && *p == c)
		p++;
	return p == end;
}

/* "# tracer: function_graph" and the lines that explain the columns, or a page's heading. */
static enum line_kind hash_kind(const struct cursor *c)
{
	static const char *const known[] = {
		"# CPU",     "#  ",	   "# |",
		"# -",	     "# _",	   "# / ",
		"# entries", "# latency",  "# function_graph",
		"# TIME",    "# TASK",	   "##### CPU",
		"# REL",     "# DURATION",
	};

	if (is_next(c, "# tracer:"))
		return LINE_HEADER;
	if (left(c) == 1)
		return LINE_QUIET;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (is_next(c, known[i]))
			return LINE_QUIET;
	}
	return LINE_TEXT;
}

bool line_header_without_duration(const char *text, const char *end)
{
	return end - text > 2 && *text == '#' && memmem(text, end - text, "FUNCTION CALLS", 14) &&
	       !memmem(text, end - text, "DURATION", 8);
}

void line_parse(const char *text, const char *end, bool no_duration, struct line *line)
{
	struct cursor c = { text, end, no_duration };

	while (c.end > c.p && (c.end[-1] == ' ' || c.end[-1] == '\r' || c.end[-1] == '\t'))
		c.end--;
	*line = (struct line){ .kind = LINE_TEXT, .cpu = -1 };
	if (c.p < c.end && *c.p == '>')
		c.p++; /* quoted in a page or a mail */
	text = c.p;
	skip_spaces(&c);
	if (c.p == c.end) {
		line->kind = LINE_BLANK;
		return;
	}
	if (*c.p == '-' && left(&c) > 8 && all_are(c.p, c.end, '-')) {
		line->kind = LINE_RULE;
		return;
	}
	if (is_next(&c, "```") || is_next(&c, "~~~")) {
		line->kind = LINE_FENCE;
		return;
	}
	/* "# 1837.709 us |" is a duration, in a trace without a column for the CPU. */
	if (*c.p == '#' && !(left(&c) > 8 && is_digit(c.p[2]) && memchr(c.p, '|', left(&c)))) {
		if (!event_parse_head(c.p, c.end, line))
			line->kind = hash_kind(&c);
		return;
	}
	if (foreign_lost(c.p, c.end, line))
		return;
	c.p = text;
	if (parse_columns(&c, line))
		return;
	*line = (struct line){ .kind = LINE_TEXT, .cpu = -1 };
	foreign_parse(text, c.end, line);
}
