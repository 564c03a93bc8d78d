// SPDX-License-Identifier: GPL-2.0
#include "render/csv.h"
#include "render/calibration.h"
#include "render/corrected.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "profile/losses.h"
#include "profile/reasons.h"
#include "profile/tree.h"
#include "util/cleanup.h"

void csv_cell(const char *text, FILE *out)
{
	if (!strpbrk(text, ",\"\n\r")) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

/* A comma, and @value if it is known. */
static void optional(bool known, u64 value, FILE *out)
{
	putc(',', out);
	if (known)
		fprintf(out, "%" PRIu64, value);
}

static void quantile(const struct dist *dist, double q, FILE *out)
{
	optional(dist->count && hist_values(&dist->hist), dist_quantile_ns(dist, q), out);
}

/* "vm,vcpu,isa,reason". 0 or -ENOMEM. */
static int write_owner(const struct view *view, const struct group *group,
		       const struct reason *reason, bool merged, FILE *out)
{
	_cleanup_free_ char *name = NULL;
	char text[REASON_NAME_MAX];

	if (merged) {
		fputs("*,*", out);
	} else {
		const struct vm *vm = &view->recording->vms[group->vcpu->vm];

		if (asprintf(&name, "%" PRIu32 ":%s", vm->pid, vm->name) < 0) {
			name = NULL;
			return -ENOMEM;
		}
		csv_cell(name, out);
		fprintf(out, ",%" PRIu32, group->vcpu->id);
	}
	fprintf(out, ",%s,", isa_name(group->isa));
	csv_cell(reason_name(group->isa, reason->code, text), out);
	return 0;
}

/* The names from the first level down to @node, joined with ";". NULL without memory. */
static char *node_path(const struct recording *recording, const struct node *node)
{
	size_t length = strlen(node_name(recording, node)) + 1;
	char *path, *p;

	for (const struct node *n = node->parent; n; n = n->parent)
		length += strlen(node_name(recording, n)) + 1;
	path = malloc(length);
	if (!path)
		return NULL;
	/* From the end: each name, and in front of it the separator of the one above. */
	p = path + length;
	*--p = '\0';
	for (const struct node *n = node; n; n = n->parent) {
		const char *name = node_name(recording, n);

		p -= strlen(name);
		memcpy(p, name, strlen(name));
		if (n->parent)
			*--p = ';';
	}
	return path;
}

static int write_node(const struct view *view, const struct reason *reason, const struct node *node,
		      u32 depth, FILE *out)
{
	const struct recording *recording = view->recording;
	_cleanup_free_ char *path = node_path(recording, node);
	const struct dist *dist = &node->dist;
	struct corrected inclusive = correct_inclusive(view->correction, reason, node);
	struct corrected self = correct_self(view->correction, reason, node);

	if (!path)
		return -ENOMEM;
	fprintf(out, ",%" PRIu32 ",", depth);
	csv_cell(path, out);
	putc(',', out);
	csv_cell(node_name(recording, node), out);
	putc(',', out);
	csv_cell(node_module(recording, node), out);
	fprintf(out, ",%s,%" PRIu64 ",%" PRIu64 ",%" PRId64, node_kind_name(node->kind),
		dist->count, dist->total_ns, node_self_ns(node));
	optional(dist->count, dist->min_ns, out);
	optional(dist->count, dist->max_ns, out);
	quantile(dist, 0.5, out);
	quantile(dist, 0.9, out);
	quantile(dist, 0.99, out);
	corrected_csv(&inclusive, out);
	corrected_csv(&self, out);
	putc('\n', out);
	return 0;
}

static int write_tree(const struct view *view, const struct group *group,
		      const struct reason *reason, bool merged, FILE *out)
{
	u32 depth = 0;
	int err;

	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth)) {
		err = write_owner(view, group, reason, merged, out);
		if (!err)
			err = write_node(view, reason, n, depth, out);
		if (err)
			return err;
	}
	return 0;
}

static int write_exit(const struct view *view, const struct group *group,
		      const struct reason *reason, bool merged, FILE *out)
{
	const struct dist *dist = &reason->latency;
	struct corrected total = correct_latency(view->correction, reason), mean;
	int err = write_owner(view, group, reason, merged, out);

	mean = corrected_mean(&total, dist->count);
	fprintf(out, ",%" PRIu64 ",%" PRIu64, dist->count, dist->total_ns);
	optional(dist->count, dist->min_ns, out);
	optional(dist->count, (u64)llround(dist_mean_ns(dist)), out);
	quantile(dist, 0.5, out);
	quantile(dist, 0.9, out);
	quantile(dist, 0.99, out);
	quantile(dist, 0.999, out);
	optional(dist->count, dist->max_ns, out);
	corrected_csv(&total, out);
	corrected_csv(&mean, out);
	putc('\n', out);
	return err;
}

/* Call @write for each chosen reason of each group. */
static int for_each_reason(const struct view *view, bool merged, FILE *out,
			   int (*write)(const struct view *view, const struct group *group,
					const struct reason *reason, bool merged, FILE *out))
{
	int err = 0;

	for (size_t i = 0; i < view->group_cnt; i++) {
		const struct group *group = &view->groups[i];

		for (size_t k = 0; k < group->reason_cnt && !err; k++)
			err = write(view, group, group->reasons[k], merged, out);
	}
	return err;
}

static int write_trees(const struct view *view, bool merged, FILE *out)
{
	return for_each_reason(view, merged, out, write_tree);
}

static int write_exits(const struct view *view, bool merged, FILE *out)
{
	return for_each_reason(view, merged, out, write_exit);
}

/* Every kind, also those that did not occur: a reader shall not have to know the list. */
static int write_losses(const struct view *view, bool merged, FILE *out)
{
	for (int i = 0; i < XG_LOSS_COUNT; i++)
		fprintf(out, "%s,%" PRIu64 "\n", loss_kind(i)->name, view->recording->losses[i]);
	return 0;
}

static const struct csv_table tables[] = {
	{ "tree",
	  "vm,vcpu,isa,reason,depth,path,function,module,kind,calls,inclusive_ns,self_ns,min_ns,"
	  "max_ns,p50_ns,p90_ns,p99_ns,inclusive_corrected_ns,inclusive_uncertainty_ns,"
	  "self_corrected_ns,self_uncertainty_ns",
	  write_trees },
	{ "exits",
	  "vm,vcpu,isa,reason,count,total_ns,min_ns,mean_ns,p50_ns,p90_ns,p99_ns,p999_ns,max_ns,"
	  "total_corrected_ns,total_uncertainty_ns,mean_corrected_ns,mean_uncertainty_ns",
	  write_exits },
	{ "functions", "function,module,calls,inclusive_ns,self_ns,min_ns,max_ns", csv_functions },
	{ "losses", "kind,count", write_losses },
	{ "calibration",
	  "mechanism,arguments,own_ns,own_spread_ns,own_error_ns,around_ns,around_spread_ns,"
	  "around_error_ns,samples",
	  calibration_csv },
};

const struct csv_table *csv_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (!strcmp(tables[i].name, name))
			return &tables[i];
	}
	return NULL;
}

int csv_write(const struct csv_table *table, const struct view *view, bool merged, FILE *out)
{
	fprintf(out, "%s\n", table->header);
	return table->write(view, merged, out);
}
