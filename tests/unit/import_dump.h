/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dumps as the kernel's trace_functions_graph.c prints them, of tasks that call, return, are
 * switched and migrate at random; with a reference that adds their calls up beside.
 *
 * The kernel's rules, which this follows: a call is a leaf if its return is the next event in
 * its CPU's buffer; a return is named if what the CPU printed last at that depth was another
 * function (enter_funcs[]); a switch block comes when a CPU's pid is another than before.
 */
#ifndef EXITGRAPH_TESTS_IMPORT_DUMP_H
#define EXITGRAPH_TESTS_IMPORT_DUMP_H

#include "import_fixture.h"

#define DUMP_TASKS 6
#define DUMP_CPUS  4
#define DUMP_DEPTH 24

enum dump_options {
	DUMP_PROC = 1 << 0,
	DUMP_ABSTIME = 1 << 1,
	DUMP_RELTIME = 1 << 2,
	DUMP_FLAGS = 1 << 3,
	DUMP_TAIL = 1 << 4,
	DUMP_RETVAL = 1 << 5,
	DUMP_ARGS = 1 << 6,
	DUMP_NO_OVERHEAD = 1 << 7,
	DUMP_NO_CPU = 1 << 8,
	DUMP_NOISE = 1 << 9,	 /* comments, interrupt marks */
	DUMP_OWN_CPUS = 1 << 10, /* no two tasks on one CPU */
	DUMP_HEADER = 1 << 11,
	DUMP_CRLF = 1 << 12,
	DUMP_TRACE_CMD = 1 << 13,
	DUMP_COMPLETE = 1 << 14, /* every call returns */
};

static const char *const dump_functions[] = {
	"vcpu_enter_guest [kvm]",
	"svm_vcpu_run [kvm_amd]",
	"svm_handle_exit [kvm_amd]",
	"cpuid_interception [kvm_amd]",
	"kvm_emulate_wrmsr [kvm]",
	"kvm_vcpu_halt [kvm]",
	"schedule",
	"foo.part.0",
	"bar.isra.0.cold",
	"_raw_spin_lock",
	"vcpu_run [kvm]",
	"kvm_io_bus_write [kvm]",
};

struct dump_event {
	u32 cpu, task, function, depth;
	bool is_return;
	u64 clock_ns, duration_ns;
};

struct dump_task {
	u32 depth, cpu;
	u32 function[DUMP_DEPTH];
	u64 start_ns[DUMP_DEPTH];
	u32 start_cpu[DUMP_DEPTH];
	char path[DUMP_DEPTH][1024];
};

struct dump {
	u32 options;
	u64 seed, clock_ns;
	u32 line_cnt, block_cnt, named_cnt, migration_cnt; /* lines; switch blocks; ... */
	struct dump_event *events;
	size_t event_cnt;
	struct dump_task tasks[DUMP_TASKS];
	u32 running[DUMP_CPUS]; /* task + 1; 0: idle */
	struct paths paths[DUMP_TASKS], all;
	u64 unfinished;
	FILE *out;
	s64 last_pid[DUMP_CPUS];
	u32 entered[DUMP_CPUS][DUMP_DEPTH]; /* function + 1 */
};

static inline u32 dump_pick(struct dump *d, u32 limit)
{
	return fixture_random(&d->seed) % limit;
}

static inline u32 dump_pid(u32 task)
{
	return 2690 + 7 * task;
}

/* What the kernel prints of @ns: at most 7 digits. */
static inline u64 dump_printed_ns(u64 ns)
{
	u64 us = ns / 1000, unit = 1;

	if (us >= 1000000)
		unit = 1000;
	else if (us >= 100000)
		unit = 100;
	else if (us >= 10000)
		unit = 10;
	return ns / unit * unit;
}

static inline void dump_emit(struct dump *d, struct dump_event event)
{
	d->events = reallocarray(d->events, d->event_cnt + 1, sizeof(event));
	assert_non_null(d->events);
	d->events[d->event_cnt++] = event;
}

