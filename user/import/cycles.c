// SPDX-License-Identifier: GPL-2.0
/* The ends of cycles: from a task's log to the contexts of the exit reason. */
#include "import/calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOG_ROOM_FIRST 128

/* Charge @ns; false, and counted, if that is more than a profile holds. */
static bool charge(struct trace *trace, u64 ns)
{
	if (trace->charged_ns + ns > CHARGED_MAX_NS) {
		trace->losses[XG_LOSS_LINES_DAMAGED]++;
		return false;
	}
	trace->charged_ns += ns;
	return true;
}

static void charge_result(struct trace *trace, const struct result *result, u32 row)
{
	struct stat *stat;
	int err = 0;

	stat = result->context ? context_stat(&trace->contexts, result->context, row, &err) : NULL;
	if (!stat) {
		trace->losses[XG_LOSS_CALLS_NO_ROOM]++;
		trace->err = err ?: trace->err;
		return;
	}
	if (result->part) {
		if (result->ns < 0 || charge(trace, result->ns))
			stat->total_ns += (u64)(s64)result->ns;
	} else if (charge(trace, result->ns)) {
		err = stat_add(&trace->contexts, stat, result->ns);
		trace->err = err ?: trace->err;
	}
}

static void charge_log(struct trace *trace, struct task *task, u32 row)
{
	for (u32 i = 0; i < task->log_cnt; i++)
		charge_result(trace, &task->log[i], row);
	task->log_cnt = 0;
}

/* The reason that the cycle is known to have so far. */
static u32 row_so_far(const struct trace *trace, const struct trace_cycle *cycle)
{
	if (trace->head_row && cycle->rank < RANK_EVENT)
		return trace->head_row;
	return cycle->rank ? cycle->row : HANDLER_NONE;
}

void cycle_flush(struct trace *trace, struct task *task)
{
	if (!task->cycle.sticky)
		task->cycle.sticky = row_so_far(trace, &task->cycle) + 1;
	charge_log(trace, task, task->cycle.sticky - 1);
}

void calls_log_full(struct trace *trace, struct task *task)
{
	u32 room = task->log_room ? 2 * task->log_room : LOG_ROOM_FIRST;
	struct result *log;

	if (task->log_room >= LOG_MAX) {
		cycle_flush(trace, task);
		return;
	}
	log = reallocarray(task->log, room, sizeof(*log));
	if (!log) {
		trace->err = -ENOMEM;
		return;
	}
	task->log = log;
	task->log_room = room;
}

static struct exits *exits_of(struct trace *trace, struct task *task, u32 row)
{
	struct exits **exits = &task->exits[row];

	if (*exits)
		return *exits;
	*exits = arena_alloc(&trace->contexts.arena, sizeof(**exits));
	if (*exits)
		(*exits)->latency.min_ns = UINT64_MAX;
	else
		trace->err = -ENOMEM;
	return *exits;
}

void cycle_commit(struct trace *trace, struct task *task, u64 ns, bool whole)
{
	u32 row = row_so_far(trace, &task->cycle);
	struct exits *exits;
	u64 latency_ns;
	int err;

	ns += task->cycle.root_ns;
	latency_ns = boundary_latency(&task->cycle, &ns);
	whole = whole && !task->cycle.damaged;
	if (!whole)
		row = HANDLER_INCOMPLETE;
	if (task->cycle.sticky)
		row = task->cycle.sticky - 1;
	charge_log(trace, task, row);
	task->cycle = (struct trace_cycle){};
	task->pending = false;
	exits = exits_of(trace, task, row);
	if (!exits || !charge(trace, ns))
		return;
	exits->cycle_cnt++;
	exits->cycle_ns += ns;
	if (!whole)
		return;
	err = stat_add(&trace->contexts, &exits->latency, latency_ns);
	trace->err = err ?: trace->err;
}

void cycle_cut(struct trace *trace, struct task *task, bool whole)
{
	u64 known_ns = 0, now_us = task->bounded ? trace->clock_us : 0;

	for (u32 i = task->depth; i-- > 0;) {
		struct frame *frame = &task->stack[i];
		u64 spent_ns = boundary_elapsed_ns(frame->since_us, now_us);

		known_ns += frame->child_ns;
		if (spent_ns > known_ns)
			known_ns = spent_ns;
		if (frame->watch & ROLE_GUEST)
			boundary_return(trace, task, frame, frame->part_ns + known_ns);
		calls_log(trace, task, frame->context, known_ns, true);
		frame->part_ns += known_ns;
		frame->child_ns = 0;
		frame->since_us = now_us;
	}
	cycle_commit(trace, task, known_ns, whole);
}
