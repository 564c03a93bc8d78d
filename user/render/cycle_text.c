// SPDX-License-Identifier: GPL-2.0
#include "render/cycle_text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "profile/cycle_spans.h"
#include "profile/reasons.h"
#include "render/cycle_fields.h"
#include "render/cycle_list.h"
#include "render/cycle_rows.h"
#include "render/table.h"
#include "render/tree_text.h"
#include "render/units.h"
#include "util/cleanup.h"

static const char *const headings[] = { "at", "time", "self", "share", "call" };
#define COLUMNS "rrrrl"

static void print_legend(FILE *out)
{
	fputs("\nhow to read a single cycle: it runs from one guest entry to the next, as it "
	      "happened\n"
	      "  at     when the call was entered: so long after the exit, or before it (-)\n"
	      "  time   from entry to return, all calls below included; of a call that is open at\n"
	      "         the cycle's start or end (..), the part in it\n"
	      "  self   what of that is in no line below\n"
	      "  share  how much of the exit's latency (exit to next entry) is spent in it\n"
	      "  <...>  no work of the host: the guest, user space, or off the CPU\n",
	      out);
}

void cycle_text_hint(const struct recording *recording, FILE *out)
{
	char text[UNITS_MAX];
	u64 cnt = 0;

	recording_for_each_vcpu (vcpu, recording) {
		vcpu_for_each_cycle (cycle, vcpu)
			cnt++;
	}
	if (cnt)
		fprintf(out, "  cycles    %s kept whole: --cycles all shows them\n",
			units_count(cnt, text));
}

/* "CPU 3", or "CPUs 3, 5, 3" of a cycle that moved. */
static void print_cpus(const struct cycle *cycle, FILE *out)
{
	u32 cpu = cycle->cpu;
	bool moved = false;

	for (size_t i = 0; i < cycle->event_cnt; i++)
		moved |= cycle->events[i].kind == CYCLE_ON_CPU && cycle->events[i].cpu != cpu;
	fprintf(out, ", CPU%s %" PRIu32, moved ? "s" : "", cpu);
	for (size_t i = 0; i < cycle->event_cnt && moved; i++) {
		const struct cycle_event *event = &cycle->events[i];

		if (event->kind != CYCLE_ON_CPU || event->cpu == cpu)
			continue;
		cpu = event->cpu;
		fprintf(out, ", %" PRIu32, cpu);
	}
}

static void print_title(const struct recording *r, const struct cycle_item *item, size_t number,
			const char *name, FILE *out)
{
	const struct cycle *c = item->cycle;
	const struct vm *vm = &r->vms[item->vcpu->vm];
	char latency[UNITS_MAX], text[CYCLE_TIME_TEXT_MAX], why[CYCLE_WHY_TEXT_MAX];
	const char *separator = "     ";

	fprintf(out, "\n  %zu. %s, %s from exit to entry", number, name,
		units_duration((double)c->latency_ns, latency));
	if (c->started_unix_ns)
		fprintf(out, ", %s", cycle_time_text(c->started_unix_ns, text));
	fprintf(out, ", VM %" PRIu32 " %s, vCPU %" PRIu32 " (thread %" PRIu32 ")", vm->pid,
		vm->name, item->vcpu->id, item->cycle->tid);
	print_cpus(c, out);
	if (c->why)
		fprintf(out, "; kept: %s", cycle_why_text(c->why, why));
	putc('\n', out);
	for (size_t i = 0; i < CYCLE_FIELD_COUNT; i++) {
		if (!(c->known & cycle_fields[i].known))
			continue;
		fprintf(out, "%s%s 0x%" PRIx64, separator, cycle_field_name(i, item->vcpu->isa),
			cycle_field_value(i, c));
		separator = ", ";
	}
	if (*separator == ',')
		putc('\n', out);
}

static void add_numbers(struct table *table, double at_ns, u64 ns, u64 self_ns, u64 share_ns,
			u64 latency_ns)
{
	char text[UNITS_MAX];

	table_cell(table, units_duration(at_ns, text));
	table_cell(table, units_duration((double)ns, text));
	table_cell(table, units_duration((double)self_ns, text));
	table_cell(table, share_ns ? units_share((double)share_ns, (double)latency_ns, text) : "-");
}

/* What is drawn left of a row: a line for each call around it that is not the last one. */
struct prefix {
	char *text;
	size_t length[CYCLE_DEPTH_MAX + 1]; /* of what is left of each depth */
};

static int prefix_new(struct prefix *prefix)
{
	prefix->length[0] = 0;
	prefix->text = calloc(CYCLE_DEPTH_MAX + 1, 4);
	return prefix->text ? 0 : -ENOMEM;
}

