// SPDX-License-Identifier: GPL-2.0
#include "render/cycle_rows.h"

#include <errno.h>

#include "profile/cycle_spans.h"
#include "util/cleanup.h"

/* Spans on their way to rows. */
struct filling {
	const struct cycle *cycle;
	struct cycle_rows *out;
	u64 exit_ns;
	size_t open[CYCLE_DEPTH_MAX + 1]; /* rows, by depth */
	u64 idle_since_ns; /* the exit, or the latest end of a row of depth 0 after it */
	bool exited;
};

static u64 after_exit(const struct filling *f, u64 from_ns, u64 to_ns)
{
	if (to_ns <= f->exit_ns)
		return 0;
	return to_ns - (from_ns > f->exit_ns ? from_ns : f->exit_ns);
}

/* Add a row; its time is no longer its parent's own. */
static void add(struct filling *f, struct cycle_row row)
{
	struct cycle_rows *out = f->out;
	u64 *around_ns = row.depth ? &out->rows[f->open[row.depth - 1]].self_ns : &out->self_ns;

	row.self_ns = row.ns;
	*around_ns -= row.ns;
	f->open[row.depth] = out->cnt;
	out->rows[out->cnt++] = row;
}

/* What was in no call up to @ns was in user space, if calls are open at all at the start. */
static void add_userspace(struct filling *f, u64 ns)
{
	u64 from_ns = f->idle_since_ns;

	if (!f->cycle->base_cnt || !f->exited || ns <= from_ns)
		return;
	add(f, (struct cycle_row){
		       .kind = NODE_USERSPACE,
		       .from_ns = from_ns,
		       .ns = ns - from_ns,
		       .latency_ns = after_exit(f, from_ns, ns),
	       });
}

static void add_span(struct filling *f, const struct cycle_span *span)
{
	struct cycle_row row = {
		.kind = span->kind == SPAN_CALL ? NODE_CALL : NODE_OFF_CPU,
		.function = span->function,
		.depth = span->depth,
		.open_before = span->open_before,
		.open_after = span->open_after,
		.from_ns = span->from_ns,
		.ns = span->to_ns - span->from_ns,
		.latency_ns = after_exit(f, span->from_ns, span->to_ns),
	};

	if (!row.depth)
		add_userspace(f, row.from_ns);
	add(f, row);
	if (!row.depth && span->to_ns > f->idle_since_ns)
		f->idle_since_ns = span->to_ns;
}

/*
 * The guest ran up to the exit, but for the calls beside it before. Around it all is open since
 * before the entry; if a file says otherwise, it ran no longer than what is around it.
 */
static void add_guest(struct filling *f, const struct cycle_span *spans,
		      const struct cycle_span *exit)
{
	u64 from_ns = exit->depth ? f->out->rows[f->open[exit->depth - 1]].from_ns : 0;
	u64 ns = exit->from_ns - from_ns;

	for (const struct cycle_span *s = exit; s > spans && s[-1].depth >= exit->depth; s--) {
		if (s[-1].depth == exit->depth)
			ns -= s[-1].to_ns - s[-1].from_ns;
	}
	add(f, (struct cycle_row){
		       .kind = NODE_GUEST, .depth = exit->depth, .from_ns = from_ns, .ns = ns });
	f->exited = true;
}

static bool is_hidden(const struct cycle_row *row, const struct cycle *cycle, u32 depth,
		      double min_share)
{
	return (depth && row->depth >= depth) ||
	       (double)row->ns * 100 < min_share * (double)cycle->duration_ns;
}

/* Leave out what is not to be shown, and what is below that. */
static void hide(struct cycle_rows *rows, const struct cycle *cycle, u32 depth, double min_share)
{
	u32 hidden_depth = CYCLE_DEPTH_MAX;
	size_t cnt = 0;

	for (size_t i = 0; i < rows->cnt; i++) {
		const struct cycle_row *row = &rows->rows[i];

		if (row->depth > hidden_depth)
			continue;
		hidden_depth = CYCLE_DEPTH_MAX;
		if (is_hidden(row, cycle, depth, min_share))
			hidden_depth = row->depth;
		else
			rows->rows[cnt++] = *row;
	}
	rows->hidden = rows->cnt - cnt;
	rows->cnt = cnt;
}

/* Which rows are the last ones below their parents: seen from the end. */
static void find_last(struct cycle_rows *rows)
{
	bool follows[CYCLE_DEPTH_MAX + 1] = {};
	u32 deepest = 0;

	for (size_t i = rows->cnt; i-- > 0;) {
		struct cycle_row *row = &rows->rows[i];

		/* What came deeper was below another one. */
		for (; deepest > row->depth; deepest--)
			follows[deepest] = false;
		deepest = row->depth;
		row->last = !follows[deepest];
		follows[deepest] = true;
	}
}

int cycle_rows_fill(struct cycle_rows *rows, const struct cycle *cycle, u32 depth, double min_share)
{
	_cleanup_free_ struct cycle_span *spans = NULL;
	struct filling f = { .cycle = cycle, .out = rows };
	size_t cnt;
	int err;

	err = cycle_spans(cycle, &spans, &cnt);
	if (err)
		return err;
	*rows = (struct cycle_rows){ .self_ns = cycle->duration_ns };
	/* At most one of user space before each call. */
	rows->rows = calloc(2 * cnt + 2, sizeof(*rows->rows));
	if (!rows->rows)
		return -ENOMEM;
	for (size_t i = 0; i < cnt; i++) {
		if (spans[i].kind == SPAN_EXIT)
			f.exit_ns = f.idle_since_ns = spans[i].from_ns;
	}
	for (size_t i = 0; i < cnt; i++) {
		if (spans[i].kind == SPAN_EXIT)
			add_guest(&f, spans, &spans[i]);
		else
			add_span(&f, &spans[i]);
	}
	add_userspace(&f, cycle->duration_ns);
	hide(rows, cycle, depth, min_share);
	find_last(rows);
	return 0;
}

void cycle_rows_clear(struct cycle_rows *rows)
{
	free(rows->rows);
	*rows = (struct cycle_rows){};
}
