// SPDX-License-Identifier: GPL-2.0
#include "collect/whole_cycle.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "xg_log.h"

_Static_assert(XG_KEEP_SAMPLE == (int)CYCLE_SAMPLE && XG_KEEP_SLOWEST == (int)CYCLE_SLOWEST &&
		       XG_KEEP_OVER == (int)CYCLE_OVER,
	       "the kernel's reasons for keeping a cycle are the profile's");
_Static_assert(XG_KNOWN_RIP == (int)CYCLE_KNOWN_RIP &&
		       XG_KNOWN_NEXT_RIP == (int)CYCLE_KNOWN_NEXT_RIP &&
		       XG_KNOWN_INFO1 == (int)CYCLE_KNOWN_INFO1 &&
		       XG_KNOWN_INFO2 == (int)CYCLE_KNOWN_INFO2 &&
		       XG_KNOWN_INTR_INFO == (int)CYCLE_KNOWN_INTR_INFO,
	       "what the kernel knows of an exit is the profile's");

/* The log, read from its start; times as in bpf/account.h. */
struct replay {
	const struct xg_capture *header;
	const struct xg_record *log;
	const struct whole_cycle_context *context;
	struct cycle *cycle;
	s64 gap_ns;
	s64 exit_ns;
	u32 cpu;
};

static s64 raw_clock(const struct replay *replay, u64 i)
{
	return replay->log[i].clock_ns - replay->header->entry_clock_ns;
}

static struct cycle_event *add(struct replay *replay, enum cycle_event_kind kind, s64 ns)
{
	struct cycle_event *event = &replay->cycle->events[replay->cycle->event_cnt++];

	*event = (struct cycle_event){ .ns = ns, .kind = kind };
	return event;
}

static int find_function(const struct replay *replay, u32 id, u32 *out)
{
	u32 i = id - XG_ID_FUNCTION;

	if (id < XG_ID_FUNCTION || i >= replay->context->function_cnt)
		return -EPROTO;
	*out = replay->context->function_of[i];
	return 0;
}

/* Word of a CPU: where the off-CPU time before it ended, or after a move in user space. */
static void on_cpu(struct replay *replay, u32 cpu, s64 ns)
{
	struct cycle *cycle = replay->cycle;
	struct cycle_event *last = cycle->events + cycle->event_cnt - 1;

	if (cycle->event_cnt && last->kind == CYCLE_ON_CPU) {
		last->cpu = cpu;
	} else if (cpu != replay->cpu) {
		add(replay, CYCLE_OFF_CPU, ns);
		add(replay, CYCLE_ON_CPU, ns)->cpu = cpu;
	}
	replay->cpu = cpu;
}

static int replay_record(struct replay *replay, u64 i)
{
	u32 code = replay->log[i].code & XG_CODE_MASK, id = code >> 1;
	bool is_return = code & 1;
	u32 function;
	s64 ns;
	int r;

	if (code == XG_CODE_RETURN(XG_ID_BOUNDARY)) {
		s64 raw = raw_clock(replay, i);

		replay->gap_ns = raw > replay->exit_ns ? raw - replay->exit_ns : 0;
		return 0;
	}
	ns = raw_clock(replay, i) - replay->gap_ns;
	if (code == XG_CODE_ENTRY(XG_ID_BOUNDARY)) {
		replay->exit_ns = ns;
		replay->cycle->guest_ns = ns;
		add(replay, CYCLE_EXIT, ns);
	} else if (id == XG_ID_OFF_CPU) {
		add(replay, is_return ? CYCLE_ON_CPU : CYCLE_OFF_CPU, ns)->cpu = replay->cpu;
	} else if (id >= XG_ID_CPU) {
		on_cpu(replay, id - XG_ID_CPU, ns);
	} else {
		r = find_function(replay, id, &function);
		if (r)
			return r;
		add(replay, is_return ? CYCLE_RETURN : CYCLE_ENTRY, ns)->function = function;
	}
	return 0;
}

/* The calls that were open at the start. */
static int fill_base(struct replay *replay)
{
	const struct whole_cycle_context *context = replay->context;
	struct cycle *cycle = replay->cycle;
	u32 depth = replay->header->depth;
	int r = 0;

	if (depth > context->base_n)
		return -EPROTO;
	cycle->base = calloc(depth + 1, sizeof(*cycle->base));
	if (!cycle->base)
		return -ENOMEM;
	cycle->base_cnt = depth;
	for (u32 i = 0; !r && i < depth; i++)
		r = find_function(replay, context->base_id[i], &cycle->base[i]);
	return r;
}

/* Kept for the whole recording: give back what the events did not need. */
static int shrink(struct cycle *cycle)
{
	void *smaller = reallocarray(cycle->events, cycle->event_cnt + 1, sizeof(*cycle->events));

	if (!smaller)
		return -ENOMEM;
	cycle->events = smaller;
	return 0;
}

int whole_cycle_fill(const struct xg_capture *header, const struct xg_record *log,
		     const struct whole_cycle_context *context, struct cycle *out)
{
	struct replay replay = {
		.header = header,
		.log = log,
		.context = context,
		.cycle = out,
		.cpu = header->cpu,
	};
	int r;

	out->code = header->reason;
	out->why = header->why;
	out->known = header->known;
	out->started_mono_ns = header->entry_clock_ns;
	out->started_unix_ns = header->entry_clock_ns + context->unix_minus_mono_ns;
	out->latency_ns = header->latency_ns;
	out->duration_ns = header->end_ns;
	out->rip = header->rip;
	out->next_rip = header->next_rip;
	out->info1 = header->info1;
	out->info2 = header->info2;
	out->intr_info = header->intr_info;
	out->cpu = header->cpu;
	out->tid = header->tid;
	/* Word of a CPU makes two events. */
	out->events = calloc(2 * header->log_n + 1, sizeof(*out->events));
	if (!out->events)
		return -ENOMEM;
	r = fill_base(&replay);
	for (u64 i = 0; !r && i < header->log_n; i++)
		r = replay_record(&replay, i);
	if (!r)
		r = shrink(out);
	return r;
}