static inline void dump_call(struct dump *d, u32 index)
{
	struct dump_task *task = &d->tasks[index];
	u32 function = dump_pick(d, ARRAY_SIZE(dump_functions)), depth = task->depth++;
	const char *name = dump_functions[function], *space = strchr(name, ' ');

	task->function[depth] = function;
	task->start_ns[depth] = d->clock_ns;
	task->start_cpu[depth] = task->cpu;
	snprintf(task->path[depth], sizeof(task->path[depth]), "%s%s%.*s",
		 depth ? task->path[depth - 1] : "", depth ? ";" : "",
		 (int)(space ? space - name : (long)strlen(name)), name);
	dump_emit(d,
		  (struct dump_event){ task->cpu, index, function, depth, false, d->clock_ns, 0 });
}

static inline void dump_count(struct paths *paths, const struct dump_task *task, u64 ns)
{
	struct path *path = paths_find(paths, task->path[task->depth]);

	path->calls++;
	path->total_ns += ns;
	if (task->depth)
		paths_find(paths, task->path[task->depth - 1])->child_ns += ns;
}

static inline void dump_return(struct dump *d, u32 index)
{
	struct dump_task *task = &d->tasks[index];
	u32 depth = --task->depth;
	u64 ns = d->clock_ns - task->start_ns[depth];

	d->migration_cnt += task->cpu != task->start_cpu[depth];
	dump_emit(d, (struct dump_event){ task->cpu, index, task->function[depth], depth, true,
					  d->clock_ns, ns });
	dump_count(&d->paths[index], task, dump_printed_ns(ns));
	dump_count(&d->all, task, dump_printed_ns(ns));
}

/* A CPU gets another task, or none; a task that runs nowhere may go to any. */
static inline void dump_switch(struct dump *d)
{
	u32 cpu = dump_pick(d, DUMP_CPUS), task = dump_pick(d, DUMP_TASKS);

	for (u32 i = 0; i < DUMP_CPUS; i++) {
		if (d->running[i] == task + 1)
			d->running[i] = 0;
	}
	d->running[cpu] = task + 1;
	d->tasks[task].cpu = cpu;
}

static inline void dump_step(struct dump *d)
{
	static const u64 steps[] = { 80, 110, 900, 1500, 20000, 3000000, 90000000, 1500000000 };
	u32 cpu = dump_pick(d, DUMP_CPUS), index = d->running[cpu] - 1;
	struct dump_task *task = &d->tasks[index];
	u32 magnitude = dump_pick(d, 100);

	magnitude = magnitude < 97 ? magnitude % 4 : 4 + dump_pick(d, 4);
	d->clock_ns += steps[magnitude] + dump_pick(d, 1000);
	if (!(d->options & DUMP_OWN_CPUS) && !dump_pick(d, 12))
		dump_switch(d);
	if (!d->running[cpu] || d->running[cpu] != index + 1)
		return;
	for (u32 k = dump_pick(d, 4); k; k--) {
		if (task->depth && (task->depth >= DUMP_DEPTH || dump_pick(d, 2)))
			dump_return(d, index);
		else
			dump_call(d, index);
		d->clock_ns += 70 + dump_pick(d, 40);
		/* Often a leaf. */
		if (task->depth && dump_pick(d, 3))
			dump_return(d, index);
	}
}

