// SPDX-License-Identifier: GPL-2.0
#include "import/take.h"

#include "import/boundary.h"
#include "import/calls.h"
#include "import/join.h"

static void take_lost(struct trace *trace, const struct line *line)
{
	struct cpu *cpu = trace_cpu(trace, line->cpu);

	trace->losses[XG_LOSS_EVENTS_LOST] += line->cnt ?: 1;
	/* An entry may be among them: no cycle is made of two. */
	if (cpu && cpu->task && boundary_rules(trace, cpu->task))
		cpu->task->cycle.damaged = true;
}

static void take_switch(struct trace *trace, const struct line *line)
{
	struct cpu *cpu = trace_cpu(trace, line->cpu);

	if (cpu)
		trace_switch(trace, cpu, line->task.text, line->task.length, line->to.text,
			     line->to.length);
}

static struct task *task_of(struct trace *trace, const struct line *line, struct cpu *cpu)
{
	static const enum event events[] = {
		[LINE_ENTRY] = EVENT_ENTRY,
		[LINE_LEAF] = EVENT_LEAF,
		[LINE_CLOSE] = EVENT_CLOSE,
	};
	enum event event;
	struct task *task;

	if (line->task.text)
		return trace_task(trace, line->task.text, line->task.length, cpu);
	task = trace_cpu_task(trace, cpu);
	if (line->kind == LINE_VM_ENTRY || line->kind == LINE_VM_EXIT)
		return task;
	event = events[line->kind];
	if (!task || task->depth || (event != EVENT_CLOSE && !line->depth))
		return task;
	if (event == EVENT_CLOSE)
		return join_by_return(trace, cpu, line->depth, line->ns, line->name.text,
				      line->name.length);
	join_wait(trace, cpu, line->depth);
	return task;
}

static void take_call(struct trace *trace, struct cpu *cpu, struct task *task,
		      const struct line *line)
{
	struct symbol *symbol;
	int err;

	if (!line->timed && line->kind != LINE_ENTRY)
		trace->losses[XG_LOSS_CALLS_UNTIMED]++;
	if (line->kind == LINE_CLOSE) {
		if (line->cnt > task->overruns)
			task->overruns = line->cnt;
		calls_close(trace, task, line->depth, line->ns, line->name.text, line->name.length);
		return;
	}
	symbol = symbol_get(trace->symbols, line->name.text, line->name.length, line->name_length,
			    &err);
	trace->err = err ?: trace->err;
	if (line->kind == LINE_ENTRY && line->depth < ENTERED_MAX)
		cpu->entered[line->depth] = symbol;
	if (line->kind == LINE_ENTRY)
		calls_entry(trace, task, symbol, line->depth);
	else
		calls_leaf(trace, task, symbol, line->depth, line->ns);
}

struct task *take_of_task(struct trace *trace, const struct line *line, struct cpu **cpu)
{
	struct task *task = NULL;

	*cpu = trace_cpu(trace, line->cpu);
	if (*cpu)
		task = task_of(trace, line, *cpu);
	if (!task || line->ns > DURATION_MAX_NS) {
		trace->losses[XG_LOSS_CALLS_NO_ROOM] += line->kind != LINE_ENTRY;
		return NULL;
	}
	if (line->kind == LINE_VM_ENTRY)
		boundary_entry(trace, task);
	else if (line->kind == LINE_VM_EXIT)
		boundary_exit(trace, task, line->reason);
	else
		take_call(trace, *cpu, task, line);
	return task;
}

int take_of_all(struct trace *trace, const struct line *line)
{
	if (line->kind == LINE_LOST)
		take_lost(trace, line);
	else if (line->kind == LINE_SWITCH)
		take_switch(trace, line);
	else
		boundary_head(trace, line->reason);
	return trace->err;
}
