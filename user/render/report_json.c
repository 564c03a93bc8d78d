// SPDX-License-Identifier: GPL-2.0
/*
 * The report as JSON: all that the text has and more, in ns and counts, nothing rounded.
 *
 *	{ "format": "exitgraph-report", "format_version": 1, "recordings": [ {
 *	    "number", "title", "host", "kernel", ..., "functions_traced",
 *	    "vms": [ { "pid", "name" } ],
 *	    "groups": [ {                      a vCPU, or all of one ISA added up
 *	        "isa", "vcpus": [ { "pid", "vm", "vcpu_id", "tid" } ],
 *	        "exits": DIST,                 of all reasons, those not chosen, too
 *	        "reasons": [ {
 *	            "reason": "CPUID", "code": "0x72",
 *	            "latency": DIST, "cycles", "cycle_ns", "self_ns", "hidden_nodes",
 *	            "tree": [ { "function", "module", "kind", "calls", "inclusive_ns",
 *	                        "self_ns", "min_ns" to "histogram", "children": [ ... ] } ]
 *	    } ] } ],
 *	    "calibration": { ... },        what the probes cost: render/calibration.h
 *	    "source", "first_line", "last_line", "warnings": [ "..." ],      of an import
 *	    "cycles": [ ... ],             with --slowest or --cycles only: render/cycle_json.h
 *	    "losses": [ { "kind", "sort": "loss" | "note", "count", "meaning" } ]
 *	} ],
 *	"metrics": [ ... ] }               with --metrics only: render/metrics_json.h
 *
 * Beside what the probes' own cost can be taken out of (analyze/correct.h), "..._corrected_ns" and
 * "..._uncertainty_ns": total, mean and percentiles of "latency", "cycle", "inclusive", "self".
 *
 * DIST: "count", "total_ns", "mean_ns", "min_ns", "p50_ns", "p90_ns", "p99_ns", "p999_ns",
 * "max_ns", "histogram": [ [lower_ns, upper_ns, count], ... ]. What has no value is null.
 * Codes are strings, since SVM's ERR does not fit JSON's usual integers; a count or time
 * beyond 2^63 would be a real number.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>

#include "profile/losses.h"
#include "profile/reasons.h"
#include "render/bench.h"
#include "render/calibration.h"
#include "render/corrected.h"
#include "render/cycle_json.h"
#include "render/json_builder.h"
#include "render/json_number.h"
#include "render/metrics_json.h"
#include "render/report.h"
#include "render/warnings.h"
#include "util/cleanup.h"

static json_t *number_or_null(bool known, u64 value)
{
	return known ? number(value) : json_null();
}

static json_t *histogram(struct builder *b, const struct hist *hist)
{
	json_t *array = json_array();

	hist_for_each(i, hist)
	{
		json_t *bucket = json_array();

		append(b, bucket, number(xg_hist_lower_ns(i)));
		append(b, bucket, number(xg_hist_upper_ns(i)));
		append(b, bucket, number(hist_count(hist, i)));
		append(b, array, bucket);
	}
	return array;
}

/* Minimum to maximum and the histogram, which calls and exits have alike. */
static void set_shape(struct builder *b, json_t *object, const struct dist *dist)
{
	bool shape = dist->count && hist_values(&dist->hist);

	set(b, object, "min_ns", number_or_null(dist->count, dist->min_ns));
	set(b, object, "p50_ns", number_or_null(shape, dist_quantile_ns(dist, 0.5)));
	set(b, object, "p90_ns", number_or_null(shape, dist_quantile_ns(dist, 0.9)));
	set(b, object, "p99_ns", number_or_null(shape, dist_quantile_ns(dist, 0.99)));
	set(b, object, "p999_ns", number_or_null(shape, dist_quantile_ns(dist, 0.999)));
	set(b, object, "max_ns", number_or_null(dist->count, dist->max_ns));
	set(b, object, "histogram", histogram(b, &dist->hist));
}

static json_t *distribution(struct builder *b, const struct dist *dist)
{
	json_t *object = json_object();

	set(b, object, "count", number(dist->count));
	set(b, object, "total_ns", number(dist->total_ns));
	set(b, object, "mean_ns", dist->count ? json_real(dist_mean_ns(dist)) : json_null());
	set_shape(b, object, dist);
	return object;
}

