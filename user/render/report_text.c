// SPDX-License-Identifier: GPL-2.0
/* The report as text: per recording a head, and per group its tables, histograms, trees. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "profile/reasons.h"
#include "profile/tree.h"
#include "render/bench.h"
#include "render/calibration.h"
#include "render/corrected.h"
#include "render/cycle_text.h"
#include "render/histogram.h"
#include "render/losses.h"
#include "render/metrics_text.h"
#include "render/report.h"
#include "render/table.h"
#include "render/tree_text.h"
#include "render/units.h"
#include "render/warnings.h"
#include "util/cleanup.h"

/* "label    " in front of a line of the head. */
static void label(const char *name, FILE *out)
{
	fprintf(out, "  %-9s ", name);
}

static void print_start(const struct recording *r, FILE *out)
{
	time_t seconds = (time_t)(r->started_unix_ns / 1000000000);
	char text[64], duration[UNITS_MAX];
	struct tm tm;

	if (*r->source) {
		label("imported", out);
		fprintf(out, "from %s, lines %" PRIu64 " to %" PRIu64, r->source, r->first_line,
			r->last_line);
		if (r->duration_ns)
			fprintf(out, ", %s", units_duration((double)r->duration_ns, duration));
		fprintf(out, ", by exitgraph %s\n", r->version);
		return;
	}
	label("recorded", out);
	if (r->started_unix_ns && gmtime_r(&seconds, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm))
		fprintf(out, "%s, ", text);
	fprintf(out, "for %s", units_duration((double)r->duration_ns, duration));
	if (*r->version)
		fprintf(out, ", by exitgraph %s", r->version);
	putc('\n', out);
}

static bool is_boundary(const struct recording *r, const char *boundary)
{
	return !strcmp(r->exit_boundary, boundary);
}

static void print_imported_latency(const struct recording *r, FILE *out)
{
	if (is_boundary(r, "kvm_exit"))
		fputs("from the exit (kvm_exit) to the next entry, in whole microseconds\n", out);
	else if (is_boundary(r, "kvm_entry"))
		fputs("from entry to entry, the guest's time in it included\n", out);
	else
		fputs("that of the trace's outermost call, the guest's time in it included\n", out);
}

static void print_exits(const struct view *view, FILE *out)
{
	const struct recording *r = view->recording;
	char count[UNITS_MAX], rate[UNITS_MAX];
	u64 exits = 0;

	for (size_t i = 0; i < view->group_cnt; i++)
		exits += view->groups[i].exits.count;
	label("exits", out);
	fputs(units_count(exits, count), out);
	if (r->duration_ns)
		fprintf(out, ", %s per second",
			units_ratio((double)exits * 1e9 / (double)r->duration_ns, rate));
	putc('\n', out);
	label("latency", out);
	if (*r->source) {
		print_imported_latency(r, out);
		return;
	}
	/* perf kvm stat starts at the tracepoint, wherever the kernel has it. */
	if (!*r->exit_boundary || is_boundary(r, "kvm_exit"))
		fputs("from the exit (kvm_exit) to the next entry (kvm_entry)\n", out);
	else
		fprintf(out,
			"from the exit (%s) to the next entry (kvm_entry);\n"
			"            kvm_exit fires later on this kernel, so perf kvm stat shows "
			"less "
			"of each exit\n",
			r->exit_boundary);
}

/* What there is besides, and from where it is known. */
static void print_correction(const struct view *view, FILE *out)
{
	const struct recording *r = view->recording;
	char text[UNITS_MAX];
	double scale, error;

	if (!correction_is_known(view->correction)) {
		putc('\n', out);
		return;
	}
	fputs("; \"corrected\" without it, by ", out);
	if (correction_scale(view->correction, &scale, &error))
		fprintf(out,
			"what\n            %s with the boundaries alone showed: calls cost %.3f "
			"(+-%.3f) of "
			"the above here\n",
			units_duration((double)r->window_ns, text), scale, 2 * error);
	else
		fprintf(out, "the above%s\n",
			r->window_ns
				? "\n            (with the boundaries alone too little was seen to "
				  "tell what calls cost here)"
				: "");
}