static inline void dump_duration(struct dump *d, s64 ns)
{
	static const struct {
		u64 above_ns;
		char mark;
	} marks[] = { { 1000000000, '$' }, { 100000000, '@' }, { 10000000, '*' },
		      { 1000000, '#' },	   { 100000, '!' },    { 10000, '+' } };
	char number[32], mark = ' ';
	int length;

	/* trace-cmd has one column less. */
	int width = d->options & DUMP_TRACE_CMD ? 7 : 8;

	if (ns < 0) {
		fprintf(d->out, "%*s|  ", width + 6, "");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(marks) && mark == ' '; i++) {
		if ((u64)ns > marks[i].above_ns)
			mark = marks[i].mark;
	}
	length = sprintf(number, "%llu", (unsigned long long)ns / 1000);
	if (length < 7) {
		char rest[8];

		snprintf(rest, 8 - length < 5 ? 8 - length : 5, "%03lld", (long long)ns % 1000);
		/* The kernel cuts the digits to 7 with the point not counted. */
		length += sprintf(number + length, ".%s", rest);
	}
	fprintf(d->out, "%c %s us ", d->options & DUMP_NO_OVERHEAD ? ' ' : mark, number);
	for (; length < width; length++)
		putc(' ', d->out);
	fprintf(d->out, "|  ");
}

static inline void dump_comm(FILE *out, u32 task, bool full)
{
	char text[32];
	int spaces, i;

	sprintf(text, full ? "CPU %u/KVM-%u" : "CPU %u/K-%u", task, dump_pid(task));
	spaces = full ? 0 : 14 - (int)strlen(text);
	for (i = 0; i < spaces / 2; i++)
		putc(' ', out);
	fputs(text, out);
	for (i = 0; i < spaces - spaces / 2; i++)
		putc(' ', out);
}

static inline void dump_prefix(struct dump *d, const struct dump_event *e)
{
	FILE *out = d->out;

	if (d->options & DUMP_TRACE_CMD) {
		fputs("  ", out);
		dump_comm(out, e->task, true);
		fprintf(out, " [%03u] %s %llu.%06llu: funcgraph_%s ", e->cpu,
			d->options & DUMP_FLAGS ? "d..1." : "",
			(unsigned long long)e->clock_ns / 1000000000,
			(unsigned long long)e->clock_ns / 1000 % 1000000,
			e->is_return ? "exit:     " : "entry:    ");
		return;
	}
	if (d->options & DUMP_ABSTIME)
		fprintf(out, "%5llu.%06llu |  ", (unsigned long long)e->clock_ns / 1000000000,
			(unsigned long long)e->clock_ns / 1000 % 1000000);
	if (d->options & DUMP_RELTIME)
		fprintf(out, "%9llu us |  ", (unsigned long long)e->clock_ns / 1000 % 100000);
	if (!(d->options & DUMP_NO_CPU))
		fprintf(out, " %*u) ", 2, e->cpu);
	if (d->options & DUMP_PROC) {
		dump_comm(out, e->task, false);
		fputs(" | ", out);
	}
	if (d->options & DUMP_FLAGS)
		fputs(" d..1. | ", out);
}

static inline void dump_block(struct dump *d, const struct dump_event *e)
{
	s64 *last = &d->last_pid[e->cpu];

	if (*last != -1 && *last != (s64)e->task && !(d->options & DUMP_TRACE_CMD)) {
		fprintf(d->out, " ------------------------------------------\n %2u) ", e->cpu);
		dump_comm(d->out, *last, false);
		fprintf(d->out, " => ");
		dump_comm(d->out, e->task, false);
		fprintf(d->out, "\n ------------------------------------------\n\n");
		d->line_cnt += 4;
		d->block_cnt++;
	}
	*last = e->task;
}

static inline void dump_noise(struct dump *d, const struct dump_event *e)
{
	u32 what = dump_pick(d, 30);

	if (what > 2 || d->options & DUMP_TRACE_CMD)
		return;
	dump_prefix(d, e);
	if (what == 0)
		fprintf(d->out, "  ==========> |\n");
	else if (what == 1)
		fprintf(d->out, "  <========== |\n");
	else
		fprintf(d->out, "              |  /* kvm_exit: | vcpu 0 reason { } ; */\n");
	d->line_cnt++;
}

/*
 * The next event in @e's CPU's buffer, if that is its own return. (The kernel looks no further:
 * a task that went elsewhere, called, and came back, has a leaf there with calls in it.)
 */
