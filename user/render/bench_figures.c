// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <string.h>

#include "render/bench.h"
#include "util/cleanup.h"

const char *bench_number(double value, char buffer[UNITS_MAX])
{
	double size = fabs(value);

	if (isnan(value) || !value)
		snprintf(buffer, UNITS_MAX, isnan(value) ? "-" : "0");
	else if (size < 99.95)
		snprintf(buffer, UNITS_MAX, "%.*f", size < 9.995 ? 2 : 1, value);
	else if (value > 0)
		units_count((u64)llround(value), buffer);
	else
		snprintf(buffer, UNITS_MAX, "%.0f", value);
	return buffer;
}

/* "MSR 2 + VINTR": the exits of an iteration, the host's own left out. */
static void exits_text(const struct bench_line *line, bool unicode, char cell[BENCH_CELL_MAX])
{
	const struct bench_row *row = line->row;
	size_t used = 0;

	snprintf(cell, BENCH_CELL_MAX, "-");
	for (size_t i = 0; row->counted_iterations && i < row->exit_cnt && used < BENCH_CELL_MAX;
	     i++) {
		double each = (double)row->exits[i].cnt / (double)row->counted_iterations;
		bool whole = fabs(each - round(each)) < 0.02;

		/* All together, where nothing tells them apart. */
		if (!strcmp(row->exits[i].reason, "exits")) {
			snprintf(cell, BENCH_CELL_MAX, "%.*f", whole ? 0 : 2, each);
			return;
		}
		if (each < 0.5)
			continue;
		used += snprintf(cell + used, BENCH_CELL_MAX - used, "%s%s", used ? " + " : "",
				 row->exits[i].reason);
		if (used < BENCH_CELL_MAX && !(whole && lround(each) == 1))
			used += snprintf(cell + used, BENCH_CELL_MAX - used, " %.*f", whole ? 0 : 2,
					 each);
	}
}

/* "2,412 ±3" */
static void cost_text(struct median ns, bool unicode, char cell[BENCH_CELL_MAX])
{
	char value[UNITS_MAX], uncertainty[UNITS_MAX];

	bench_number(ns.value, value);
	if (isnan(median_uncertainty(ns)))
		snprintf(cell, BENCH_CELL_MAX, "%s", value);
	else
		snprintf(cell, BENCH_CELL_MAX, "%s %s%s", value, unicode ? "±" : "+-",
			 bench_number(median_uncertainty(ns), uncertainty));
}

static void times_text(double inflation, char cell[BENCH_CELL_MAX])
{
	char value[UNITS_MAX];

	snprintf(cell, BENCH_CELL_MAX, "%s%s",
		 isnan(inflation) ? "-" : bench_number(inflation, value),
		 isnan(inflation) ? "" : "x");
}

static const char *name(const struct bench_line *line)
{
	return line->row->workload;
}

static const char *note(const struct bench_line *line)
{
	return line->row->note;
}

static double exits(const struct bench_line *line)
{
	return line->exits;
}

static double recording(const struct bench_line *line)
{
	return line->row->recording ?: NAN;
}

/* What there is of each mode. */
// clang-format off
#define MODE(mode_, name_)								\
	static void name_##_text(const struct bench_line *line, bool unicode,		\
				 char cell[BENCH_CELL_MAX])				\
	{										\
		cost_text(line->cost[mode_].ns, unicode, cell);				\
	}										\
	static double name_##_ns(const struct bench_line *line)				\
	{										\
		return line->cost[mode_].ns.value;					\
	}										\
	static double name_##_low(const struct bench_line *line)			\
	{										\
		return line->cost[mode_].ns.low;					\
	}										\
	static double name_##_high(const struct bench_line *line)			\
	{										\
		return line->cost[mode_].ns.high;					\
	}										\
	static double name_##_cycles(const struct bench_line *line)			\
	{										\
		return line->cost[mode_].cycles.value;					\
	}										\
	static double name_##_rounds(const struct bench_line *line)			\
	{										\
		return (double)line->row->round_cnt[mode_];				\
	}										\
	static double name_##_iterations(const struct bench_line *line)			\
	{										\
		return line->row->round_cnt[mode_]					\
			       ? (double)line->row->rounds[mode_][0].iterations : NAN;	\
	}

