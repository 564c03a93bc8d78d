// SPDX-License-Identifier: GPL-2.0
#include "profile/cycle_spans.h"

#include <errno.h>
#include <stdint.h>

#include "util/cleanup.h"

const char *span_kind_name(enum span_kind kind)
{
	static const char *const names[] = {
		[SPAN_CALL] = "call",
		[SPAN_OFF_CPU] = "off-cpu",
		[SPAN_EXIT] = "exit",
	};

	_Static_assert(ARRAY_SIZE(names) == SPAN_KIND_COUNT, "every kind has its name");
	return names[kind];
}

/* The events on their way to spans. */
struct pairing {
	struct cycle_span *spans;
	size_t cnt;
	size_t open[CYCLE_DEPTH_MAX]; /* spans that did not end yet */
	u32 depth;
	u64 clock_ns;
	bool exited;
};

static int begin(struct pairing *p, struct cycle_span span)
{
	if (p->depth >= CYCLE_DEPTH_MAX)
		return -EINVAL;
	span.depth = p->depth;
	span.from_ns = p->clock_ns;
	p->open[p->depth++] = p->cnt;
	p->spans[p->cnt++] = span;
	return 0;
}

/* The latest open span ends; it must be of @kind. */
static struct cycle_span *end(struct pairing *p, enum span_kind kind)
{
	struct cycle_span *span;

	if (!p->depth)
		return NULL;
	span = &p->spans[p->open[p->depth - 1]];
	if (span->kind != kind)
		return NULL;
	p->depth--;
	span->to_ns = p->clock_ns;
	return span;
}

static int take(struct pairing *p, const struct cycle_event *event)
{
	struct cycle_span *span;

	switch (event->kind) {
	case CYCLE_ENTRY:
		return begin(p, (struct cycle_span){ .function = event->function });
	case CYCLE_RETURN:
		span = end(p, SPAN_CALL);
		return span && span->function == event->function ? 0 : -EINVAL;
	case CYCLE_OFF_CPU:
		return begin(p, (struct cycle_span){ .kind = SPAN_OFF_CPU });
	case CYCLE_ON_CPU:
		span = end(p, SPAN_OFF_CPU);
		if (span)
			span->cpu = event->cpu;
		return span ? 0 : -EINVAL;
	case CYCLE_EXIT:
		if (p->exited || begin(p, (struct cycle_span){ .kind = SPAN_EXIT }))
			return -EINVAL;
		p->exited = true;
		return end(p, SPAN_EXIT) ? 0 : -EINVAL;
	default:
		return -EINVAL;
	}
}

static int pair(struct pairing *p, const struct cycle *cycle)
{
	int err = 0;

	for (size_t i = 0; i < cycle->base_cnt && !err; i++)
		err = begin(p,
			    (struct cycle_span){ .function = cycle->base[i], .open_before = true });
	for (size_t i = 0; i < cycle->event_cnt && !err; i++) {
		const struct cycle_event *event = &cycle->events[i];

		if (event->ns < p->clock_ns || event->ns > cycle->duration_ns)
			return -EINVAL;
		p->clock_ns = event->ns;
		err = take(p, event);
	}
	if (err || !p->exited)
		return -EINVAL;
	for (u32 i = 0; i < p->depth; i++) {
		struct cycle_span *span = &p->spans[p->open[i]];

		/* An entry is made on a CPU. */
		if (span->kind != SPAN_CALL)
			return -EINVAL;
		span->open_after = true;
		span->to_ns = cycle->duration_ns;
	}
	return 0;
}

int cycle_spans(const struct cycle *cycle, struct cycle_span **out, size_t *cnt_out)
{
	struct pairing p = {};
	int err;

	/* Each event begins one span at most. */
	p.spans = calloc(cycle->base_cnt + cycle->event_cnt + 1, sizeof(*p.spans));
	if (!p.spans)
		return -ENOMEM;
	err = pair(&p, cycle);
	if (err) {
		free(p.spans);
		return err;
	}
	*out = p.spans;
	*cnt_out = p.cnt;
	return 0;
}

/* Spans on their way to events. */
struct unpairing {
	struct cycle *cycle;
	const struct cycle_span *open[CYCLE_DEPTH_MAX];
	u32 depth;
	u64 clock_ns;
	bool exited;
};

