/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The calls of one task: its stack, and its cycles.
 *
 * What a cycle is in a trace, which has no boundaries of entry and exit:
 *  - A call with nothing around it (a root) is a cycle, at whatever depth; its duration as
 *    printed is the cycle's time and its latency. With vcpu_enter_guest as the root, that is
 *    one exit, with the entry path and the guest's time before it.
 *  - A cycle never holds two calls of vcpu_enter_guest, nor two of *_vcpu_run: at the second
 *    one another cycle begins, in the middle of the calls that are open around it
 *    (KVM_RUN's ioctl, vcpu_run; the fast path's loop). As in a recording, a call is then
 *    counted in the cycle in which it returns, and each cycle gets its part of the time: the
 *    calls in it that returned meanwhile, and at its end all the rest.
 *  - The exit reason is that of the handler: handle_exit's child; else the root itself; else
 *    the first function anywhere that can only be a handler. Without any: NONE.
 *    A kvm_exit event says it outright, and where there is kvm_entry, cycles begin and end
 *    there instead: see boundary.h.
 *  - A cycle in which a call or a return is missing, be it because the trace begins or ends
 *    there, is INCOMPLETE: its calls that returned are in that tree, but it is no exit, and
 *    has no latency. So is a call without handler which by its depth is inside of others that
 *    were not seen.
 *
 * A cycle's calls wait in a log until its reason is known. Of a cycle of more than LOG_MAX
 * calls the first ones are charged to what is known by then, and the others with them.
 */
#ifndef EXITGRAPH_IMPORT_CALLS_H
#define EXITGRAPH_IMPORT_CALLS_H

#include "import/boundary.h"
#include "import/trace.h"

/* The parts that do not happen at every line; calls.c and cycles.c. */
void calls_notice(struct trace *trace, struct task *task, const struct symbol *symbol);
void calls_root_returned(struct trace *trace, struct task *task, const struct frame *root, u64 ns);
void calls_log_full(struct trace *trace, struct task *task);

/* The pending cycle turned out whole, or (@damaged) a part of something. */
void calls_settle(struct trace *trace, struct task *task, bool damaged);

/* The cycle is over, after @ns; it is an exit if @whole. */
void cycle_commit(struct trace *trace, struct task *task, u64 ns, bool whole);

/* The cycle is over with calls open: charge them with their parts. */
void cycle_cut(struct trace *trace, struct task *task, bool whole);

/* Charge what is logged so far, and let the cycle go on. */
void cycle_flush(struct trace *trace, struct task *task);

/*
 * Events whose depth does not fit, and all others: calls are closed as unfinished, returns
 * are counted as orphaned, as need be. @name may be empty for a close.
 */
void calls_entry(struct trace *trace, struct task *task, struct symbol *symbol, u32 depth);
void calls_leaf(struct trace *trace, struct task *task, struct symbol *symbol, u32 depth, u64 ns);
void calls_close(struct trace *trace, struct task *task, u32 depth, u64 ns, const char *name,
		 size_t name_length);

/* Is @name, with or without a module, or none, that of the innermost open call? */
bool calls_is_top(const struct task *task, const char *name, size_t length);

/* All open calls of @task are unfinished. */
void calls_abandon(struct trace *trace, struct task *task);

static inline void calls_log(struct trace *trace, struct task *task, struct context *context,
			     s64 ns, bool part)
{
	if (__builtin_expect(task->log_cnt >= task->log_room, 0))
		calls_log_full(trace, task);
	if (__builtin_expect(task->log_cnt < task->log_room, 1))
		task->log[task->log_cnt++] = (struct result){ context, ns, part };
}

/* The context that calls of @task are now in. */
static inline struct context *calls_inside(const struct task *task)
{
	return task->depth ? task->stack[task->depth - 1].context : task->root;
}

/* Enter @context, which is below calls_inside(), at a depth that fits. */
static inline void calls_push(struct trace *trace, struct task *task, struct context *context,
			      u32 depth)
{
	struct frame *frame = &task->stack[task->depth];

	if (__builtin_expect(!task->depth || context->symbol->roles & ROLES_MATTER, 0))
		calls_notice(trace, task, context->symbol);
	task->depth++;
	*frame = (struct frame){
		.context = context,
		.since_us = trace->clock_us,
		.depth = depth,
		.watch = context->symbol->roles & ROLE_RUN,
	};
	task->last = context;
}

/* The innermost open call returned after @ns. */
static inline void calls_pop(struct trace *trace, struct task *task, u64 ns)
{
	struct frame *frame = &task->stack[task->depth - 1];
	u64 rest_ns = ns;

	if (__builtin_expect(frame->watch, 0))
		boundary_return(trace, task, frame, ns);
	task->depth--;
	calls_log(trace, task, frame->context, ns, false);
	if (__builtin_expect(frame->part_ns, 0)) {
		u64 part_ns = frame->part_ns < ns ? frame->part_ns : ns;

		rest_ns = ns - part_ns;
		calls_log(trace, task, frame->context, -(s64)part_ns, true);
	}
	if (task->depth)
		frame[-1].child_ns += rest_ns;
	else
		calls_root_returned(trace, task, frame, rest_ns);
}

/* A whole call in one line. */
static inline void calls_whole(struct trace *trace, struct task *task, struct context *context,
			       u32 depth, u64 ns)
{
	if (__builtin_expect(!task->depth || context->symbol->roles & ROLES_MATTER, 0)) {
		calls_push(trace, task, context, depth);
		calls_pop(trace, task, ns);
		return;
	}
	task->last = context;
	task->stack[task->depth - 1].child_ns += ns;
	calls_log(trace, task, context, ns, false);
}

/* The child of calls_inside() with @symbol; NULL (counted) when there is no room. */
static inline struct context *calls_context(struct trace *trace, struct task *task,
					    struct symbol *symbol)
{
	struct context *inside = calls_inside(task), *guess = task->last->guess;
	int err;

	if (__builtin_expect(guess && guess->parent == inside && guess->symbol == symbol, 1))
		return guess;
	guess = context_child(&trace->contexts, inside, symbol, &err);
	if (!guess) {
		trace->err = err ?: trace->err;
		return NULL;
	}
	task->last->guess = guess;
	task->roles |= symbol->roles;
	return guess;
}

#endif
