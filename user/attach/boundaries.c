// SPDX-License-Identifier: GPL-2.0
#include "attach/boundaries.h"

#include <bpf/libbpf.h>

#include "target/module.h"
#include "util/cleanup.h"
#include "xg_control.h"
#include "xg_exits.h"

#include "exitgraph.skel.h"

void boundaries_choose(struct exitgraph_bpf *skel, const struct xg_config *config, bool exits_only)
{
	bool is_svm = config->isa == ISA_SVM, is_old = !config->has_cast, keep = config->keep;
	const struct {
		struct bpf_program *program;
		bool wanted;
	} choices[] = {
		{ skel->progs.boundary_kvm_entry, !exits_only && !keep },
		{ skel->progs.boundary_kvm_entry_keep, !exits_only && keep },
		{ skel->progs.boundary_kvm_exit, !exits_only },
		{ skel->progs.exits_kvm_entry, exits_only && !is_old },
		{ skel->progs.exits_kvm_entry_old, exits_only && is_old },
		{ skel->progs.exits_kvm_exit_svm, exits_only && is_svm && !is_old },
		{ skel->progs.exits_kvm_exit_svm_old, exits_only && is_svm && is_old },
		{ skel->progs.exits_kvm_exit_vmx, exits_only && !is_svm && !is_old },
		{ skel->progs.exits_kvm_exit_vmx_old, exits_only && !is_svm && is_old },
	};

	for (size_t i = 0; i < ARRAY_SIZE(choices); i++)
		bpf_program__set_autoload(choices[i].program, choices[i].wanted);
}