static void print_head(const struct view *view, FILE *out)
{
	const struct recording *r = view->recording;
	char text[UNITS_MAX];
	size_t vcpu_cnt = 0;

	fprintf(out, "%s\n", *r->title ? r->title : "recording");
	if (*r->host || *r->kernel || *r->cpu_model) {
		label("host", out);
		fprintf(out, "%s%s%s%s%s%s", r->host, *r->host && *r->kernel ? ", " : "",
			*r->kernel ? "Linux " : "", r->kernel,
			*r->cpu_model && (*r->host || *r->kernel) ? ", " : "", r->cpu_model);
		for (size_t i = 0; i < view->group_cnt; i++) {
			if (!i || view->groups[i].isa != view->groups[i - 1].isa)
				fprintf(out, "%s%s", i ? ", " : " (",
					isa_name(view->groups[i].isa));
		}
		fputs(view->group_cnt ? ")\n" : "\n", out);
	}
	print_start(r, out);
	recording_for_each_vcpu (vcpu, r)
		vcpu_cnt++;
	label("guests", out);
	fprintf(out, "%zu VM%s with %zu vCPU%s\n", r->vm_cnt, r->vm_cnt == 1 ? "" : "s", vcpu_cnt,
		vcpu_cnt == 1 ? "" : "s");
	label("traced", out);
	if (r->function_cnt)
		fprintf(out, "%zu functions%s%s", r->function_cnt, *r->mechanism ? " by " : "",
			r->mechanism);
	else
		fputs("entries and exits alone", out);
	putc('\n', out);
	if (r->kernel_bytes) {
		label("memory", out);
		fprintf(out, "%s in the kernel", units_bytes(r->kernel_bytes, text));
		fprintf(out, ", %s of the recorder's own\n", units_bytes(r->user_bytes, text));
	}
	print_exits(view, out);
	if (calibration_is_known(&r->calibration)) {
		label("probes", out);
		calibration_text(&r->calibration, "\n            ", out);
		putc('\n', out);
	}
	label("times", out);
	fprintf(out, "as %s own cost included",
		*r->source ? "printed, the tracer's" : "measured, the probes'");
	print_correction(view, out);
	cycle_text_hint(r, out);
}

/* Minimum, mean, percentiles and maximum: six cells. */
static void add_dist(struct table *table, const struct dist *dist)
{
	static const double quantiles[] = { 0.5, 0.9, 0.99 };
	bool shape = hist_values(&dist->hist);
	char text[UNITS_MAX];

	table_cell(table, dist->count ? units_duration((double)dist->min_ns, text) : "-");
	table_cell(table, dist->count ? units_duration(dist_mean_ns(dist), text) : "-");
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
		table_cell(table,
			   shape ? units_duration((double)dist_quantile_ns(dist, quantiles[i]),
						  text)
				 : "-");
	table_cell(table, dist->count ? units_duration((double)dist->max_ns, text) : "-");
}

static void add_headings(struct table *table, const char *const *headings, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		table_cell(table, headings[i]);
}

static void add_reason(struct table *table, const char *name, const struct dist *exits,
		       const struct dist *all)
{
	char text[UNITS_MAX];

	table_cell(table, name);
	table_cell(table, units_count(exits->count, text));
	table_cell(table, units_share((double)exits->count, (double)all->count, text));
	table_cell(table, units_duration((double)exits->total_ns, text));
	table_cell(table, units_share((double)exits->total_ns, (double)all->total_ns, text));
	add_dist(table, exits);
}

/* The mean latency without what the probes cost: "2.28 us +-190 ns". */
static void add_corrected(struct table *table, const struct correction *correction,
			  const struct reason *reason)
{
	struct corrected mean = correct_latency(correction, reason);
	char text[CORRECTED_BOTH_MAX];

	mean = corrected_mean(&mean, reason->latency.count);
	table_cell(table, corrected_both_text(&mean, text));
}

static int print_reasons(const struct view *view, const struct group *group, FILE *out)
{
	static const char *const headings[] = {
		"reason", "exits", "share", "time", "share", "min",
		"mean",	  "p50",   "p90",   "p99",  "max",   "mean, corrected",
	};
	bool corrects = correction_is_known(view->correction);
	_cleanup_(table_free) struct table *table = NULL;
	char name[REASON_NAME_MAX];
	int err = table_new(corrects ? "lrrrrrrrrrrr" : "lrrrrrrrrrr", &table);

	if (err)
		return err;
	add_headings(table, headings, ARRAY_SIZE(headings) - !corrects);
	for (size_t i = 0; i < group->reason_cnt; i++) {
		const struct reason *reason = group->reasons[i];

		add_reason(table, reason_name(group->isa, reason->code, name), &reason->latency,
			   &group->exits);
		if (corrects)
			add_corrected(table, view->correction, reason);
	}
	if (group->others.count) {
		add_reason(table, "(others)", &group->others, &group->exits);
		if (corrects)
			table_cell(table, "-");
	}
	add_reason(table, "TOTAL", &group->exits, &group->exits);
	if (corrects)
		table_cell(table, "-");
	fprintf(out, "\nexit reasons%s\n",
		group->vcpu ? "" : ", all vCPUs added up (--per-vcpu shows each)");
	return table_print(table, 2, out);
}

