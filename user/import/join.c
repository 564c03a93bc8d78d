// SPDX-License-Identifier: GPL-2.0
#include "import/join.h"

#include <string.h>

#include "import/calls.h"

/* Changes whenever something happens to the calls that are open in @task. */
static u64 mark_of(const struct task *task)
{
	const struct frame *top;

	if (!task->depth)
		return 0;
	top = &task->stack[task->depth - 1];
	return (uintptr_t)top->context + task->depth + 31 * top->child_ns + 127 * task->log_cnt;
}

static bool may_be_one(const struct task *a, const struct task *b)
{
	return a != b && !a->same && !b->same && (a->pid == -1 || b->pid == -1);
}

void join_wait(struct trace *trace, struct cpu *cpu, u32 depth)
{
	struct task *own = cpu->task;
	bool any = false;

	if (own->joint || own->pending)
		return;
	for (struct task *task = trace->tasks; task; task = task->next) {
		task->mark = mark_of(task);
		any |= may_be_one(own, task) && task->depth && task_fits(task, EVENT_ENTRY, depth);
	}
	if (any)
		own->joint = depth;
}

static bool has_open(const struct task *task, u32 depth, u64 ns, const char *name, size_t length)
{
	return task_fits(task, EVENT_CLOSE, depth) && calls_is_top(task, name, length) &&
	       task->stack[task->depth - 1].child_ns <= ns;
}

struct task *join_by_return(struct trace *trace, struct cpu *cpu, u32 depth, u64 ns,
			    const char *name, size_t name_length)
{
	const struct symbol *entered = depth < ENTERED_MAX ? cpu->entered[depth] : NULL;
	struct task *own = cpu->task, *found = NULL;

	if (!name_length && entered) {
		name = entered->text;
		name_length = entered->length;
	}
	if (own->depth || !name_length)
		return own;
	for (struct task *task = trace->tasks; task; task = task->next) {
		if (!may_be_one(own, task) || !has_open(task, depth, ns, name, name_length))
			continue;
		/* While its calls came here, nothing can have come elsewhere. */
		if (own->joint && mark_of(task) != task->mark)
			continue;
		if (found)
			return own;
		found = task;
	}
	return found ? join_tasks(trace, found, own) : own;
}

/* The context like @context of another task, but below @inside instead of that one's root. */
static struct context *transplant(struct trace *trace, struct context *inside,
				  const struct context *context)
{
	const struct context *path[STACK_MAX + 1];
	u32 depth = 0;
	int err = 0;

	for (; context && context->parent && depth <= STACK_MAX; context = context->parent)
		path[depth++] = context;
	while (inside && depth-- > 0) {
		inside = context_child(&trace->contexts, inside, path[depth]->symbol, &err);
		trace->err = err ?: trace->err;
	}
	return inside;
}

/* Move the calls of @from, which waited, below the innermost open call of @to. */
static void move_calls(struct trace *trace, struct task *to, struct task *from)
{
	struct context *inside = calls_inside(to);

	to->stack[to->depth - 1].child_ns += from->pending_ns;
	for (u32 i = 0; i < from->log_cnt; i++) {
		const struct result *result = &from->log[i];
		struct context *context = NULL;

		if (result->context)
			context = transplant(trace, inside, result->context);
		calls_log(trace, to, context, result->ns, result->part);
	}
	for (u32 i = 0; i < from->depth && to->depth < STACK_MAX; i++) {
		struct frame *frame = &to->stack[to->depth++];

		*frame = from->stack[i];
		if (frame->context)
			frame->context = transplant(trace, inside, frame->context);
	}
	if (from->cycle.rank > to->cycle.rank) {
		to->cycle.rank = from->cycle.rank;
		to->cycle.row = from->cycle.row;
	}
	to->cycle.ran |= from->cycle.ran;
	to->cycle.entered |= from->cycle.entered;
	to->cycle.damaged |= from->cycle.damaged || from->cycle.sticky;
	boundary_join(&to->cycle, &from->cycle);
	to->roles |= from->roles;
	from->cycle = (struct trace_cycle){};
	from->log_cnt = 0;
	from->depth = 0;
	from->pending = false;
	from->pending_ns = 0;
}

static bool can_move(const struct task *to, const struct task *from)
{
	return from->joint && to->depth && to->stack[to->depth - 1].depth + 1 == from->joint &&
	       to->depth + from->depth <= STACK_MAX;
}

struct task *join_tasks(struct trace *trace, struct task *a, struct task *b)
{
	struct task *alive = b->depth ? b : a, *gone = b->depth ? a : b;

	if (can_move(a, b) || can_move(b, a)) {
		alive = can_move(a, b) ? a : b;
		gone = can_move(a, b) ? b : a;
		move_calls(trace, alive, gone);
	}
	calls_abandon(trace, gone);
	boundary_end(trace, gone);
	/* An entry on the CPU that was not known to be its: the cycle here lacks it. */
	alive->cycle.damaged |= gone->bounded && !trace->exported;
	alive->bounded |= gone->bounded;
	alive->any_exits |= gone->any_exits;
	gone->joint = 0;
	gone->same = alive;
	if (alive->pid == -1 && gone->pid != -1) {
		memcpy(alive->name, gone->name, sizeof(alive->name));
		alive->pid = gone->pid;
	}
	if (alive->pid != -1)
		*trace_pid_slot(trace, alive->pid) = alive;
	for (size_t i = 0; i < trace->cpu_room; i++) {
		if (trace->cpus[i] && trace->cpus[i]->task == gone)
			trace->cpus[i]->task = alive;
	}
	return alive;
}