static int emit(struct unpairing *u, struct cycle_event event)
{
	if (event.ns < u->clock_ns || event.ns > u->cycle->duration_ns)
		return -EINVAL;
	u->clock_ns = event.ns;
	u->cycle->events[u->cycle->event_cnt++] = event;
	return 0;
}

/* All that is open at @depth and deeper ends. */
static int end_to(struct unpairing *u, u32 depth)
{
	int err = 0;

	while (u->depth > depth && !err) {
		const struct cycle_span *span = u->open[--u->depth];
		struct cycle_event event = { .ns = span->to_ns };

		/* What is open at the cycle's end is so with all that is around it. */
		if (span->open_after)
			return -EINVAL;
		event.kind = span->kind == SPAN_CALL ? CYCLE_RETURN : CYCLE_ON_CPU;
		if (span->kind == SPAN_CALL)
			event.function = span->function;
		else
			event.cpu = span->cpu;
		err = emit(u, event);
	}
	return err;
}

static int open_span(struct unpairing *u, const struct cycle_span *span)
{
	struct cycle *cycle = u->cycle;
	struct cycle_event event = { .ns = span->from_ns };

	if (span->depth >= CYCLE_DEPTH_MAX || span->depth > u->depth || end_to(u, span->depth))
		return -EINVAL;
	if (span->kind == SPAN_EXIT) {
		if (u->exited || span->open_before || span->open_after ||
		    span->from_ns != span->to_ns)
			return -EINVAL;
		u->exited = true;
		cycle->guest_ns = span->from_ns;
		event.kind = CYCLE_EXIT;
		return emit(u, event);
	}
	u->open[u->depth++] = span;
	if (span->open_before) {
		/* Before all events, each in the one before. */
		if (span->kind != SPAN_CALL || cycle->event_cnt || span->depth != cycle->base_cnt)
			return -EINVAL;
		cycle->base[cycle->base_cnt++] = span->function;
		return 0;
	}
	event.kind = span->kind == SPAN_CALL ? CYCLE_ENTRY : CYCLE_OFF_CPU;
	if (span->kind == SPAN_CALL)
		event.function = span->function;
	return emit(u, event);
}

/* The cycle's end: what is open over it are the outermost calls. */
static int finish(struct unpairing *u)
{
	u32 depth = 0;

	while (depth < u->depth && u->open[depth]->open_after) {
		if (u->open[depth++]->kind != SPAN_CALL)
			return -EINVAL;
	}
	return u->exited ? end_to(u, depth) : -EINVAL;
}

int cycle_fill(struct cycle *cycle, const struct cycle_span *spans, size_t cnt)
{
	struct unpairing u = { .cycle = cycle };
	int err = 0;

	cycle->base_cnt = 0;
	cycle->event_cnt = 0;
	free(cycle->base);
	free(cycle->events);
	cycle->base = calloc(cnt + 1, sizeof(*cycle->base));
	cycle->events = calloc(2 * cnt + 1, sizeof(*cycle->events));
	if (!cycle->base || !cycle->events)
		return -ENOMEM;
	for (size_t i = 0; i < cnt && !err; i++)
		err = open_span(&u, &spans[i]);
	return err ?: finish(&u);
}

static bool numbers_fit(const struct cycle *cycle)
{
	return cycle->started_unix_ns <= INT64_MAX && cycle->started_mono_ns <= INT64_MAX &&
	       cycle->latency_ns <= INT64_MAX && cycle->duration_ns <= INT64_MAX &&
	       cycle->cpu <= CYCLE_CPU_MAX && !(cycle->why & ~CYCLE_WHY_ALL);
}

int cycle_check(const struct cycle *cycle, size_t function_cnt)
{
	_cleanup_free_ struct cycle_span *spans = NULL;
	size_t cnt = 0;
	int err;

	if (!numbers_fit(cycle))
		return -EINVAL;
	err = cycle_spans(cycle, &spans, &cnt);
	if (cnt > CYCLE_SPANS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < cnt && !err; i++) {
		if (spans[i].kind == SPAN_CALL ? spans[i].function >= function_cnt
					       : spans[i].cpu > CYCLE_CPU_MAX)
			err = -EINVAL;
	}
	return err;
}