static inline struct dump_event *dump_leaf(struct dump *d, struct dump_event *e)
{
	for (struct dump_event *n = e + 1; n < d->events + d->event_cnt; n++) {
		if (n->cpu != e->cpu && n->task != e->task)
			continue;
		return n->is_return && n->cpu == e->cpu &&
				       n->clock_ns - n->duration_ns == e->clock_ns
			       ? n
			       : NULL;
	}
	return NULL;
}

static inline void dump_event(struct dump *d, struct dump_event *e)
{
	struct dump_event *leaf = e->is_return ? NULL : dump_leaf(d, e);
	u32 *entered = &d->entered[e->cpu][e->depth];
	const char *name = dump_functions[e->function];
	const char *args = d->options & DUMP_ARGS ? "vcpu=0xffff8881, s=\"a|b; {\"" : "";
	bool named = d->options & (DUMP_TAIL | DUMP_RETVAL) || *entered != e->function + 1;

	dump_block(d, e);
	if (d->options & DUMP_NOISE)
		dump_noise(d, e);
	dump_prefix(d, e);
	dump_duration(d, leaf ? (s64)leaf->duration_ns : e->is_return ? (s64)e->duration_ns : -1);
	fprintf(d->out, "%*s", 2 * e->depth, "");
	if (d->options & DUMP_TRACE_CMD)
		named = d->options & DUMP_TAIL;
	if (leaf)
		fprintf(d->out, "%s(%s);%s", name, args,
			d->options & DUMP_RETVAL ? " /* <-caller+0x1f ret=0x0 */" : "");
	else if (!e->is_return)
		fprintf(d->out, "%s(%s) {", name, args);
	else if (named && ++d->named_cnt)
		fprintf(d->out, "} /* %s%s */", name, d->options & DUMP_RETVAL ? " ret=-22" : "");
	else
		putc('}', d->out);
	fputs(d->options & DUMP_CRLF ? "\r\n" : "\n", d->out);
	d->line_cnt++;
	*entered = leaf || e->is_return ? 0 : e->function + 1;
	if (leaf)
		leaf->task = UINT32_MAX; /* printed */
}

/* A dump of @steps steps, to be freed, its length in *@length; and in @d the reference. */
static inline char *dump_make(struct dump *d, u32 options, u64 seed, u32 steps, size_t *length)
{
	char *text = NULL;

	*d = (struct dump){ .options = options, .seed = seed, .clock_ns = 1234567890 };
	d->out = open_memstream(&text, length);
	assert_non_null(d->out);
	for (u32 i = 0; i < DUMP_CPUS; i++) {
		d->running[i] = i + 1;
		d->tasks[i].cpu = i;
		d->last_pid[i] = -1;
	}
	for (u32 i = 0; i < steps; i++)
		dump_step(d);
	for (u32 i = 0; i < DUMP_TASKS && options & DUMP_COMPLETE; i++) {
		while (d->tasks[i].depth) {
			d->clock_ns += 90 + dump_pick(d, 1000);
			dump_return(d, i);
		}
	}
	if (options & DUMP_HEADER)
		fprintf(d->out, "# tracer: function_graph\n#\n"
				"# CPU  DURATION                  FUNCTION CALLS\n"
				"# |     |   |                     |   |   |   |\n");
	for (size_t i = 0; i < d->event_cnt; i++) {
		if (d->events[i].task != UINT32_MAX)
			dump_event(d, &d->events[i]);
	}
	fclose(d->out);
	for (u32 i = 0; i < DUMP_TASKS; i++)
		d->unfinished += d->tasks[i].depth;
	return text;
}

static inline void dump_free(struct dump *d)
{
	for (u32 i = 0; i < DUMP_TASKS; i++)
		paths_clear(&d->paths[i]);
	paths_clear(&d->all);
	free(d->events);
}

#endif
