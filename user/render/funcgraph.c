// SPDX-License-Identifier: GPL-2.0
#include "render/funcgraph.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "profile/cycle_spans.h"
#include "profile/reasons.h"
#include "render/funcgraph_line.h"
#include "render/units.h"
#include "util/cleanup.h"

/* The kernel knows whose a closing brace is down to this depth (FTRACE_RETFUNC_DEPTH). */
#define ENTERED_MAX 50

/* What the kernel keeps for each CPU while it prints (struct fgraph_cpu_data). */
struct cpu_state {
	s64 tid; /* of the latest line; -1: none yet */
	s64 depth;
	u32 entered[ENTERED_MAX]; /* latest opening line at that depth: function + 1 */
};

struct writer {
	const struct recording *recording;
	FILE *out;
	u32 options;
	u64 began_ns; /* the first cycle */
	int cpu_width;
	struct cpu_state *cpus;
	/* The cycle. */
	const struct vcpu *vcpu;
	const struct cycle *cycle;
	const struct cycle_span *spans;
	size_t span_cnt;
	const struct cycle_span *open[CYCLE_DEPTH_MAX]; /* by depth; NULL: a leaf */
	u32 depth;
	u32 cpu;
};

static struct cpu_state *here(const struct writer *w)
{
	return &w->cpus[w->cpu];
}

/* The thread's name is not known; this is how the kernel says so. */
static void put_task(struct writer *w, s64 tid)
{
	funcgraph_put_task("<...>", tid < 0 ? 0 : (u32)tid, w->out);
}

static void put_switch(struct writer *w, s64 from)
{
	fputs(" ------------------------------------------\n", w->out);
	funcgraph_put_cpu(w->cpu, w->cpu_width, w->out);
	put_task(w, from);
	fputs(" => ", w->out);
	put_task(w, w->cycle->tid);
	fputs("\n ------------------------------------------\n\n", w->out);
}

/* The columns in front of the duration, of a line at @ns. */
static void begin_line(struct writer *w, u64 ns)
{
	u64 clock_ns = w->cycle->started_mono_ns + ns;
	s64 tid = here(w)->tid;

	here(w)->tid = w->cycle->tid;
	if (tid != w->cycle->tid && w->cycle->tid)
		put_switch(w, tid);
	if (w->options & FUNCGRAPH_ABSTIME)
		funcgraph_put_abstime(clock_ns, w->out);
	if (w->options & FUNCGRAPH_RELTIME)
		funcgraph_put_reltime(clock_ns - w->began_ns, w->out);
	if (w->options & FUNCGRAPH_CPU)
		funcgraph_put_cpu(w->cpu, w->cpu_width, w->out);
	if (w->options & FUNCGRAPH_PROC) {
		put_task(w, w->cycle->tid);
		fputs(" | ", w->out);
	}
}

static void indent(struct writer *w, s64 depth)
{
	fprintf(w->out, "%*s", (int)(2 * depth), "");
}

/* A function as %ps prints its address. */
static void put_function(struct writer *w, u32 index)
{
	const struct function *function = &w->recording->functions[index];

	fputs(function->name, w->out);
	if (*function->module && strcmp(function->module, "vmlinux"))
		fprintf(w->out, " [%s]", function->module);
}

static void put_leaf(struct writer *w, const struct cycle_span *span)
{
	begin_line(w, span->from_ns);
	here(w)->depth = (s64)span->depth - 1;
	if (span->depth < ENTERED_MAX)
		here(w)->entered[span->depth] = 0;
	funcgraph_put_duration(span->to_ns - span->from_ns, w->options, w->out);
	indent(w, span->depth);
	put_function(w, span->function);
	fputs("();\n", w->out);
}

static void put_opening(struct writer *w, const struct cycle_span *span)
{
	begin_line(w, span->from_ns);
	here(w)->depth = span->depth;
	if (span->depth < ENTERED_MAX)
		here(w)->entered[span->depth] = span->function + 1;
	funcgraph_put_no_duration(w->options, w->out);
	indent(w, span->depth);
	put_function(w, span->function);
	fputs("() {\n", w->out);
}

