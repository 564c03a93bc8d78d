// SPDX-License-Identifier: GPL-2.0
#include "import/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import/boundary.h"
#include "import/calls.h"
#include "import/join.h"
#include "util/cleanup.h"

int trace_new(u32 number, struct symbols *symbols, u32 stat_max, struct trace **out)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return -ENOMEM;
	trace->number = number;
	trace->symbols = symbols;
	trace->contexts.stat_max = stat_max < STAT_CNT_MAX ? stat_max : STAT_CNT_MAX;
	*out = trace;
	return 0;
}

void trace_free(struct trace **trace)
{
	struct trace *t = *trace;

	if (!t)
		return;
	while (t->tasks) {
		struct task *next = t->tasks->next;

		free(t->tasks->log);
		free(t->tasks);
		t->tasks = next;
	}
	for (size_t i = 0; i < t->cpu_room; i++)
		free(t->cpus[i]);
	free(t->cpus);
	contexts_free(&t->contexts);
	exit_rows_free(&t->rows);
	free(t);
	*trace = NULL;
}

/* The place of @pid in the table, which is never full: it has two for each task. */
struct task **trace_pid_slot(struct trace *trace, s64 pid)
{
	u32 i = (u64)pid * 0x9e3779b97f4a7c15 >> 32;

	while (trace->by_pid[i % (2 * TASK_MAX)] && trace->by_pid[i % (2 * TASK_MAX)]->pid != pid)
		i++;
	return &trace->by_pid[i % (2 * TASK_MAX)];
}

static struct task *task_new(struct trace *trace, u32 cpu)
{
	struct task *task;

	if (trace->task_cnt >= TASK_MAX)
		return NULL;
	task = calloc(1, sizeof(*task));
	if (task)
		task->root = context_root(&trace->contexts);
	if (!task || !task->root) {
		trace->err = -ENOMEM;
		free(task);
		return NULL;
	}
	task->pid = -1;
	task->first_cpu = cpu;
	task->last = task->root;
	if (trace->last_task)
		trace->last_task->next = task;
	else
		trace->tasks = task;
	trace->last_task = task;
	trace->task_cnt++;
	return task;
}

static int cpus_grow(struct trace *trace, u32 room)
{
	struct cpu **cpus = reallocarray(trace->cpus, room, sizeof(*cpus));

	if (!cpus)
		return -ENOMEM;
	memset(cpus + trace->cpu_room, 0, (room - trace->cpu_room) * sizeof(*cpus));
	trace->cpus = cpus;
	trace->cpu_room = room;
	return 0;
}

struct cpu *trace_cpu(struct trace *trace, int32_t number)
{
	struct cpu *cpu;

	if (number < -1 || number >= CPU_MAX)
		return NULL;
	if ((u32)(number + 1) >= trace->cpu_room && cpus_grow(trace, 2 * (number + 1) + 16)) {
		trace->err = -ENOMEM;
		return NULL;
	}
	cpu = trace->cpus[number + 1];
	if (cpu)
		return cpu;
	cpu = calloc(1, sizeof(*cpu));
	if (!cpu) {
		trace->err = -ENOMEM;
		return NULL;
	}
	cpu->number = number < 0 ? 0 : number;
	trace->cpus[number + 1] = cpu;
	return cpu;
}

/* Split "comm-123" at the last dash; the pid of idle tasks is made one per CPU. */
static bool split_name(const char *text, size_t length, u32 cpu, s64 *pid, size_t *name_length)
{
	const char *dash = memrchr(text, '-', length);
	s64 value = 0;

	if (!dash || dash + 1 == text + length || text + length - dash > 11)
		return false;
	for (const char *p = dash + 1; p < text + length; p++) {
		if (*p < '0' || *p > '9')
			return false;
		value = value * 10 + (*p - '0');
	}
	*pid = value ? value : -2 - (s64)cpu;
	*name_length = dash - text;
	return true;
}

static void name_task(struct trace *trace, struct task *task, const char *name, size_t length,
		      s64 pid)
{
	if (length >= sizeof(task->name))
		length = sizeof(task->name) - 1;
	memcpy(task->name, name, length);
	task->name[length] = '\0';
	task->pid = pid;
	*trace_pid_slot(trace, pid) = task;
}

struct task *trace_task(struct trace *trace, const char *text, size_t length, struct cpu *cpu)
{
	size_t name_length;
	struct task *task;
	s64 pid;

	if (!split_name(text, length, cpu->number, &pid, &name_length))
		return NULL;
	task = *trace_pid_slot(trace, pid);
	if (task)
		return task;
	task = task_new(trace, cpu->number);
	if (task)
		name_task(trace, task, text, name_length, pid);
	return task;
}

struct task *trace_cpu_task(struct trace *trace, struct cpu *cpu)
{
	if (!cpu->task)
		cpu->task = task_new(trace, cpu->number);
	return cpu->task;
}

/* The task that ran on @cpu up to a switch block has a name now. */
static void name_from_block(struct trace *trace, struct cpu *cpu, const char *text, size_t length)
{
	struct task *nameless = cpu->task, *known;
	size_t name_length;
	s64 pid;

	if (!nameless || nameless->pid != -1 ||
	    !split_name(text, length, cpu->number, &pid, &name_length))
		return;
	known = *trace_pid_slot(trace, pid);
	if (known)
		join_tasks(trace, known, nameless);
	else
		name_task(trace, nameless, text, name_length, pid);
}

void trace_switch(struct trace *trace, struct cpu *cpu, const char *from, size_t from_length,
		  const char *to, size_t to_length)
{
	struct task *task;

	name_from_block(trace, cpu, from, from_length);
	task = trace_task(trace, to, to_length, cpu);
	if (!task)
		return;
	cpu->task = task;
	cpu->named = true;
}

void trace_expect(struct trace *trace, struct cpu *cpu, const char *text, size_t length)
{
	if (cpu->named)
		return;
	cpu->named = true;
	if (cpu->task)
		name_from_block(trace, cpu, text, length);
	else
		cpu->task = trace_task(trace, text, length, cpu);
}

bool trace_is_open(const struct trace *trace)
{
	for (const struct task *task = trace->tasks; task; task = task->next) {
		if (task->depth)
			return true;
	}
	return false;
}

void trace_end(struct trace *trace)
{
	for (struct task *task = trace->tasks; task; task = task->next) {
		calls_abandon(trace, task);
		boundary_end(trace, task);
		trace->losses[XG_LOSS_CALLS_OVERRUN] += task->overruns;
	}
}
