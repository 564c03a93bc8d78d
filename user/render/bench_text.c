// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "render/bench.h"
#include "render/table.h"
#include "util/cleanup.h"

static void print_clock(const struct bench_costs *costs, FILE *out)
{
	const struct bench *bench = costs->bench;
	char cycles[UNITS_MAX], ns[UNITS_MAX];

	fprintf(out,
		"  times     of one iteration in ns, by the guest's own clock (TSC) of %" PRIu64
		" kHz,\n"
		"            as %s; the loop's own %s ns (%s cycles) are taken out\n",
		costs->khz,
		costs->measured
			? "measured against the host's clock: KVM says otherwise, or nothing"
			: "KVM has it",
		bench_number(costs->loop.ns.value, ns),
		bench_number(costs->loop.cycles.value, cycles));
	if (!bench->constant)
		fputs("            this CPU does not say that its TSC keeps one rate: where the "
		      "frequency changes,\n            ns are only as good as that rate\n",
		      out);
}

/* "21 rounds of 190 to 5,000 iterations" */
static void print_rounds(const struct bench_costs *costs, FILE *out)
{
	u64 low = ~0ULL, high = 0, fewest = ~0ULL, most = 0;
	char a[UNITS_MAX], b[UNITS_MAX];

	bench_for_each_row(row, costs->bench)
	{
		for (int mode = 0; mode < BENCH_MODE_COUNT; mode++) {
			u64 cnt = row->round_cnt[mode],
			    n = cnt ? row->rounds[mode][0].iterations : 0;

			if (!cnt)
				continue;
			low = n < low ? n : low;
			high = n > high ? n : high;
			fewest = cnt < fewest ? cnt : fewest;
			most = cnt > most ? cnt : most;
		}
	}
	fputs("  rounds    ", out);
	if (!most) {
		fputs("none\n", out);
		return;
	}
	fprintf(out, fewest == most ? "%" PRIu64 : "%" PRIu64 " to %" PRIu64, fewest, most);
	fprintf(out, low == high ? " of %s iterations" : " of %s to %s iterations",
		units_count(low, a), units_count(high, b));
	fprintf(out,
		", after a warm-up: their median, and the %.0f %% interval\n"
		"            that order statistics give of it (David & Nagaraja, Order Statistics, "
		"7.1)\n",
		MEDIAN_CONFIDENCE * 100);
}

static bool has(const struct bench *bench, enum bench_mode mode)
{
	bench_for_each_row(row, bench) if (row->round_cnt[mode]) return true;
	return false;
}

static void print_head(const struct bench_costs *costs, FILE *out)
{
	const struct bench *bench = costs->bench;
	time_t started = (time_t)(bench->started_unix_ns / 1000000000);
	char when[64];
	struct tm tm;

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&started, &tm));
	fprintf(out,
		"benchmark: what exits cost\n"
		"  host      %s, Linux %s, %s (%s)\n"
		"  measured  %s, by exitgraph %s, on CPU %" PRIu32 "\n",
		bench->host, bench->kernel, bench->cpu_model, bench->isa, when, bench->version,
		bench->cpu);
	print_clock(costs, out);
	print_rounds(costs, out);
	if (has(bench, BENCH_BOUNDARIES))
		fputs("  boundaries only: reasons and latencies, as record --exits-only\n", out);
	if (has(bench, BENCH_TRACED))
		fprintf(out,
			"  traced    %" PRIu32 " functions by %s; the probes' own cost included\n",
			bench->function_cnt, bench->mechanism);
	putc('\n', out);
}

static void add_cell(struct table *table, const struct bench_figure *f,
		     const struct bench_line *line, bool unicode)
{
	char cell[BENCH_CELL_MAX];

	if (f->string) {
		table_cell(table, f->string(line));
		return;
	}
	f->text(line, unicode, cell);
	table_cell(table, cell);
}

/* Without what has no exits: that is no cost of an exit. */
static int print_table(const struct bench_costs *costs, bool unicode, FILE *out)
{
	_cleanup_(table_free) struct table *table = NULL;
	const struct bench_figure *f;
	char columns[64] = "";
	size_t cnt = 0;

	for (size_t i = 0; (f = bench_figure_at(i)); i++)
		if (f->title && cnt + 1 < sizeof(columns))
			columns[cnt++] = f->align;
	if (table_new(columns, &table))
		return -ENOMEM;
	for (size_t i = 0; (f = bench_figure_at(i)); i++)
		if (f->title)
			table_cell(table, f->title);
	for (size_t l = 0; l < costs->line_cnt; l++)
		for (size_t i = 0; bench_exits(&costs->lines[l]) && (f = bench_figure_at(i)); i++)
			if (f->title)
				add_cell(table, f, &costs->lines[l], unicode);
	return table_print(table, 0, out);
}

static void print_without_exits(const struct bench_costs *costs, FILE *out)
{
	const char *comma = "\nno exit, for the CPU does it by itself: ";

	for (size_t l = 0; l < costs->line_cnt; l++) {
		char cycles[UNITS_MAX];

		if (bench_exits(&costs->lines[l]) || !costs->lines[l].row->round_cnt[0])
			continue;
		fprintf(out, "%s%s (%s cycles)", comma, costs->lines[l].row->workload,
			bench_number(costs->lines[l].cost[BENCH_UNTRACED].cycles.value, cycles));
		comma = ", ";
	}
	if (*comma == ',')
		putc('\n', out);
}

static void print_notes(const struct bench_costs *costs, FILE *out)
{
	bench_for_each_row(row, costs->bench) if (*row->note)
		fprintf(out, "\nnote: %s: %s\n", row->workload, row->note);
}

static int print_phases(const struct bench_line *line, FILE *out)
{
	_cleanup_(table_free) struct table *table = NULL;
	double whole = 0;
	char cell[UNITS_MAX];

	for (int i = 0; i < PHASE_COUNT; i++)
		whole += line->phase_ns[i];
	if (table_new("rrl", &table))
		return -ENOMEM;
	for (int i = 0; i < PHASE_COUNT; i++) {
		if (!(line->phase_ns[i] > 0))
			continue;
		table_cell(table, bench_number(line->phase_ns[i], cell));
		table_cell(table, units_share(line->phase_ns[i], whole, cell));
		table_cell(table, phase_name(i));
	}
	fprintf(out, "\n%s: an iteration, %s ns as recorded\n", line->row->workload,
		bench_number(whole, cell));
	return table_print(table, 2, out);
}

int bench_text(const struct bench_costs *costs, bool tree, bool unicode, FILE *out)
{
	int err;

	print_head(costs, out);
	err = print_table(costs, unicode, out);
	print_without_exits(costs, out);
	print_notes(costs, out);
	for (size_t l = 0; l < costs->line_cnt && tree && !err; l++)
		if (bench_exits(&costs->lines[l]) && !isnan(costs->lines[l].phase_ns[0]))
			err = print_phases(&costs->lines[l], out);
	return err;
}