static void put_closing(struct writer *w, const struct cycle_span *span)
{
	bool named = w->options & FUNCGRAPH_TAIL;

	begin_line(w, span->to_ns);
	here(w)->depth = (s64)span->depth - 1;
	if (span->depth < ENTERED_MAX) {
		u32 *entered = &here(w)->entered[span->depth];

		named |= *entered != span->function + 1;
		*entered = 0;
	}
	funcgraph_put_duration(span->to_ns - span->from_ns, w->options, w->out);
	indent(w, span->depth);
	if (named) {
		fputs("} /* ", w->out);
		put_function(w, span->function);
		fputs(" */\n", w->out);
	} else {
		fputs("}\n", w->out);
	}
}

/* The beginning of a comment line at @ns, as of a tracepoint; false if there shall be none. */
static bool begin_event(struct writer *w, const char *name, u64 ns)
{
	if (!(w->options & FUNCGRAPH_EVENTS))
		return false;
	begin_line(w, ns);
	funcgraph_put_no_duration(w->options, w->out);
	if (here(w)->depth > 0)
		indent(w, here(w)->depth + 1);
	fprintf(w->out, "/* %s: vcpu %" PRIu32, name, w->vcpu->id);
	return true;
}

static void end_event(struct writer *w)
{
	fputs(" */\n", w->out);
}

/* At the cycle's start and at its end, where alone the guest's RIP is known. */
static void put_entry_event(struct writer *w, u64 ns, bool with_rip)
{
	if (!begin_event(w, "kvm_entry", ns))
		return;
	if (with_rip && w->cycle->known & CYCLE_KNOWN_NEXT_RIP)
		fprintf(w->out, ", rip 0x%" PRIx64, w->cycle->next_rip);
	end_event(w);
}

/* The tracepoint's fields as far as they are known: its error_code is not. */
static void put_exit_event(struct writer *w, u64 ns)
{
	const struct cycle *c = w->cycle;
	char name[REASON_NAME_MAX];

	if (!begin_event(w, "kvm_exit", ns))
		return;
	fprintf(w->out, " reason %s", reason_trace_name(w->vcpu->isa, c->code, name));
	if (c->known & CYCLE_KNOWN_RIP)
		fprintf(w->out, " rip 0x%" PRIx64, c->rip);
	if (c->known & CYCLE_KNOWN_INFO1)
		fprintf(w->out, " info1 0x%016" PRIx64, c->info1);
	if (c->known & CYCLE_KNOWN_INFO2)
		fprintf(w->out, " info2 0x%016" PRIx64, c->info2);
	if (c->known & CYCLE_KNOWN_INTR_INFO)
		fprintf(w->out, " intr_info 0x%08" PRIx32, c->intr_info);
	end_event(w);
}

static void put_off_cpu(struct writer *w, const struct cycle_span *span)
{
	if (!begin_event(w, "off-cpu", span->from_ns))
		return;
	fprintf(w->out, " leaves CPU %" PRIu32, w->cpu);
	end_event(w);
}

static void put_on_cpu(struct writer *w, const struct cycle_span *span)
{
	char text[UNITS_MAX];

	w->cpu = span->cpu;
	if (!begin_event(w, "on-cpu", span->to_ns))
		return;
	fprintf(w->out, " on CPU %" PRIu32 " after %s", w->cpu,
		units_duration((double)(span->to_ns - span->from_ns), text));
	end_event(w);
}

/* Is the call's return the next thing to be printed, and on the same CPU? */
static bool is_leaf(const struct writer *w, const struct cycle_span *span)
{
	const struct cycle_span *end = w->spans + w->span_cnt;

	/* The next entry comes before the closing line. */
	if (span->open_after && w->options & FUNCGRAPH_EVENTS)
		return false;
	/* Likewise this one, of the innermost call that is open at the start. */
	if (span->open_before && w->options & FUNCGRAPH_EVENTS)
		return false;
	for (const struct cycle_span *s = span + 1; s < end && s->depth > span->depth; s++) {
		if (s->kind == SPAN_CALL || w->options & FUNCGRAPH_EVENTS)
			return false;
		if (s->kind == SPAN_OFF_CPU && s->cpu != w->cpu)
			return false;
	}
	return true;
}

/* Close what is open at @depth and deeper. */
static void close_to(struct writer *w, u32 depth)
{
	while (w->depth > depth) {
		const struct cycle_span *span = w->open[--w->depth];

		if (!span)
			continue;
		if (span->kind == SPAN_CALL)
			put_closing(w, span);
		else
			put_on_cpu(w, span);
	}
}

