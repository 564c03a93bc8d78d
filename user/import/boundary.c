// SPDX-License-Identifier: GPL-2.0
#include "import/boundary.h"

#include <errno.h>
#include <string.h>

#include "import/calls.h"

#define CLOCK_STEP_NS 1000

static bool has_anything(const struct trace *trace, const struct task *task)
{
	const struct trace_cycle *cycle = &task->cycle;
	u64 known_ns = cycle->root_ns;

	for (u32 i = 0; i < task->depth; i++) {
		const struct frame *frame = &task->stack[i];

		known_ns += frame->child_ns;
		known_ns += boundary_elapsed_ns(frame->since_us, trace->clock_us);
	}
	return known_ns || task->log_cnt || cycle->sticky || cycle->begun || cycle->exited;
}

/* Nothing is charged for a cycle of which there is nothing. */
static void cut(struct trace *trace, struct task *task, bool whole)
{
	if (has_anything(trace, task)) {
		cycle_cut(trace, task, whole);
		return;
	}
	task->cycle = (struct trace_cycle){};
}

void boundary_entry(struct trace *trace, struct task *task)
{
	struct trace_cycle *cycle = &task->cycle;

	if (trace->exported && cycle->begun) {
		cycle->ended = true;
		cycle->ended_us = trace->clock_us;
		return;
	}
	if (!trace->exported) {
		calls_settle(trace, task, false);
		task->bounded = true;
		cycle->ended_us = trace->clock_us;
		cut(trace, task, cycle->begun && (cycle->exited || !task->any_exits));
	}
	cycle->begun = true;
	cycle->begun_us = trace->clock_us;
}

/* <guest> below @context; 0 ns are none. NULL: all is counted as lost. */
static void log_guest(struct trace *trace, struct task *task, struct context *inside, u64 ns)
{
	struct context *context;
	int err = 0;

	if (!trace->guest)
		trace->guest =
			arena_alloc(&trace->contexts.arena, sizeof(*trace->guest) + SYMBOL_PAD);
	if (!trace->guest) {
		trace->err = -ENOMEM;
		return;
	}
	context = inside ? context_child(&trace->contexts, inside, trace->guest, &err) : NULL;
	trace->err = err ?: trace->err;
	calls_log(trace, task, context, (s64)ns, false);
}

/* The exit, now: <guest> is in the innermost call, and waits until it is known how long that is. */
static void see_exit(struct trace *trace, struct task *task)
{
	struct trace_cycle *cycle = &task->cycle;
	u64 ns = boundary_elapsed_ns(cycle->begun_us, trace->clock_us), traced_ns = cycle->root_ns;

	if (!cycle->begun_us || !trace->clock_us || cycle->exit_us)
		return;
	cycle->exit_us = trace->clock_us;
	for (u32 i = 0; i < task->depth; i++)
		traced_ns += task->stack[i].child_ns;
	cycle->guest_ns = ns > traced_ns ? ns - traced_ns : 0;
	if (task->depth) {
		task->stack[task->depth - 1].watch |= ROLE_GUEST;
	} else {
		log_guest(trace, task, task->root, cycle->guest_ns);
		cycle->root_ns += cycle->guest_ns;
	}
}

void boundary_exit(struct trace *trace, struct task *task, struct piece reason)
{
	u32 row;
	int err;

	/* Two exits: with an entry between them that is missing, or entries are not traced. */
	if (task->cycle.exited && boundary_rules(trace, task))
		task->cycle.damaged = true;
	else if (task->cycle.exited)
		cycle_cut(trace, task, true);
	task->cycle.exited = true;
	task->any_exits = true;
	see_exit(trace, task);
	err = exit_rows_find(&trace->rows, true, reason.text, reason.length, &row);
	trace->err = err ?: trace->err;
	if (!row)
		return;
	task->cycle.row = row;
	task->cycle.rank = RANK_EVENT;
	task->roles |= exit_rows_roles(&trace->rows, row);
}

void boundary_return(struct trace *trace, struct task *task, struct frame *frame, u64 ns)
{
	struct trace_cycle *cycle = &task->cycle;
	u64 inside_ns = ns > frame->part_ns ? ns - frame->part_ns : 0;
	u64 room_ns = inside_ns > frame->child_ns ? inside_ns - frame->child_ns : 0;

	if (frame->watch & ROLE_GUEST) {
		frame->watch &= ~(u32)ROLE_GUEST;
		if (room_ns > cycle->guest_ns)
			room_ns = cycle->guest_ns;
	} else if (cycle->begun_us && !cycle->exit_us && frame->since_us) {
		/* The run function, and no kvm_exit in it: its return is the exit. */
		cycle->exit_us = frame->since_us + inside_ns / 1000;
	} else {
		return;
	}
	log_guest(trace, task, frame->context, room_ns);
	frame->child_ns += room_ns;
}

/* What came of @task is a cycle by itself, and over. */
static void finish(struct trace *trace, struct task *task)
{
	const struct trace_cycle *cycle = &task->cycle;

	if (boundary_rules(trace, task) && has_anything(trace, task))
		cycle_commit(trace, task, 0,
			     trace->exported && !cycle->damaged && cycle->begun == cycle->ended);
}

void boundary_end(struct trace *trace, struct task *task)
{
	finish(trace, task);
}

void boundary_head(struct trace *trace, struct piece reason)
{
	int err;

	for (struct task *task = trace->tasks; task; task = task->next) {
		calls_abandon(trace, task);
		finish(trace, task);
	}
	trace->exported = true;
	err = exit_rows_find(&trace->rows, false, reason.text, reason.length, &trace->head_row);
	trace->err = err ?: trace->err;
}

void boundary_join(struct trace_cycle *to, const struct trace_cycle *from)
{
	to->root_ns += from->root_ns;
	to->exited |= from->exited;
	if (!to->exit_us)
		to->exit_us = from->exit_us;
	if (from->begun && to->begun) {
		to->ended = true;
		to->ended_us = from->begun_us;
	} else if (from->begun) {
		to->begun = true;
		to->begun_us = from->begun_us;
	}
}

u64 boundary_latency(const struct trace_cycle *cycle, u64 *ns)
{
	u64 clock_ns = boundary_elapsed_ns(cycle->begun_us, cycle->ended_us), guest_ns = 0;

	if (clock_ns >= *ns + CLOCK_STEP_NS)
		*ns = clock_ns;
	if (clock_ns)
		guest_ns = boundary_elapsed_ns(cycle->begun_us, cycle->exit_us);
	return *ns > guest_ns ? *ns - guest_ns : 0;
}

const char *boundary_name(const struct trace *trace)
{
	if (trace->guest)
		return "kvm_exit";
	for (const struct task *task = trace->tasks; task; task = task->next) {
		if (boundary_rules(trace, task))
			return "kvm_entry";
	}
	return "";
}