static json_t *level(struct builder *b, const struct reason *reason, const struct node *first,
		     u32 depth);

/* What is corrected, where there is anything to correct by. */
static void set_corrected(struct builder *b, json_t *object, const char *name,
			  struct corrected corrected)
{
	if (correction_is_known(b->correction))
		corrected_json(b, object, name, &corrected);
}

static json_t *tree_node(struct builder *b, const struct reason *reason, const struct node *node,
			 u32 depth)
{
	json_t *object = json_object();

	set(b, object, "function", json_string(node_name(b->recording, node)));
	set(b, object, "module", json_string(node_module(b->recording, node)));
	set(b, object, "kind", json_string(node_kind_name(node->kind)));
	set(b, object, "calls", number(node->dist.count));
	set(b, object, "inclusive_ns", number(node->dist.total_ns));
	set_corrected(b, object, "inclusive", correct_inclusive(b->correction, reason, node));
	set(b, object, "self_ns", json_integer(node_self_ns(node)));
	set_corrected(b, object, "self", correct_self(b->correction, reason, node));
	set_shape(b, object, &node->dist);
	set(b, object, "children", level(b, reason, node->first_child, depth + 1));
	return object;
}

static json_t *level(struct builder *b, const struct reason *reason, const struct node *first,
		     u32 depth)
{
	_cleanup_free_ const struct node **children = NULL;
	json_t *array = json_array();
	size_t cnt = 0;

	children = report_children(b->options, reason, first, depth, &cnt);
	if (!children)
		b->no_memory = true;
	for (size_t i = 0; i < cnt; i++)
		append(b, array, tree_node(b, reason, children[i], depth));
	return array;
}

