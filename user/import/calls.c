// SPDX-License-Identifier: GPL-2.0
/* What happens to a stack when a line does not fit it, and at its root. */
#include "import/calls.h"

#include <errno.h>
#include <string.h>

static u32 roles_inside(const struct task *task)
{
	const struct context *inside = calls_inside(task);

	return inside && inside->symbol ? inside->symbol->roles : 0;
}

static void notice_handler(struct task *task, const struct symbol *symbol)
{
	enum rank rank = RANK_UNKNOWN;

	if (roles_inside(task) & ROLE_EXIT)
		rank = RANK_BELOW_EXIT;
	else if (!task->depth)
		rank = RANK_ROOT;
	else if (symbol->roles & ROLE_SURE)
		rank = RANK_SURE_HANDLER;
	if (rank <= task->cycle.rank)
		return;
	task->cycle.rank = rank;
	task->cycle.row = symbol->row;
}

/* A call begins that is a root, or that says something about the cycle. */
void calls_notice(struct trace *trace, struct task *task, const struct symbol *symbol)
{
	/* A clone of a function inside of itself is no second call of it. */
	u32 news = symbol->roles & ~roles_inside(task);

	if (!task->depth && task->pending && !task->joint)
		calls_settle(trace, task, false);
	if (!boundary_rules(trace, task) &&
	    ((news & ROLE_ENTER && task->cycle.entered) || (news & ROLE_RUN && task->cycle.ran)))
		cycle_cut(trace, task, true);
	if (news & ROLE_ENTER)
		task->cycle.entered = true;
	if (news & ROLE_RUN)
		task->cycle.ran = true;
	if (symbol->roles & ROLE_HANDLER)
		notice_handler(task, symbol);
}

void calls_root_returned(struct trace *trace, struct task *task, const struct frame *root, u64 ns)
{
	if (task->joint) {
		task->pending = true;
		task->pending_ns += ns;
	} else if (boundary_rules(trace, task)) {
		task->cycle.root_ns += ns;
	} else if (!root->depth || task->cycle.entered) {
		cycle_commit(trace, task, ns, true);
	} else if (!task->cycle.rank) {
		/* By its depth it is in something else, and nothing says that it is an exit. */
		cycle_commit(trace, task, ns, false);
	} else {
		task->pending = true;
		task->pending_ns = ns;
	}
}

void calls_settle(struct trace *trace, struct task *task, bool damaged)
{
	/* What waited for a join in vain is in a call that was not seen. */
	if (task->pending && boundary_rules(trace, task)) {
		task->cycle.root_ns += task->pending_ns;
		task->cycle.damaged |= damaged || task->joint;
		task->pending = false;
	} else if (task->pending) {
		cycle_commit(trace, task, task->pending_ns, !damaged && !task->joint);
	}
	task->joint = 0;
	task->pending_ns = 0;
}

/* The innermost open call has no return. */
static void drop_top(struct trace *trace, struct task *task)
{
	struct frame *frame = &task->stack[task->depth - 1];
	u64 known_ns = frame->child_ns;

	trace->losses[XG_LOSS_CALLS_UNFINISHED]++;
	task->cycle.damaged = true;
	calls_log(trace, task, frame->context, known_ns, true);
	task->depth--;
	if (task->depth)
		frame[-1].child_ns += known_ns;
	else if (boundary_rules(trace, task))
		task->cycle.root_ns += known_ns;
	else
		cycle_commit(trace, task, known_ns, false);
}

/* Make room for a call at @depth: what is open there or deeper has no return. */
static void unwind_to(struct trace *trace, struct task *task, u32 depth)
{
	while (task->depth && task->stack[task->depth - 1].depth >= depth)
		drop_top(trace, task);
	/* The calls between the innermost open one and this one were not seen. */
	if (task->depth && task->stack[task->depth - 1].depth + 1 != depth)
		task->cycle.damaged = true;
}

void calls_entry(struct trace *trace, struct task *task, struct symbol *symbol, u32 depth)
{
	struct context *context;

	unwind_to(trace, task, depth);
	if (!task->depth && task->joint && task->joint != depth)
		calls_settle(trace, task, false);
	if (task->depth >= STACK_MAX) {
		trace->losses[XG_LOSS_CALLS_NO_ROOM]++;
		task->cycle.damaged = true;
		return;
	}
	context = symbol ? calls_context(trace, task, symbol) : NULL;
	if (context) {
		calls_push(trace, task, context, depth);
		return;
	}
	if (!task->depth && task->pending && !task->joint)
		calls_settle(trace, task, false);
	task->stack[task->depth++] = (struct frame){ .depth = depth };
}

void calls_leaf(struct trace *trace, struct task *task, struct symbol *symbol, u32 depth, u64 ns)
{
	u32 before;

	unwind_to(trace, task, depth);
	before = task->depth;
	calls_entry(trace, task, symbol, depth);
	if (task->depth > before)
		calls_pop(trace, task, ns);
}

bool calls_is_top(const struct task *task, const char *name, size_t length)
{
	const struct context *context = task->stack[task->depth - 1].context;
	const char *space = length ? memchr(name, ' ', length) : NULL;
	const struct symbol *symbol;

	if (!context || !length)
		return true;
	symbol = context->symbol;
	if (!space || symbol->length == symbol->name_length) {
		length = space ? (size_t)(space - name) : length;
		return symbol->name_length == length && !memcmp(symbol->text, name, length);
	}
	return symbol->length == length && !memcmp(symbol->text, name, length);
}

void calls_close(struct trace *trace, struct task *task, u32 depth, u64 ns, const char *name,
		 size_t name_length)
{
	while (task->depth && task->stack[task->depth - 1].depth > depth)
		drop_top(trace, task);
	if (task->depth && task->stack[task->depth - 1].depth == depth) {
		if (calls_is_top(task, name, name_length)) {
			calls_pop(trace, task, ns);
			return;
		}
		drop_top(trace, task);
	}
	trace->losses[XG_LOSS_CALLS_ORPHANED]++;
	if (task->depth || boundary_rules(trace, task))
		task->cycle.damaged = true;
	else
		calls_settle(trace, task, true);
}

void calls_abandon(struct trace *trace, struct task *task)
{
	if (!task->depth) {
		calls_settle(trace, task, false);
		return;
	}
	trace->losses[XG_LOSS_CALLS_UNFINISHED] += task->depth;
	cycle_cut(trace, task, false);
	task->depth = 0;
	task->joint = 0;
	task->pending_ns = 0;
}
