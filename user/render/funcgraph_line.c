// SPDX-License-Identifier: GPL-2.0
#include "render/funcgraph_line.h"

#include <inttypes.h>
#include <string.h>

#include "util/cleanup.h"

#define TASK_WIDTH 14
#define COMM_MAX   7

/* A column's heading, in the order of the columns. */
static const struct {
	u32 option; /* 0: always there */
	const char *first, *second;
} headings[] = {
	{ FUNCGRAPH_ABSTIME, "     TIME       ", "      |         " },
	{ FUNCGRAPH_RELTIME, "   REL TIME     ", "      |         " },
	{ FUNCGRAPH_CPU, " CPU", " |  " },
	{ FUNCGRAPH_PROC, "  TASK/PID       ", "   |    |        " },
	{ FUNCGRAPH_DURATION, "  DURATION   ", "   |   |      " },
	{ 0, "               FUNCTION CALLS\n", "               |   |   |   |\n" },
};

void funcgraph_put_headings(u32 options, FILE *out)
{
	for (int line = 0; line < 2; line++) {
		putc('#', out);
		for (size_t i = 0; i < ARRAY_SIZE(headings); i++) {
			if (!headings[i].option || options & headings[i].option)
				fputs(line ? headings[i].second : headings[i].first, out);
		}
	}
}

void funcgraph_put_abstime(u64 ns, FILE *out)
{
	fprintf(out, "%5" PRIu64 ".%06" PRIu64 " |  ", ns / 1000000000, ns / 1000 % 1000000);
}

void funcgraph_put_reltime(u64 ns, FILE *out)
{
	fprintf(out, "%9" PRIu64 " us |  ", ns / 1000);
}

void funcgraph_put_cpu(u32 cpu, int width, FILE *out)
{
	fprintf(out, " %*" PRIu32 ") ", width, cpu);
}

void funcgraph_put_task(const char *comm, u32 tid, FILE *out)
{
	char text[COMM_MAX + 16];
	int length = snprintf(text, sizeof(text), "%.*s-%" PRIu32, COMM_MAX, comm, tid);
	int spaces = length < TASK_WIDTH ? TASK_WIDTH - length : 0;

	/* In the middle; of an odd number of spaces one more behind it. */
	fprintf(out, "%*s%s%*s", spaces / 2, "", text, spaces - spaces / 2, "");
}

static char mark(u64 ns)
{
	static const struct {
		u64 above_ns;
		char mark;
	} marks[] = {
		{ 1000000000, '$' }, { 100000000, '@' }, { 10000000, '*' },
		{ 1000000, '#' },    { 100000, '!' },	 { 10000, '+' },
	};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (ns > marks[i].above_ns)
			return marks[i].mark;
	}
	return ' ';
}

void funcgraph_put_duration(u64 ns, u32 options, FILE *out)
{
	char number[32], fraction[8];
	int length;

	if (!(options & FUNCGRAPH_DURATION))
		return;
	length = snprintf(number, sizeof(number), "%" PRIu64, ns / 1000);
	/* As many decimals as make seven digits, the rest cut off. */
	if (length < 7) {
		int decimals = length < 5 ? 3 : 7 - length;

		snprintf(fraction, sizeof(fraction), "%03u", (unsigned int)(ns % 1000));
		length += sprintf(number + length, ".%.*s", decimals, fraction);
	}
	fprintf(out, "%c %s us %*s|  ", options & FUNCGRAPH_OVERHEAD ? mark(ns) : ' ', number,
		length < 8 ? 8 - length : 0, "");
}

void funcgraph_put_no_duration(u32 options, FILE *out)
{
	if (options & FUNCGRAPH_DURATION)
		fputs("              |  ", out);
}
