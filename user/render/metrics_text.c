// SPDX-License-Identifier: GPL-2.0
#include "render/metrics_text.h"

#include <errno.h>
#include <string.h>

#include "render/metrics_view.h"
#include "render/table.h"
#include "render/units.h"
#include "util/cleanup.h"

static const char *const headings[] = { "function", "module", "calls", "inclusive", "self" };
#define COLUMNS "llrrr"
_Static_assert(ARRAY_SIZE(headings) == sizeof(COLUMNS) - 1, "every column has its heading");

static void add_line(struct table *table, const struct metrics *metrics,
		     const struct metrics_line *line)
{
	char text[UNITS_MAX];

	table_cell(table, line->function->name);
	table_cell(table, line->function->module);
	table_cell(table, units_count(line->sum->call_cnt, text));
	table_cell(table, units_duration((double)line->sum->inclusive_ns, text));
	table_cell(table, units_duration((double)line->sum->self_ns, text));
	for (size_t i = 0; i < metrics->chosen_cnt; i++)
		table_cell(table, metrics_cell(line->row, metrics->chosen[i]) ?: "");
}

static int print_table(const struct metrics *metrics, const struct metrics_view *view, FILE *out)
{
	_cleanup_(table_free) struct table *table = NULL;
	_cleanup_free_ char *columns = malloc(sizeof(COLUMNS) + metrics->chosen_cnt);
	int err;

	if (!columns)
		return -ENOMEM;
	strcpy(columns, COLUMNS);
	memset(columns + strlen(COLUMNS), 'r', metrics->chosen_cnt);
	columns[strlen(COLUMNS) + metrics->chosen_cnt] = '\0';
	err = table_new(columns, &table);
	if (err)
		return err;
	for (size_t i = 0; i < ARRAY_SIZE(headings); i++)
		table_cell(table, headings[i]);
	for (size_t i = 0; i < metrics->chosen_cnt; i++)
		table_cell(table, metrics->columns[metrics->chosen[i]]);
	for (size_t i = 0; i < view->line_cnt; i++)
		add_line(table, metrics, &view->lines[i]);
	return table_print(table, 2, out);
}

static int print_view(const struct view *view, size_t view_cnt, const struct metrics *metrics,
		      FILE *out)
{
	_cleanup_(metrics_view_free) struct metrics_view *joined = NULL;
	int err = metrics_view_new(view, metrics, &joined);

	if (err)
		return err;
	fprintf(out, "\nfigures of %s beside the times, most self time first", metrics->path);
	if (view_cnt > 1)
		fprintf(out, "; recording %u of %zu", view->number, view_cnt);
	putc('\n', out);
	if (joined->line_cnt)
		err = print_table(metrics, joined, out);
	fprintf(out,
		"  rows of the file: %zu joined, %zu not\n"
		"  functions called: %zu of %zu have no row\n",
		joined->join.joined_cnt, joined->join.functionless_cnt, joined->join.rowless_cnt,
		joined->join.function_cnt);
	return err;
}

int metrics_text_print(struct view *const *views, size_t view_cnt, const struct metrics *metrics,
		       FILE *out)
{
	int err = 0;

	for (size_t i = 0; i < view_cnt && !err; i++)
		err = print_view(views[i], view_cnt, metrics, out);
	if (metrics->duplicate_cnt)
		fprintf(out, "  rows with the name of an earlier one: %zu; the first was kept\n",
			metrics->duplicate_cnt);
	if (metrics->skipped_cnt)
		fprintf(out, "  lines without a name or figures: %zu, left out\n",
			metrics->skipped_cnt);
	if (metrics->cleaned_cnt)
		fprintf(out,
			"  lines with control characters or bytes that are no UTF-8: %zu; '?' "
			"stands for them\n",
			metrics->cleaned_cnt);
	return err;
}
