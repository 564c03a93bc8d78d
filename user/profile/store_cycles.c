// SPDX-License-Identifier: GPL-2.0
#include "profile/store_cycles.h"

#include <errno.h>
#include <string.h>

#include "profile/cycle_spans.h"
#include "profile/reasons.h"
#include "util/cleanup.h"

/* Columns of "cycle" that are NULL if they are not known, as put and as read. */
static const struct {
	enum cycle_known known;
	int put, read;
} optional[] = {
	{ CYCLE_KNOWN_RIP, 11, 10 },	   { CYCLE_KNOWN_NEXT_RIP, 12, 11 },
	{ CYCLE_KNOWN_INFO1, 13, 12 },	   { CYCLE_KNOWN_INFO2, 14, 13 },
	{ CYCLE_KNOWN_INTR_INFO, 15, 14 },
};

static int put_cycle(struct writer *w, const struct vcpu *vcpu, const struct cycle *c)
{
	char types[] = "iictiiiiiiicccci", name[REASON_NAME_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(optional); i++) {
		if (!(c->known & optional[i].known))
			types[optional[i].put] = 'n';
	}
	return store_put(w, w->cycle, types, ++w->cycle_id, w->vcpu_id, c->code,
			 reason_name(vcpu->isa, c->code, name), (s64)c->why, c->started_unix_ns,
			 c->started_mono_ns, c->latency_ns, c->duration_ns, (s64)c->cpu,
			 (s64)c->tid, c->rip, c->next_rip, c->info1, c->info2, (s64)c->intr_info);
}

static int put_span(struct writer *w, const struct cycle_span *span, size_t number)
{
	return store_put(w, w->cycle_span, "iiitoooo", w->cycle_id, (s64)number, (s64)span->depth,
			 span_kind_name(span->kind),
			 span->kind == SPAN_CALL ? (s64)span->function : (s64)-1,
			 span->open_before ? (s64)-1 : (s64)span->from_ns,
			 span->open_after ? (s64)-1 : (s64)span->to_ns,
			 span->kind == SPAN_OFF_CPU ? (s64)span->cpu : (s64)-1);
}

int store_put_cycles(struct writer *w, const struct recording *recording, const struct vcpu *vcpu)
{
	vcpu_for_each_cycle (cycle, vcpu) {
		_cleanup_free_ struct cycle_span *spans = NULL;
		size_t cnt = 0;
		int err;

		err = cycle_check(cycle, recording->function_cnt);
		if (err == -EINVAL) {
			w->unsound_cycles++;
			continue;
		}
		if (!err)
			err = cycle_spans(cycle, &spans, &cnt);
		if (!err)
			err = put_cycle(w, vcpu, cycle);
		for (size_t i = 0; i < cnt && !err; i++)
			err = put_span(w, &spans[i], i);
		if (err)
			return err;
	}
	return 0;
}

/* The 64 bits in @column. */
static u64 read_bits(struct reader *r, int column)
{
	if (sqlite3_column_type(r->query, column) != SQLITE_INTEGER)
		reader_damaged(r, "%s is no number", sqlite3_column_name(r->query, column));
	return (u64)sqlite3_column_int64(r->query, column);
}

static void read_optional(struct reader *r, struct cycle *cycle)
{
	u64 *fields[] = { &cycle->rip, &cycle->next_rip, &cycle->info1, &cycle->info2 };

	for (size_t i = 0; i < ARRAY_SIZE(optional); i++) {
		int column = optional[i].read;

		if (sqlite3_column_type(r->query, column) == SQLITE_NULL)
			continue;
		cycle->known |= optional[i].known;
		if (i < ARRAY_SIZE(fields))
			*fields[i] = read_bits(r, column);
		else
			cycle->intr_info = reader_number(r, column, UINT32_MAX);
	}
}