/* What is below a row at @depth has @below left of it. */
static void prefix_extend(struct prefix *prefix, u32 depth, const char *below)
{
	strcpy(prefix->text + prefix->length[depth], below);
	if (depth < CYCLE_DEPTH_MAX)
		prefix->length[depth + 1] = prefix->length[depth] + strlen(below);
}

static int add_row(struct table *table, const struct recording *r, const struct cycle *cycle,
		   const struct cycle_row *row, const struct tree_lines *lines,
		   struct prefix *prefix)
{
	const char *name = kind_name(r, row->kind, row->function);
	_cleanup_free_ char *line = NULL;
	int err;

	/* Of a part of a call, dots stand for the rest. */
	if (asprintf(&line, "%s%s", row->last ? lines->last_child : lines->child,
		     row->open_before ? ".. " : "") < 0) {
		line = NULL;
		return -ENOMEM;
	}
	add_numbers(table, (double)row->from_ns - (double)cycle->guest_ns, row->ns, row->self_ns,
		    row->latency_ns, cycle->latency_ns);
	prefix->text[prefix->length[row->depth]] = '\0';
	err = tree_text_name(table, prefix->text, line, name,
			     kind_module(r, row->kind, row->function),
			     row->open_after ? " .." : "");
	prefix_extend(prefix, row->depth, row->last ? lines->below_last : lines->below);
	return err;
}

static int print_rows(const struct recording *r, const struct cycle *cycle, const char *name,
		      const struct cycle_rows *rows, const struct report_options *options,
		      FILE *out)
{
	_cleanup_(table_free) struct table *table = NULL;
	struct prefix prefix = {};
	int err = table_new(COLUMNS, &table);

	if (!err)
		err = prefix_new(&prefix);
	if (!err) {
		for (size_t i = 0; i < ARRAY_SIZE(headings); i++)
			table_cell(table, headings[i]);
		add_numbers(table, -(double)cycle->guest_ns, cycle->duration_ns, rows->self_ns,
			    cycle->latency_ns, cycle->latency_ns);
		table_cell(table, name);
	}
	for (size_t i = 0; i < rows->cnt && !err; i++)
		err = add_row(table, r, cycle, &rows->rows[i], tree_lines(options->unicode),
			      &prefix);
	free(prefix.text);
	if (!err)
		err = table_print(table, 4, out);
	if (!err && rows->hidden)
		fprintf(out, "    (%zu line%s not shown: --depth, --min-share)\n", rows->hidden,
			rows->hidden == 1 ? "" : "s");
	return err;
}

static int print_cycle(const struct recording *r, const struct cycle_item *item, size_t number,
		       const struct report_options *options, FILE *out)
{
	char name[REASON_NAME_MAX];
	struct cycle_rows rows;
	int err;

	err = cycle_rows_fill(&rows, item->cycle, options->depth, options->min_share);
	if (err)
		return err;
	reason_name(item->vcpu->isa, item->cycle->code, name);
	print_title(r, item, number, name, out);
	err = print_rows(r, item->cycle, name, &rows, options, out);
	cycle_rows_clear(&rows);
	return err;
}

static int print_reason(const struct view *view, const struct group *group,
			const struct reason *reason, const struct report_options *options,
			size_t *printed, FILE *out)
{
	char name[REASON_NAME_MAX], exits[UNITS_MAX];
	struct cycle_list list;
	size_t cnt;
	int err;

	err = cycle_list_fill_group(&list, view->recording, group, reason->code,
				    options->cycle_why);
	if (err || !list.cnt)
		return err;
	if (options->slowest)
		cycle_list_sort_slowest(&list);
	cnt = options->cycle_cnt && options->cycle_cnt < list.cnt ? options->cycle_cnt : list.cnt;
	fprintf(out, "\n%s: ", reason_name(group->isa, reason->code, name));
	if (cnt < list.cnt)
		fprintf(out, "%zu of ", cnt);
	fprintf(out, "%zu single cycle%s kept, of %s exit%s; %s first\n", list.cnt,
		list.cnt == 1 ? "" : "s", units_count(reason->latency.count, exits),
		reason->latency.count == 1 ? "" : "s",
		options->slowest ? "the slowest" : "the earliest");
	for (size_t i = 0; i < cnt && !err; i++)
		err = print_cycle(view->recording, &list.items[i], i + 1, options, out);
	*printed += cnt;
	cycle_list_clear(&list);
	return err;
}

int cycle_text_print(const struct view *view, bool legend, const struct report_options *options,
		     FILE *out)
{
	size_t printed = 0;
	int err = 0;

	if (legend)
		print_legend(out);
	for (size_t i = 0; i < view->group_cnt && !err; i++) {
		const struct group *group = &view->groups[i];

		for (size_t k = 0; k < group->reason_cnt && !err; k++)
			err = print_reason(view, group, group->reasons[k], options, &printed, out);
	}
	if (!err && !printed)
		fputs("\nno single cycles\n", out);
	return err;
}