#define INFLATION(mode_, name_)								\
	static double name_##_inflation(const struct bench_line *line)			\
	{										\
		return bench_inflation(line, mode_);					\
	}										\
	static void name_##_times(const struct bench_line *line, bool unicode,		\
				  char cell[BENCH_CELL_MAX])				\
	{										\
		times_text(bench_inflation(line, mode_), cell);				\
	}

#define MODE_FIGURES(name_)								\
	{ .key = #name_ "_ns", .number = name_##_ns },					\
	{ .key = #name_ "_low_ns", .number = name_##_low },				\
	{ .key = #name_ "_high_ns", .number = name_##_high },				\
	{ .key = #name_ "_cycles", .number = name_##_cycles },				\
	{ .key = #name_ "_rounds", .number = name_##_rounds },				\
	{ .key = #name_ "_iterations", .number = name_##_iterations }
// clang-format on

MODE(BENCH_UNTRACED, untraced)
MODE(BENCH_BOUNDARIES, boundaries)
MODE(BENCH_TRACED, traced)
INFLATION(BENCH_BOUNDARIES, boundaries)
INFLATION(BENCH_TRACED, traced)

static void cycles_text(const struct bench_line *line, bool unicode, char cell[BENCH_CELL_MAX])
{
	bench_number(line->cost[BENCH_UNTRACED].cycles.value, cell);
}

static double corrected_ns(const struct bench_line *line)
{
	return line->corrected.is_known ? line->corrected.ns : NAN;
}

static double corrected_uncertainty(const struct bench_line *line)
{
	return line->corrected.is_known ? line->corrected.uncertainty_ns : NAN;
}

/* "2,745 +-466" */
static void corrected_cell(const struct bench_line *line, bool unicode, char cell[BENCH_CELL_MAX])
{
	char value[UNITS_MAX], uncertainty[UNITS_MAX];

	if (!line->corrected.is_known)
		snprintf(cell, BENCH_CELL_MAX, "-");
	else
		snprintf(cell, BENCH_CELL_MAX, "%s %s%s", bench_number(line->corrected.ns, value),
			 unicode ? "±" : "+-",
			 bench_number(line->corrected.uncertainty_ns, uncertainty));
}

static void error_cell(const struct bench_line *line, bool unicode, char cell[BENCH_CELL_MAX])
{
	double error = bench_error(line);

	if (isnan(error))
		snprintf(cell, BENCH_CELL_MAX, "-");
	else
		snprintf(cell, BENCH_CELL_MAX, "%+.1f%%", 100 * error);
}

static const struct bench_figure figures[] = {
	{ .key = "workload", .title = "workload", .align = 'l', .string = name },
	{ .title = "exits of an iteration", .align = 'l', .text = exits_text },
	{ .key = "exits", .number = exits },
	{ .title = "cycles", .align = 'r', .text = cycles_text },
	{ .title = "untraced", .align = 'r', .text = untraced_text },
	MODE_FIGURES(untraced),
	{ .title = "boundaries only", .align = 'r', .text = boundaries_text },
	{ .title = "", .align = 'r', .text = boundaries_times },
	MODE_FIGURES(boundaries),
	{ .key = "boundaries_inflation", .number = boundaries_inflation },
	{ .title = "traced", .align = 'r', .text = traced_text },
	{ .title = "", .align = 'r', .text = traced_times },
	MODE_FIGURES(traced),
	{ .key = "traced_inflation", .number = traced_inflation },
	{ .title = "corrected", .align = 'r', .text = corrected_cell },
	{ .title = "error", .align = 'r', .text = error_cell },
	{ .key = "corrected_ns", .number = corrected_ns },
	{ .key = "corrected_uncertainty_ns", .number = corrected_uncertainty },
	{ .key = "corrected_error", .number = bench_error },
	{ .key = "recording", .number = recording },
	{ .key = "note", .string = note },
};

const struct bench_figure *bench_figure_at(size_t i)
{
	return i < ARRAY_SIZE(figures) ? &figures[i] : NULL;
}