void store_read_cycle(struct reader *r)
{
	struct row *vcpu = reader_row(r, 1, &r->vcpus), *added;
	struct cycle *cycle;

	if (!vcpu)
		return;
	if (vcpu_add_cycle(vcpu->item, &cycle)) {
		reader_no_memory(r);
		return;
	}
	cycle->code = read_bits(r, 2);
	cycle->why = reader_number(r, 3, CYCLE_WHY_ALL);
	cycle->started_unix_ns = reader_number(r, 4, INT64_MAX);
	cycle->started_mono_ns = reader_number(r, 5, INT64_MAX);
	cycle->latency_ns = reader_number(r, 6, INT64_MAX);
	cycle->duration_ns = reader_number(r, 7, INT64_MAX);
	cycle->cpu = reader_number(r, 8, CYCLE_CPU_MAX);
	cycle->tid = reader_number(r, 9, INT32_MAX);
	read_optional(r, cycle);
	added = reader_add_row(r, &r->cycles, cycle, ROWS_MAX);
	if (added)
		added->recording = vcpu->recording;
}

/* All spans of a cycle are there: make it of them. */
static void end_cycle(struct reader *r)
{
	int err;

	if (r->err || !r->span_cnt)
		return;
	err = cycle_fill(r->cycles.row[r->span_cycle].item, r->spans, r->span_cnt);
	if (err == -ENOMEM)
		reader_no_memory(r);
	else if (err)
		reader_damaged(r, "the calls of a cycle do not fit together");
	r->span_cnt = 0;
}

/* Room for one more span, NULL if there is none. */
static struct cycle_span *add_span(struct reader *r)
{
	struct cycle_span *spans;

	if (r->span_cnt == r->span_room) {
		r->span_room = r->span_room ? 2 * r->span_room : 256;
		spans = reallocarray(r->spans, r->span_room, sizeof(*spans));
		if (!spans) {
			reader_no_memory(r);
			return NULL;
		}
		r->spans = spans;
	}
	return &r->spans[r->span_cnt++];
}

static int find_kind(const char *name)
{
	for (int i = 0; i < SPAN_KIND_COUNT; i++) {
		if (!strcmp(span_kind_name(i), name))
			return i;
	}
	return -1;
}

/* A time in @column, or NULL, which says that it is outside of the cycle. */
static u64 read_time(struct reader *r, int column, u64 outside_ns, bool *is_outside)
{
	*is_outside = sqlite3_column_type(r->query, column) == SQLITE_NULL;
	return *is_outside ? outside_ns : reader_number(r, column, INT64_MAX);
}

void store_read_span(struct reader *r)
{
	struct row *row = reader_row(r, 0, &r->cycles);
	int kind = find_kind(reader_text(r, 3));
	struct cycle_span *span;

	if (r->err)
		return;
	if (r->span_cnt && row != &r->cycles.row[r->span_cycle])
		end_cycle(r);
	r->span_cycle = row - r->cycles.row;
	if (kind < 0 || reader_number(r, 1, CYCLE_SPANS_MAX) != r->span_cnt)
		reader_damaged(r, "the calls of a cycle are of an unknown kind, or not numbered "
				  "0, 1, ...");
	span = r->err ? NULL : add_span(r);
	if (!span)
		return;
	*span = (struct cycle_span){ .kind = kind };
	span->depth = reader_number(r, 2, CYCLE_DEPTH_MAX);
	span->from_ns = read_time(r, 5, 0, &span->open_before);
	span->to_ns = read_time(r, 6, ((struct cycle *)row->item)->duration_ns, &span->open_after);
	if (kind == SPAN_CALL)
		span->function = reader_number(r, 4, ROWS_MAX);
	if (kind == SPAN_OFF_CPU)
		span->cpu = reader_number(r, 7, CYCLE_CPU_MAX);
	if (kind == SPAN_CALL && span->function >= row->recording->function_cnt)
		reader_damaged(r, "a cycle has a call of an unknown function");
}

void store_read_cycles_end(struct reader *r)
{
	end_cycle(r);
	for (size_t i = 0; i < r->cycles.cnt; i++) {
		const struct cycle *cycle = r->cycles.row[i].item;

		if (!cycle->event_cnt)
			reader_damaged(r, "a cycle has no exit");
	}
}
