/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of user/attach: the programs in the kernel, and all that hangs on them. */
#ifndef EXITGRAPH_ATTACH_INSIDE_H
#define EXITGRAPH_ATTACH_INSIDE_H

#include "attach/attach.h"
#include "attach/features.h"
#include "attach/probes.h"
#include "attach/sections.h"
#include "attach/template.h"
#include "target/anchors.h"

struct exitgraph_bpf;
struct held;

struct attach {
	struct exitgraph_bpf *skel;
	struct sections sections;
	struct templates templates;
	struct xg_vcpu_state *states;
	u32 vcpu_cnt;
	struct target_kernel kernel;
	struct features features;
	const struct mechanism *forced; /* NULL: whatever is best */
	struct probes probes;
	struct probes trial_probes; /* of trial.h; measured, and left until all go */
	struct held *held;	    /* NULL: nothing is */
	size_t function_cnt;	    /* attached */
	bool has_boundaries;	    /* attached */
	char mechanism_names[128];
	u64 recursion_base;
};

#endif
