/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of a recording is shown: the chosen exits, in groups. A group is one vCPU, or all
 * vCPUs of one ISA added up (their exit codes mean the same). Every renderer shows a view.
 */
#ifndef EXITGRAPH_RENDER_VIEW_H
#define EXITGRAPH_RENDER_VIEW_H

#include "analyze/correct.h"
#include "render/selection.h"

struct group {
	enum isa isa;
	const struct vcpu *vcpu;   /* the only one in this group, or NULL */
	const struct vcpu **vcpus; /* several of one id if it was created again */
	size_t vcpu_cnt;
	const struct reason **reasons; /* chosen ones; most time first */
	size_t reason_cnt;
	struct dist exits;  /* of all reasons, */
	struct dist others; /* and of those not chosen */
	struct vcpu merged; /* owns the sums that @reasons points to, if any */
};

struct view {
	const struct recording *recording;
	u32 number;	  /* of the recording in its profile, from 1 */
	const char *name; /* what warnings call it, borrowed; NULL: its number */
	struct group *groups;
	size_t group_cnt;
	struct correction *correction; /* of the recording's times */
};

/* The parts of @recording that @selection chooses, by vCPU or merged. 0 or -ENOMEM. */
int view_new(const struct recording *recording, u32 number, const struct selection *selection,
	     bool per_vcpu, struct view **out);
void view_free(struct view **view);

/* The name of a call of @function, or of the pseudo call: "<guest>" and so on; and its module. */
const char *kind_name(const struct recording *recording, enum node_kind kind, u32 function);
const char *kind_module(const struct recording *recording, enum node_kind kind, u32 function);

/* The name of @node: its function's, or "<guest>" and so on. */
const char *node_name(const struct recording *recording, const struct node *node);

/* The module of @node's function, "" for pseudo calls. */
const char *node_module(const struct recording *recording, const struct node *node);

#endif