static void open_span(struct writer *w, const struct cycle_span *span)
{
	bool leaf = false;

	close_to(w, span->depth);
	switch (span->kind) {
	case SPAN_EXIT:
		put_exit_event(w, span->from_ns);
		return;
	case SPAN_OFF_CPU:
		put_off_cpu(w, span);
		break;
	default:
		leaf = is_leaf(w, span);
		if (leaf)
			put_leaf(w, span);
		else
			put_opening(w, span);
	}
	w->open[span->depth] = leaf ? NULL : span;
	w->depth = span->depth + 1;
}

/* How many calls are open at the start, and at the end. */
static u32 open_at_end(const struct writer *w)
{
	u32 depth = 0;

	while (depth < w->depth && (!w->open[depth] || w->open[depth]->open_after))
		depth++;
	return depth;
}

static void put_spans(struct writer *w)
{
	size_t i = 0;

	for (; i < w->span_cnt && w->spans[i].open_before; i++)
		open_span(w, &w->spans[i]);
	put_entry_event(w, 0, false);
	for (; i < w->span_cnt; i++)
		open_span(w, &w->spans[i]);
	close_to(w, open_at_end(w));
	put_entry_event(w, w->cycle->duration_ns, true);
	close_to(w, 0);
}

/* "#  " is how the kernel's own lines about columns may begin: readers take it for one. */
static void put_head(struct writer *w, size_t number, size_t cnt)
{
	const struct vm *vm = &w->recording->vms[w->vcpu->vm];
	char name[REASON_NAME_MAX], why[CYCLE_WHY_TEXT_MAX], at[CYCLE_TIME_TEXT_MAX];
	char latency[UNITS_MAX], duration[UNITS_MAX];

	fprintf(w->out, "#\n#  cycle %zu of %zu: VM %" PRIu32 " %s, vCPU %" PRIu32 ", %s", number,
		cnt, vm->pid, vm->name, w->vcpu->id,
		reason_name(w->vcpu->isa, w->cycle->code, name));
	if (w->cycle->why)
		fprintf(w->out, ", kept: %s", cycle_why_text(w->cycle->why, why));
	if (w->cycle->started_unix_ns)
		fprintf(w->out, ", %s", cycle_time_text(w->cycle->started_unix_ns, at));
	fprintf(w->out, ", latency %s, with the guest %s\n",
		units_duration((double)w->cycle->latency_ns, latency),
		units_duration((double)w->cycle->duration_ns, duration));
}

static int put_cycle(struct writer *w, const struct cycle_item *item, size_t number, size_t cnt)
{
	_cleanup_free_ struct cycle_span *spans = NULL;
	int err;

	err = cycle_spans(item->cycle, &spans, &w->span_cnt);
	if (err)
		return err;
	w->spans = spans;
	w->vcpu = item->vcpu;
	w->cycle = item->cycle;
	w->cpu = item->cycle->cpu;
	w->depth = 0;
	put_head(w, number, cnt);
	put_spans(w);
	w->spans = NULL;
	return 0;
}

/* The highest CPU's number; and when the first cycle began. */
static u32 look_through(struct writer *w, const struct cycle_list *list)
{
	u32 highest = 0;

	w->began_ns = UINT64_MAX;
	for (size_t i = 0; i < list->cnt; i++) {
		const struct cycle *c = list->items[i].cycle;

		if (c->started_mono_ns < w->began_ns)
			w->began_ns = c->started_mono_ns;
		if (c->cpu > highest)
			highest = c->cpu;
		for (size_t k = 0; k < c->event_cnt; k++) {
			if (c->events[k].kind == CYCLE_ON_CPU && c->events[k].cpu > highest)
				highest = c->events[k].cpu;
		}
	}
	return highest;
}

int funcgraph_write(const struct cycle_list *list, u32 options, FILE *out)
{
	struct writer w = { .recording = list->recording, .out = out, .options = options };
	u32 highest = look_through(&w, list);
	int err = 0;

	w.cpu_width = snprintf(NULL, 0, "%" PRIu32, highest);
	w.cpus = calloc((size_t)highest + 1, sizeof(*w.cpus));
	if (!w.cpus)
		return -ENOMEM;
	for (u32 i = 0; i <= highest; i++)
		w.cpus[i].tid = -1;
	fputs("# tracer: function_graph\n#\n", out);
	funcgraph_put_headings(options, out);
	for (size_t i = 0; i < list->cnt && !err; i++)
		err = put_cycle(&w, &list->items[i], i + 1, list->cnt);
	free(w.cpus);
	return err;
}
