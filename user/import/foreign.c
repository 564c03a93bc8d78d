// SPDX-License-Identifier: GPL-2.0
#include "import/foreign.h"

#include <string.h>

#include "import/events.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_spaces(const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	return p;
}

/* Digits to *@out (cut off beyond 18 of them); what follows. */
static const char *number(const char *p, const char *end, u64 *out)
{
	u64 value = 0;

	for (int i = 0; p < end && is_digit(*p); p++, i++)
		value = i < 18 ? value * 10 + (*p - '0') : value;
	*out = value;
	return p;
}

/* "CPU:3 [LOST 12 EVENTS]", "CPU:3 [LOST EVENTS]", trace-cmd's "CPU:3 [12 EVENTS DROPPED]". */
bool foreign_lost(const char *text, const char *end, struct line *line)
{
	const char *p;
	u64 cpu;

	if (end - text < 10 || memcmp(text, "CPU:", 4))
		return false;
	p = skip_spaces(number(text + 4, end, &cpu), end);
	if (p == end || *p != '[' || cpu > INT32_MAX)
		return false;
	if (!memmem(p, end - p, "LOST", 4) && !memmem(p, end - p, "DROPPED", 7))
		return false;
	while (p < end && !is_digit(*p))
		p++;
	number(p, end, &line->cnt);
	line->cpu = cpu;
	line->kind = LINE_LOST;
	return true;
}

/* Where " [003]" stands, which ends the task's name; NULL if it does not. */
static const char *find_cpu(const char *text, const char *end, u64 *cpu)
{
	for (const char *p = text; p < end && (p = memchr(p, '[', end - p)); p++) {
		const char *close;

		if (p == text || p[-1] != ' ' || p + 1 >= end || !is_digit(p[1]))
			continue;
		close = number(p + 1, end, cpu);
		if (close < end && *close == ']' && *cpu <= INT32_MAX)
			return p;
	}
	return NULL;
}

/* "1234.567890:" at the end of a word of @text; what follows it, or NULL. */
static const char *find_time(const char *text, const char *end, struct line *line)
{
	for (const char *p = text; p < end && (p = memchr(p, ':', end - p)); p++) {
		const char *first = p;
		u64 seconds, fraction;

		while (first > text && (is_digit(first[-1]) || first[-1] == '.'))
			first--;
		text = number(first, p, &seconds);
		if (text == first || text == p || *text != '.')
			return NULL;
		number(text + 1, p, &fraction);
		line->clock_us = seconds * 1000000 + (p - text == 10 ? fraction / 1000 : fraction);
		line->clock_digits = p - text - 1;
		line->clock_end = p;
		return p + 1;
	}
	return NULL;
}

/* "  0.080 us   |  name();" or "   |  name() {". */
static void parse_graph(const char *p, const char *end, struct line *line)
{
	const char *bar = memchr(p, '|', end - p), *point;
	u64 us, fraction = 0;

	line->kind = LINE_DAMAGED;
	if (!bar || bar - p > 40)
		return;
	p = skip_spaces(p, bar);
	if (p < bar && strchr("+!#*@$", *p))
		p = skip_spaces(p + 1, bar);
	if (p < bar) {
		point = number(p, bar, &us);
		if (point == p || us >= 1ULL << 42)
			return;
		if (*point == '.') {
			p = number(point + 1, bar, &fraction);
			for (long i = p - point - 1; i < 3; i++)
				fraction *= 10;
			if (p - point > 4)
				return;
			point = p;
		}
		if (bar - point < 3 || memcmp(point, " us", 3))
			return;
		line->ns = us * 1000 + fraction;
		line->timed = true;
	}
	/* One column less than the kernel's. */
	line->bar = bar;
	line->duration = bar - line->middle >= 13 ? bar - 13 : NULL;
	line_call(line, bar + 1, end);
}

void foreign_parse(const char *text, const char *end, struct line *line)
{
	static const char entry[] = "funcgraph_entry:", close[] = "funcgraph_exit:";
	const char *first = text, *cpu_at, *task_end, *p;
	u64 cpu;

	cpu_at = find_cpu(text, end, &cpu);
	if (!cpu_at)
		return;
	text = skip_spaces(text, cpu_at);
	for (task_end = cpu_at; task_end > text && task_end[-1] == ' '; task_end--)
		;
	p = find_time(cpu_at, end, line);
	if (!p || task_end == text || !is_digit(task_end[-1]))
		return;
	line->kind = LINE_OTHER;
	line->cpu = cpu;
	line->task = (struct piece){ text, task_end - text };
	p = skip_spaces(p, end);
	if (event_parse(p, end, line))
		return;
	if ((size_t)(end - p) > strlen(entry) && !memcmp(p, entry, strlen(entry)))
		p += strlen(entry);
	else if ((size_t)(end - p) > strlen(close) && !memcmp(p, close, strlen(close)))
		p += strlen(close);
	else
		return;
	line->prefix = first;
	line->middle = memchr(cpu_at, ']', end - cpu_at) + 1;
	parse_graph(p, end, line);
}
