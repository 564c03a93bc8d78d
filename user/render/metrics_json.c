// SPDX-License-Identifier: GPL-2.0
#include "render/metrics_json.h"

#include <string.h>

#include "render/json_number.h"
#include "render/metrics_view.h"
#include "util/cleanup.h"

/* Append @value, which is taken over. False, and no @array any more, without memory. */
static bool append(json_t **array, json_t *value)
{
	if (*array && !json_array_append_new(*array, value))
		return true;
	json_decref(*array);
	*array = NULL;
	return false;
}

static json_t *columns_array(const struct metrics *metrics)
{
	json_t *array = json_array();

	for (size_t i = 0; i < metrics->chosen_cnt; i++) {
		if (!append(&array, json_string(metrics->columns[metrics->chosen[i]])))
			break;
	}
	return array;
}

static json_t *line_object(const struct metrics *metrics, const struct metrics_line *line)
{
	json_t *figures = json_array();

	for (size_t i = 0; i < metrics->chosen_cnt; i++) {
		const char *cell = metrics_cell(line->row, metrics->chosen[i]);

		if (!append(&figures, cell ? json_string(cell) : json_null()))
			break;
	}
	return json_pack("{ss ss so so sI so}", "function", line->function->name, "module",
			 line->function->module, "calls", number(line->sum->call_cnt),
			 "inclusive_ns", number(line->sum->inclusive_ns), "self_ns",
			 (json_int_t)line->sum->self_ns, "figures", figures);
}

static json_t *functions_array(const struct metrics *metrics, const struct metrics_view *view)
{
	json_t *array = json_array();

	for (size_t i = 0; i < view->line_cnt; i++) {
		if (!append(&array, line_object(metrics, &view->lines[i])))
			break;
	}
	return array;
}

static json_t *view_object(const struct view *view, const struct metrics *metrics)
{
	_cleanup_(metrics_view_free) struct metrics_view *joined = NULL;

	if (metrics_view_new(view, metrics, &joined))
		return NULL;
	return json_pack("{sI ss sb so sI sI sI sI sI sI sI so}", "recording",
			 (json_int_t)view->number, "file", metrics->path, "header",
			 (int)metrics->has_header, "columns", columns_array(metrics), "rows_joined",
			 (json_int_t)joined->join.joined_cnt, "rows_not_joined",
			 (json_int_t)joined->join.functionless_cnt, "functions_called",
			 (json_int_t)joined->join.function_cnt, "functions_without_row",
			 (json_int_t)joined->join.rowless_cnt, "duplicate_rows",
			 (json_int_t)metrics->duplicate_cnt, "skipped_lines",
			 (json_int_t)metrics->skipped_cnt, "cleaned_lines",
			 (json_int_t)metrics->cleaned_cnt, "functions",
			 functions_array(metrics, joined));
}

json_t *metrics_json(struct view *const *views, size_t view_cnt, const struct metrics *metrics)
{
	json_t *array = json_array();

	for (size_t i = 0; i < view_cnt; i++) {
		if (!append(&array, view_object(views[i], metrics)))
			break;
	}
	return array;
}
