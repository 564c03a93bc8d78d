// SPDX-License-Identifier: GPL-2.0
#include "import/lookahead.h"

#include <string.h>

#include "import/line.h"

static const char *line_end(const char *text, const char *end)
{
	return memchr(text, '\n', end - text) ?: end;
}

/* Is the line one that ends a trace? As import.c has it, but without a look at open calls. */
static bool is_end(const char *text, const char *end, bool after_rule)
{
	struct line line;

	line_parse(text, end, false, &line);
	return line.kind == LINE_FENCE || line.kind == LINE_HEADER || line.kind == LINE_TEXT ||
	       (line.kind == LINE_BLANK && !after_rule);
}

/* Lines that begin so are none of a trace, or a rule. */
static bool is_suspect(const char *text, const char *end)
{
	while (text < end && *text == ' ')
		text++;
	return text == end || *text == '-' || *text == '#' || *text == '`' || *text == '~' ||
	       *text == '\r' || (*text >= 'A' && *text <= 'Z') || (*text >= 'a' && *text <= 'z') ||
	       *text < 0;
}

bool lookahead(struct trace *trace, const char *text, const char *end)
{
	bool after_rule = false;

	for (const char *next; text < end; text = next + 1) {
		struct line line;
		struct cpu *cpu;

		next = line_end(text, end);
		if (!after_rule && !is_suspect(text, next))
			continue;
		line_parse(text, next, false, &line);
		if (line.kind == LINE_SWITCH) {
			cpu = trace_cpu(trace, line.cpu);
			if (cpu)
				trace_expect(trace, cpu, line.task.text, line.task.length);
			continue;
		}
		if (is_end(text, next, after_rule))
			return false;
		after_rule = line.kind == LINE_RULE;
	}
	return true;
}
