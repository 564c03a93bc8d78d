// SPDX-License-Identifier: GPL-2.0
#include "target/anchors.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include "target/btf_find.h"
#include "target/host.h"
#include "util/cleanup.h"

static const struct {
	const char *section;
	int attach_type;
	bool in_kvm;
	const char *type;
	u32 kind;
	bool with_sessions; /* needed only for what came later than these */
} anchors[] = {
	{ "tp_btf/kvm_entry", BPF_TRACE_RAW_TP, true, "btf_trace_kvm_entry", BTF_KIND_TYPEDEF,
	  false },
	{ "tp_btf/kvm_exit", BPF_TRACE_RAW_TP, true, "btf_trace_kvm_exit", BTF_KIND_TYPEDEF,
	  false },
	{ "tp_btf/sched_process_exit", BPF_TRACE_RAW_TP, false, "btf_trace_sched_process_exit",
	  BTF_KIND_TYPEDEF, false },
	{ "fentry/kvm_arch_vcpu_destroy", BPF_TRACE_FENTRY, true, "kvm_arch_vcpu_destroy",
	  BTF_KIND_FUNC, false },
	/* A template: any function of a vCPU will do for it to be loaded for. */
	{ "fexit", BPF_TRACE_FEXIT, true, "kvm_arch_vcpu_ioctl_run", BTF_KIND_FUNC, false },
	{ "iter/bpf_prog", BPF_TRACE_ITER, false, "bpf_iter_bpf_prog", BTF_KIND_FUNC, true },
};

_Static_assert(ARRAY_SIZE(anchors) <= TARGET_ANCHORS_MAX, "there is room for all");

size_t target_anchors_find(const struct btf *vmlinux, const struct btf *kvm, int kvm_fd,
			   bool sessions, struct target_anchor out[TARGET_ANCHORS_MAX])
{
	size_t cnt = 0;

	for (size_t i = 0; i < ARRAY_SIZE(anchors); i++) {
		const struct btf *btf = anchors[i].in_kvm ? kvm : vmlinux;
		bool wanted = btf && (sessions || !anchors[i].with_sessions);
		u32 id = wanted ? btf_find_own(btf, anchors[i].type, anchors[i].kind) : 0;

		if (!id)
			continue;
		out[cnt++] = (struct target_anchor){
			.section = anchors[i].section,
			.attach_type = anchors[i].attach_type,
			.btf_fd = anchors[i].in_kvm ? kvm_fd : TARGET_VMLINUX_FD,
			.btf_id = id,
		};
	}
	return cnt;
}

const struct target_anchor *target_host_anchors(const struct target_host *host, size_t *cnt_out)
{
	*cnt_out = host->anchor_cnt;
	return host->anchors;
}

/*
 * What kprobe.multi links are made of, fprobes, have the registers saved up to Linux 6.13, where
 * rethook brings them to a function's return; since then function_graph does, and none are saved.
 */
void target_kernel_read(const struct btf *vmlinux, struct target_kernel *out)
{
	struct btf_strings strings;

	*out = (struct target_kernel){ 0 };
	if (vmlinux)
		out->is_return_id = btf_find_own(vmlinux, "bpf_session_is_return", BTF_KIND_FUNC);
	if (btf_strings_get(vmlinux, &strings))
		return;
	out->has_cast = btf_strings_have(&strings, "bpf_rdonly_cast");
	out->fprobes_save = btf_strings_have(&strings, "fprobe_rethook_node");
	btf_strings_put(&strings);
}

const struct target_kernel *target_host_kernel(const struct target_host *host)
{
	return &host->kernel;
}