/* The reason that took most of @vcpu's exit time, with its share. */
static void add_mostly(struct table *table, const struct vcpu *vcpu, const struct dist *exits)
{
	char name[REASON_NAME_MAX], share[UNITS_MAX], text[REASON_NAME_MAX + UNITS_MAX + 2];
	const struct reason *most = NULL;

	vcpu_for_each_reason (reason, vcpu) {
		if (!most || reason->latency.total_ns > most->latency.total_ns)
			most = reason;
	}
	if (!most) {
		table_cell(table, "-");
		return;
	}
	snprintf(text, sizeof(text), "%s %s", reason_name(vcpu->isa, most->code, name),
		 units_share((double)most->latency.total_ns, (double)exits->total_ns, share));
	table_cell(table, text);
}

static int add_vcpu(struct table *table, const struct recording *r, const struct vcpu *vcpu)
{
	const struct vm *vm = &r->vms[vcpu->vm];
	_cleanup_(dist_clear) struct dist exits = {};
	char text[UNITS_MAX];

	vcpu_for_each_reason (reason, vcpu) {
		int err = dist_merge(&exits, &reason->latency);

		if (err)
			return err;
	}
	snprintf(text, sizeof(text), "%" PRIu32, vm->pid);
	table_cell(table, text);
	snprintf(text, sizeof(text), "%" PRIu32, vcpu->id);
	table_cell(table, text);
	snprintf(text, sizeof(text), "%" PRIu32, vcpu->tid);
	table_cell(table, text);
	table_cell(table, units_count(exits.count, text));
	table_cell(table,
		   r->duration_ns
			   ? units_ratio((double)exits.count * 1e9 / (double)r->duration_ns, text)
			   : "-");
	table_cell(table, units_duration((double)exits.total_ns, text));
	table_cell(table, exits.count ? units_duration(dist_mean_ns(&exits), text) : "-");
	table_cell(table, hist_values(&exits.hist)
				  ? units_duration((double)dist_quantile_ns(&exits, 0.99), text)
				  : "-");
	add_mostly(table, vcpu, &exits);
	table_cell(table, vm->name);
	return 0;
}

/* Who exits how often: one row per vCPU of a group that adds them up. */
static int print_vcpus(const struct recording *r, const struct group *group, FILE *out)
{
	static const char *const headings[] = {
		"PID", "vCPU", "thread", "exits", "per s", "time", "mean", "p99", "mostly", "VM",
	};
	_cleanup_(table_free) struct table *table = NULL;
	int err = table_new("rrrrrrrrll", &table);

	if (err)
		return err;
	add_headings(table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < group->vcpu_cnt && !err; i++)
		err = add_vcpu(table, r, group->vcpus[i]);
	if (err)
		return err;
	fputs("\nvCPUs\n", out);
	return table_print(table, 2, out);
}

/* Where an average cycle goes: the host, and what only waits in it. */
static void print_split(const struct recording *r, const struct reason *reason, FILE *out)
{
	static const char *const names[] = {
		[NODE_CALL] = "host",
		[NODE_GUEST] = "<guest>",
		[NODE_USERSPACE] = "<userspace>",
		[NODE_OFF_CPU] = "<off-cpu>",
	};
	double times_ns[NODE_KIND_COUNT] = {}, cycles = (double)reason->cycle_cnt;
	char time[UNITS_MAX], share[UNITS_MAX];
	const char *sign = "=";
	u32 depth = 0;

	times_ns[NODE_CALL] = (double)reason->cycle_ns;
	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth)) {
		if (n->kind == NODE_CALL)
			continue;
		times_ns[n->kind] += (double)n->dist.total_ns;
		times_ns[NODE_CALL] -= (double)n->dist.total_ns;
	}
	fprintf(out, "\n  call tree: a cycle, %s, takes %s",
		*r->source ? "as traced" : "entry to entry",
		units_duration((double)reason->cycle_ns / cycles, time));
	for (int i = 0; i < NODE_KIND_COUNT; i++) {
		if (!times_ns[i])
			continue;
		fprintf(out, " %s %s %s (%s)", sign, units_duration(times_ns[i] / cycles, time),
			names[i], units_share(times_ns[i], (double)reason->cycle_ns, share));
		sign = "+";
	}
	putc('\n', out);
}

