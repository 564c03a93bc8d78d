// SPDX-License-Identifier: GPL-2.0
#include "render/metrics_view.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"

void metrics_view_free(struct metrics_view **view)
{
	if (!*view)
		return;
	metrics_join_clear(&(*view)->join);
	free((*view)->lines);
	free((*view)->sums);
	free(*view);
	*view = NULL;
}

static int by_self_time(const void *a, const void *b)
{
	const struct metrics_line *x = a, *y = b;

	if (x->sum->self_ns != y->sum->self_ns)
		return x->sum->self_ns < y->sum->self_ns ? 1 : -1;
	if (x->sum->inclusive_ns != y->sum->inclusive_ns)
		return x->sum->inclusive_ns < y->sum->inclusive_ns ? 1 : -1;
	return strcmp(x->function->name, y->function->name)
		       ?: strcmp(x->function->module, y->function->module);
}

int metrics_view_new(const struct view *view, const struct metrics *metrics,
		     struct metrics_view **out)
{
	_cleanup_(metrics_view_free) struct metrics_view *new = calloc(1, sizeof(*new));
	const struct recording *recording = view->recording;
	size_t cnt = recording->function_cnt ?: 1, sum_cnt;
	_cleanup_free_ bool *called = calloc(cnt, sizeof(*called));

	if (!new || !called || function_sums_new(view, &new->sums, &sum_cnt))
		return -ENOMEM;
	for (size_t i = 0; i < recording->function_cnt; i++)
		called[i] = new->sums[i].example != NULL;
	new->lines = calloc(cnt, sizeof(*new->lines));
	if (!new->lines || metrics_join(metrics, recording, called, &new->join))
		return -ENOMEM;
	for (size_t i = 0; i < recording->function_cnt; i++) {
		if (new->join.rows[i])
			new->lines[new->line_cnt++] = (struct metrics_line){
				.function = &recording->functions[i],
				.sum = &new->sums[i],
				.row = new->join.rows[i],
			};
	}
	qsort(new->lines, new->line_cnt, sizeof(*new->lines), by_self_time);
	*out = TAKE_PTR(new);
	return 0;
}
