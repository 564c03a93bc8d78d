/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a benchmark measured. Each figure of a line is a row of one table (bench_figures.c),
 * from which the text, CSV and JSON are made.
 */
#ifndef EXITGRAPH_RENDER_BENCH_H
#define EXITGRAPH_RENDER_BENCH_H

#include <jansson.h>
#include <stdio.h>

#include "analyze/bench_costs.h"
#include "render/units.h"

#define BENCH_CELL_MAX 160

struct bench_figure {
	const char *key;   /* in CSV and JSON; NULL: in the text alone */
	const char *title; /* in the text; NULL: not there */
	char align;	   /* in the text: 'l' or 'r' */
	/* One of these three: */
	void (*text)(const struct bench_line *line, bool unicode, char cell[BENCH_CELL_MAX]);
	double (*number)(const struct bench_line *line); /* NAN if it is not known */
	const char *(*string)(const struct bench_line *line);
};

/* The @i-th figure, or NULL past the last. */
const struct bench_figure *bench_figure_at(size_t i);

/* "2,412", "16.3", "2.41": ns, or cycles, without their unit. */
const char *bench_number(double value, char buffer[UNITS_MAX]);

/*
 * Write the table of @costs, what it means and what there is to say; with @tree, where each
 * iteration's time goes. 0 or -ENOMEM.
 */
int bench_text(const struct bench_costs *costs, bool tree, bool unicode, FILE *out);

/* A line for each workload below a header. */
void bench_csv(const struct bench_costs *costs, FILE *out);

/* An object, or NULL without memory. */
json_t *bench_json(const struct bench_costs *costs);

#endif
