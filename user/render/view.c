// SPDX-License-Identifier: GPL-2.0
#include "render/view.h"

#include <errno.h>
#include <stdlib.h>

#include "util/cleanup.h"

static const char *const pseudo_names[] = {
	[NODE_CALL] = "",
	[NODE_GUEST] = "<guest>",
	[NODE_USERSPACE] = "<userspace>",
	[NODE_OFF_CPU] = "<off-cpu>",
};
_Static_assert(ARRAY_SIZE(pseudo_names) == NODE_KIND_COUNT, "every kind has its name");

const char *kind_name(const struct recording *recording, enum node_kind kind, u32 function)
{
	return kind == NODE_CALL ? recording->functions[function].name : pseudo_names[kind];
}

const char *kind_module(const struct recording *recording, enum node_kind kind, u32 function)
{
	return kind == NODE_CALL ? recording->functions[function].module : "";
}

const char *node_name(const struct recording *recording, const struct node *node)
{
	return kind_name(recording, node->kind, node->function);
}

const char *node_module(const struct recording *recording, const struct node *node)
{
	return kind_module(recording, node->kind, node->function);
}

void view_free(struct view **view)
{
	if (!*view)
		return;
	for (size_t i = 0; i < (*view)->group_cnt; i++) {
		struct group *group = &(*view)->groups[i];

		vcpu_clear(&group->merged);
		dist_clear(&group->exits);
		dist_clear(&group->others);
		free(group->reasons);
		free(group->vcpus);
	}
	free((*view)->groups);
	correction_free(&(*view)->correction);
	free(*view);
	*view = NULL;
}

/* Destroyed and created again, a vCPU is the same one. */
static bool same_vcpu(const struct vcpu *a, const struct vcpu *b)
{
	return a->vm == b->vm && a->id == b->id && a->isa == b->isa;
}

/* The group that @vcpu belongs to: its own, or its ISA's. */
static struct group *group_for(struct view *view, const struct vcpu *vcpu, bool per_vcpu)
{
	struct group *groups;

	for (size_t i = 0; i < view->group_cnt; i++) {
		if (per_vcpu ? same_vcpu(view->groups[i].vcpus[0], vcpu)
			     : view->groups[i].isa == vcpu->isa)
			return &view->groups[i];
	}
	groups = reallocarray(view->groups, view->group_cnt + 1, sizeof(*groups));
	if (!groups)
		return NULL;
	view->groups = groups;
	groups[view->group_cnt] = (struct group){ .isa = vcpu->isa };
	return &groups[view->group_cnt++];
}

static int add_vcpu(struct view *view, const struct vcpu *vcpu, bool per_vcpu)
{
	struct group *group = group_for(view, vcpu, per_vcpu);
	const struct vcpu **vcpus;

	if (!group)
		return -ENOMEM;
	vcpus = reallocarray(group->vcpus, group->vcpu_cnt + 1, sizeof(*vcpus));
	if (!vcpus)
		return -ENOMEM;
	group->vcpus = vcpus;
	vcpus[group->vcpu_cnt++] = vcpu;
	if (group->vcpu_cnt == 1)
		group->vcpu = vcpu;
	else if (group->vcpu && !same_vcpu(group->vcpu, vcpu))
		group->vcpu = NULL;
	return 0;
}

/* Add up all vCPUs' chosen reasons. */
static int merge(struct group *group, const struct selection *selection)
{
	struct reason *sum;
	int err;

	for (size_t i = 0; i < group->vcpu_cnt; i++) {
		vcpu_for_each_reason (reason, group->vcpus[i]) {
			if (!selection_has_reason(selection, group->isa, reason->code))
				continue;
			err = vcpu_add_reason(&group->merged, reason->code, &sum);
			if (!err)
				err = reason_merge(sum, reason);
			if (err)
				return err;
		}
	}
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct reason *x = *(const struct reason *const *)a;
	const struct reason *y = *(const struct reason *const *)b;

	if (x->latency.total_ns != y->latency.total_ns)
		return x->latency.total_ns < y->latency.total_ns ? 1 : -1;
	return x->code < y->code ? -1 : x->code > y->code;
}

static int fill(struct group *group, const struct selection *selection)
{
	/* A single one needs no sums: its reasons are shown as they are. */
	const struct vcpu *shown = group->vcpu_cnt == 1 ? group->vcpus[0] : &group->merged;
	size_t cnt = 0;
	int err = 0;

	for (size_t i = 0; i < group->vcpu_cnt; i++) {
		vcpu_for_each_reason (reason, group->vcpus[i]) {
			if (!err)
				err = dist_merge(&group->exits, &reason->latency);
			if (!err && !selection_has_reason(selection, group->isa, reason->code))
				err = dist_merge(&group->others, &reason->latency);
		}
	}
	if (!err && shown == &group->merged)
		err = merge(group, selection);
	if (err)
		return err;
	vcpu_for_each_reason (reason, shown)
		cnt++;
	group->reasons = calloc(cnt ?: 1, sizeof(*group->reasons));
	if (!group->reasons)
		return -ENOMEM;
	vcpu_for_each_reason (reason, shown) {
		if (selection_has_reason(selection, group->isa, reason->code))
			group->reasons[group->reason_cnt++] = reason;
	}
	qsort(group->reasons, group->reason_cnt, sizeof(*group->reasons), by_time);
	return 0;
}

int view_new(const struct recording *recording, u32 number, const struct selection *selection,
	     bool per_vcpu, struct view **out)
{
	_cleanup_(view_free) struct view *view = calloc(1, sizeof(*view));
	int err = 0;

	if (!view)
		return -ENOMEM;
	view->recording = recording;
	view->number = number;
	err = correction_new(recording, &view->correction);
	recording_for_each_vcpu (vcpu, recording) {
		if (!err && selection_has_vcpu(selection, recording, vcpu))
			err = add_vcpu(view, vcpu, per_vcpu);
	}
	for (size_t i = 0; i < view->group_cnt && !err; i++)
		err = fill(&view->groups[i], selection);
	if (err)
		return err;
	*out = TAKE_PTR(view);
	return 0;
}
