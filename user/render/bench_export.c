// SPDX-License-Identifier: GPL-2.0
/* A benchmark as CSV and JSON. */
#include <math.h>

#include "render/bench.h"
#include "render/csv.h"
#include "render/json_builder.h"
#include "render/json_number.h"

void bench_csv(const struct bench_costs *costs, FILE *out)
{
	const struct bench_figure *f;
	const char *comma = "";

	for (size_t i = 0; (f = bench_figure_at(i)); i++) {
		if (!f->key)
			continue;
		fprintf(out, "%s%s", comma, f->key);
		comma = ",";
	}
	for (size_t l = 0; l < costs->line_cnt; l++) {
		comma = "\n";
		for (size_t i = 0; (f = bench_figure_at(i)); i++) {
			if (!f->key)
				continue;
			fputs(comma, out);
			comma = ",";
			if (f->string)
				csv_cell(f->string(&costs->lines[l]), out);
			else if (!isnan(f->number(&costs->lines[l])))
				fprintf(out, "%.10g", f->number(&costs->lines[l]));
		}
	}
	putc('\n', out);
}

static json_t *real(double value)
{
	return isnan(value) ? json_null() : json_real(value);
}

static json_t *line_object(struct builder *b, const struct bench_line *line)
{
	json_t *object = json_object(), *reasons = json_array(), *phases = json_object();
	const struct bench_figure *f;

	for (size_t i = 0; (f = bench_figure_at(i)); i++) {
		if (f->key && f->string)
			set(b, object, f->key, json_string(f->string(line)));
		else if (f->key)
			set(b, object, f->key, real(f->number(line)));
	}
	for (size_t i = 0; i < line->row->exit_cnt; i++) {
		json_t *exit = json_object();

		set(b, exit, "reason", json_string(line->row->exits[i].reason));
		set(b, exit, "expected", number(line->row->exits[i].expected));
		set(b, exit, "count", number(line->row->exits[i].cnt));
		append(b, reasons, exit);
	}
	set(b, object, "counted_iterations", number(line->row->counted_iterations));
	set(b, object, "reasons", reasons);
	for (int i = 0; i < PHASE_COUNT; i++)
		set(b, phases, phase_key(i), real(line->phase_ns[i]));
	set(b, object, "traced_phases_ns", phases);
	return object;
}

json_t *bench_json(const struct bench_costs *costs)
{
	const struct bench *bench = costs->bench;
	json_t *object = json_object(), *workloads = json_array();
	struct builder b = {};

	set(&b, object, "started_unix_ns", number(bench->started_unix_ns));
	set(&b, object, "host", json_string(bench->host));
	set(&b, object, "kernel", json_string(bench->kernel));
	set(&b, object, "cpu_model", json_string(bench->cpu_model));
	set(&b, object, "version", json_string(bench->version));
	set(&b, object, "isa", json_string(bench->isa));
	set(&b, object, "mechanism", json_string(bench->mechanism));
	set(&b, object, "functions_traced", number(bench->function_cnt));
	set(&b, object, "cpu", number(bench->cpu));
	set(&b, object, "tsc_khz", number(bench->tsc_khz));
	set(&b, object, "measured_khz", number(bench->measured_khz));
	set(&b, object, "tsc_constant", json_boolean(bench->constant));
	set(&b, object, "confidence", json_real(MEDIAN_CONFIDENCE));
	set(&b, object, "loop_ns", real(costs->loop.ns.value));
	set(&b, object, "loop_cycles", real(costs->loop.cycles.value));
	for (size_t i = 0; i < costs->line_cnt; i++)
		append(&b, workloads, line_object(&b, &costs->lines[i]));
	set(&b, object, "workloads", workloads);
	if (!b.no_memory)
		return object;
	json_decref(object);
	return NULL;
}