static int print_tree(const struct view *view, const struct reason *reason, const char *name,
		      const struct report_options *options, FILE *out)
{
	const struct recording *r = view->recording;
	char text[UNITS_MAX];

	if (!reason->cycle_cnt) {
		fputs("\n  no call tree: no cycle was seen whole\n", out);
		return 0;
	}
	print_split(r, reason, out);
	if (reason->cycle_cnt != reason->latency.count && reason->code != REASON_INCOMPLETE)
		fprintf(out,
			"  call tree of %s of the exits: see the losses and notes at the end\n",
			units_count(reason->cycle_cnt, text));
	return tree_text_print(r, view->correction, reason, name, options, out);
}

static int print_reason(const struct view *view, const struct group *group,
			const struct reason *reason, const struct report_options *options,
			FILE *out)
{
	const struct recording *r = view->recording;
	const struct dist *exits = &reason->latency, *all = &group->exits;
	char name[REASON_NAME_MAX], text[UNITS_MAX], share[UNITS_MAX];
	int err = 0;

	reason_name(group->isa, reason->code, name);
	fprintf(out, "\n%s: %s exit%s (%s)", name, units_count(exits->count, text),
		exits->count == 1 ? "" : "s",
		units_share((double)exits->count, (double)all->count, share));
	fprintf(out, ", %s (%s)\n", units_duration((double)exits->total_ns, text),
		units_share((double)exits->total_ns, (double)all->total_ns, share));
	if (hist_values(&exits->hist)) {
		fputs(*r->source && !is_boundary(r, "kvm_exit") ? "  latency, as printed:\n"
								: "  latency, exit to entry:\n",
		      out);
		err = histogram_print(&exits->hist, "exits", options->unicode, 2, out);
	}
	/* Without functions, only the boundaries were recorded. */
	if (err || !r->function_cnt)
		return err;
	return print_tree(view, reason, name, options, out);
}

static int print_group(const struct view *view, const struct group *group, bool title, bool legend,
		       const struct report_options *options, FILE *out)
{
	const struct recording *r = view->recording;
	int err = 0;

	if (group->vcpu) {
		const struct vm *vm = &r->vms[group->vcpu->vm];

		fprintf(out, "\nVM %" PRIu32 " %s, vCPU %" PRIu32 " (thread %" PRIu32 ")\n",
			vm->pid, vm->name, group->vcpu->id, group->vcpu->tid);
	} else {
		if (title)
			fprintf(out, "\n%s\n", isa_name(group->isa));
		err = print_vcpus(r, group, out);
	}
	if (!err)
		err = print_reasons(view, group, out);
	if (legend) {
		putc('\n', out);
		tree_text_legend(*r->source && !*r->exit_boundary,
				 correction_is_known(view->correction), out);
	}
	for (size_t i = 0; i < group->reason_cnt && !err && !options->brief; i++)
		err = print_reason(view, group, group->reasons[i], options, out);
	return err;
}

static bool has_tree(const struct view *view)
{
	for (size_t i = 0; i < view->group_cnt; i++) {
		for (size_t k = 0; k < view->groups[i].reason_cnt; k++) {
			if (view->groups[i].reasons[k]->first_child)
				return true;
		}
	}
	return false;
}

static int print_warnings(struct view *const *views, size_t view_cnt, size_t index, FILE *out)
{
	struct warnings warnings = {};
	int err = warnings_find(views, view_cnt, index, true, &warnings);

	if (!err)
		warnings_print(&warnings, WARNINGS_HEADING, out);
	warnings_clear(&warnings);
	return err;
}

static int render(struct view *const *views, size_t view_cnt, const struct report_options *options,
		  FILE *out)
{
	int err = 0;

	if (options->bench) {
		err = bench_text(options->bench, false, options->unicode, out);
		putc('\n', out);
	}
	for (size_t i = 0; i < view_cnt && !err; i++) {
		const struct view *view = views[i];

		if (view_cnt > 1)
			fprintf(out, "%srecording %u of %zu: ", i ? "\n" : "", view->number,
				view_cnt);
		print_head(view, out);
		if (options->cycles)
			err = cycle_text_print(view, !i, options, out);
		for (size_t k = 0; k < view->group_cnt && !err && !options->cycles; k++)
			err = print_group(view, &view->groups[k], view->group_cnt > 1,
					  !i && !k && !options->brief && has_tree(view), options,
					  out);
		putc('\n', out);
		if (!err && !options->cycles)
			err = print_warnings(views, view_cnt, i, out);
		if (!err)
			err = losses_print(view->recording->losses, out);
	}
	if (!err && options->metrics)
		err = metrics_text_print(views, view_cnt, options->metrics, out);
	return err;
}

const struct report_renderer report_text = { "text", render };