static json_t *latency(struct builder *b, const struct reason *reason)
{
	static const struct {
		const char *name;
		double quantile;
	} quantiles[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p999", 0.999 } };
	json_t *object = distribution(b, &reason->latency);
	struct corrected sum;

	sum = correct_latency(b->correction, reason);
	set_corrected(b, object, "total", sum);
	set_corrected(b, object, "mean", corrected_mean(&sum, reason->latency.count));
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
		set_corrected(b, object, quantiles[i].name,
			      corrected_quantile(&reason->latency, &sum, quantiles[i].quantile));
	return object;
}

static json_t *exit_reason(struct builder *b, enum isa isa, const struct reason *reason)
{
	json_t *object = json_object();
	char name[REASON_NAME_MAX], code[32];

	snprintf(code, sizeof(code), "0x%" PRIx64, reason->code);
	set(b, object, "reason", json_string(reason_name(isa, reason->code, name)));
	set(b, object, "code", json_string(code));
	set(b, object, "latency", latency(b, reason));
	set(b, object, "cycles", number(reason->cycle_cnt));
	set(b, object, "cycle_ns", number(reason->cycle_ns));
	set_corrected(b, object, "cycle", correct_cycle(b->correction, reason));
	set(b, object, "self_ns", json_integer(reason_self_ns(reason)));
	set(b, object, "hidden_nodes", number(report_hidden(b->options, reason)));
	set(b, object, "tree", level(b, reason, reason->first_child, 0));
	return object;
}

static json_t *group_object(struct builder *b, const struct group *group)
{
	json_t *object = json_object(), *vcpus = json_array(), *reasons = json_array();

	set(b, object, "isa", json_string(isa_name(group->isa)));
	for (size_t i = 0; i < group->vcpu_cnt; i++) {
		const struct vcpu *vcpu = group->vcpus[i];
		const struct vm *vm = &b->recording->vms[vcpu->vm];
		json_t *item = json_object();

		set(b, item, "pid", number(vm->pid));
		set(b, item, "vm", json_string(vm->name));
		set(b, item, "vcpu_id", number(vcpu->id));
		set(b, item, "tid", number(vcpu->tid));
		append(b, vcpus, item);
	}
	set(b, object, "vcpus", vcpus);
	set(b, object, "exits", distribution(b, &group->exits));
	for (size_t i = 0; i < group->reason_cnt; i++)
		append(b, reasons, exit_reason(b, group->isa, group->reasons[i]));
	set(b, object, "reasons", reasons);
	return object;
}

static json_t *losses_array(struct builder *b)
{
	json_t *array = json_array();

	for (int i = 0; i < XG_LOSS_COUNT; i++) {
		json_t *item;

		if (!b->recording->losses[i])
			continue;
		item = json_object();
		set(b, item, "kind", json_string(loss_kind(i)->name));
		set(b, item, "sort", json_string(loss_kind(i)->is_note ? "note" : "loss"));
		set(b, item, "count", number(b->recording->losses[i]));
		set(b, item, "meaning", json_string(loss_kind(i)->text));
		append(b, array, item);
	}
	return array;
}

static json_t *recording_object(struct builder *b, const struct view *view)
{
	json_t *object = json_object(), *vms = json_array(), *groups = json_array();
	const struct recording *r = view->recording;

	set(b, object, "number", number(view->number));
	set(b, object, "title", json_string(r->title));
	set(b, object, "host", json_string(r->host));
	set(b, object, "kernel", json_string(r->kernel));
	set(b, object, "cpu_model", json_string(r->cpu_model));
	set(b, object, "exitgraph_version", json_string(r->version));
	set(b, object, "mechanism", json_string(r->mechanism));
	set(b, object, "exit_boundary", json_string(r->exit_boundary));
	set(b, object, "source", json_string(r->source));
	set(b, object, "first_line", number(r->first_line));
	set(b, object, "last_line", number(r->last_line));
	set(b, object, "times", json_string("as measured"));
	set(b, object, "started_unix_ns", number(r->started_unix_ns));
	set(b, object, "duration_ns", number(r->duration_ns));
	set(b, object, "kernel_bytes", number(r->kernel_bytes));
	set(b, object, "user_bytes", number(r->user_bytes));
	set(b, object, "functions_traced", number(r->function_cnt));
	if (calibration_is_known(&r->calibration))
		set(b, object, "calibration", calibration_json(b, &r->calibration));
	for (size_t i = 0; i < r->vm_cnt; i++) {
		json_t *item = json_object();

		set(b, item, "pid", number(r->vms[i].pid));
		set(b, item, "name", json_string(r->vms[i].name));
		append(b, vms, item);
	}
	set(b, object, "vms", vms);
	for (size_t i = 0; i < view->group_cnt; i++)
		append(b, groups, group_object(b, &view->groups[i]));
	set(b, object, "groups", groups);
	set(b, object, "losses", losses_array(b));
	return object;
}

static json_t *warnings_array(struct builder *b, struct view *const *views, size_t view_cnt,
			      size_t index)
{
	struct warnings warnings = {};
	json_t *array = json_array();

	if (warnings_find(views, view_cnt, index, true, &warnings))
		b->no_memory = true;
	for (size_t i = 0; i < warnings.cnt; i++)
		append(b, array, json_string(warnings.text[i]));
	warnings_clear(&warnings);
	return array;
}

static int render(struct view *const *views, size_t view_cnt, const struct report_options *options,
		  FILE *out)
{
	struct builder b = { .options = options };
	json_t *root = json_object(), *recordings = json_array(), *object;

	for (size_t i = 0; i < view_cnt; i++) {
		b.recording = views[i]->recording;
		b.correction = views[i]->correction;
		object = recording_object(&b, views[i]);
		if (options->cycles)
			set(&b, object, "cycles", cycle_json(views[i], options));
		set(&b, object, "warnings", warnings_array(&b, views, view_cnt, i));
		append(&b, recordings, object);
	}
	set(&b, root, "format", json_string("exitgraph-report"));
	set(&b, root, "format_version", json_integer(1));
	set(&b, root, "recordings", recordings);
	if (options->bench)
		set(&b, root, "bench", bench_json(options->bench));
	if (options->metrics)
		set(&b, root, "metrics", metrics_json(views, view_cnt, options->metrics));
	if (!b.no_memory && json_dumpf(root, out, JSON_COMPACT) && !ferror(out))
		b.no_memory = true;
	putc('\n', out);
	json_decref(root);
	return b.no_memory ? -ENOMEM : 0;
}

const struct report_renderer report_json = { "json", render };
