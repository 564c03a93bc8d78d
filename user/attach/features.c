// SPDX-License-Identifier: GPL-2.0
#include "attach/features.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include "attach/kprobe.h"
#include "target/btf_find.h"
#include "target/host.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Does enum bpf_attach_type have @name? */
static bool has_attach_type(const struct btf *vmlinux, const char *name)
{
	int id = btf__find_by_name_kind(vmlinux, "bpf_attach_type", BTF_KIND_ENUM);
	const struct btf_type *t = id > 0 ? btf__type_by_id(vmlinux, id) : NULL;

	for (u32 i = 0; t && i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(vmlinux, btf_enum(t)[i].name_off), name))
			return true;
	return false;
}

void features_from_btf(const struct btf *vmlinux, struct features *features)
{
	int id = btf__find_by_name_kind(vmlinux, "bpf_session_is_return", BTF_KIND_FUNC);

	if (id <= 0)
		return;
	features->is_return_id = id;
	features->kprobe_session = has_attach_type(vmlinux, "BPF_TRACE_KPROBE_SESSION");
	features->fsession = has_attach_type(vmlinux, "BPF_TRACE_FSESSION");
	features->fsession_multi = has_attach_type(vmlinux, "BPF_TRACE_FSESSION_MULTI");
}

/* Does a program load that does nothing, or asks whether this is the return? */
static bool loads(enum bpf_prog_type type, int attach_type, int btf_fd, u32 btf_id,
		  u32 is_return_id)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL,
		  .src_reg = BPF_PSEUDO_KFUNC_CALL,
		  .imm = is_return_id },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach_type,
		    .attach_btf_obj_fd = btf_fd, .attach_btf_id = btf_id);
	size_t skip = is_return_id ? 0 : 1;
	_cleanup_close_ int fd = bpf_prog_load(type, "xg_probe", "GPL", insns + skip,
					       ARRAY_SIZE(insns) - skip, &options);

	return fd >= 0;
}

/* Without what the BTF has of the attach types: a kernel loads nothing of one that it lacks. */
static void try_sessions(int kvm_fd, const struct features_known *known, struct features *features)
{
	u32 is_return = features->is_return_id;

	features->kprobe_session =
		features->kprobe_session &&
		loads(BPF_PROG_TYPE_KPROBE, XG_TRACE_KPROBE_SESSION, 0, 0, is_return);
	features->fsession = features->fsession && known->btf_id &&
			     loads(BPF_PROG_TYPE_TRACING, XG_TRACE_FSESSION, known->btf_fd,
				   known->btf_id, is_return);
	features->fsession_multi =
		features->fsession_multi && kvm_fd >= 0 &&
		loads(BPF_PROG_TYPE_TRACING, XG_TRACE_FSESSION_MULTI, kvm_fd, 0, is_return);
}

static int read_sessions(int kvm_fd, const struct features_known *known, struct features *features)
{
	struct features_known own = { 0 };
	struct btf *vmlinux;

	if (known) {
		features->is_return_id = known->is_return_id;
		features->kprobe_session = features->fsession = features->fsession_multi =
			known->is_return_id;
		try_sessions(kvm_fd, known, features);
		return 0;
	}
	vmlinux = btf__parse(TARGET_VMLINUX_PATH, NULL);
	if (!vmlinux)
		return err_r(-errno, "cannot read the kernel's BTF, " TARGET_VMLINUX_PATH ": %m");
	features_from_btf(vmlinux, features);
	own.btf_id = btf_find_own(vmlinux, "bpf_fentry_test1", BTF_KIND_FUNC);
	btf__free(vmlinux);
	try_sessions(kvm_fd, &own, features);
	return 0;
}

int features_read(bool sessions, const struct features_known *known, struct features *features)
{
	static const char *const kvm = "kvm";
	_cleanup_close_ int kvm_fd = -1;
	int r = target_btf_fds(&kvm, 1, &kvm_fd);

	if (r)
		return r;
	*features = (struct features){
		.perf_kprobe = kprobe_is_offered(),
		.multi = kvm_fd >= 0 &&
			 loads(BPF_PROG_TYPE_TRACING, XG_TRACE_FENTRY_MULTI, kvm_fd, 0, 0),
	};
	return sessions ? read_sessions(kvm_fd, known, features) : 0;
}
