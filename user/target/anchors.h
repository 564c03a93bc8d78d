/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs that are attached once hang on: by the sections that name it, with its BTF
 * ids. libbpf would find it, too; but by going through all types of vmlinux for each of them, and
 * then through those of every module.
 */
#ifndef EXITGRAPH_TARGET_ANCHORS_H
#define EXITGRAPH_TARGET_ANCHORS_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stddef.h>

#include "xg_types.h"

struct target_host;

struct target_anchor {
	const char *section; /* "tp_btf/kvm_entry" */
	int attach_type;     /* BPF_TRACE_RAW_TP... */
	int btf_fd;	     /* attach_btf_obj_fd, the host's; 0 = vmlinux */
	u32 btf_id;	     /* attach_btf_id */
};

#define TARGET_ANCHORS_MAX 8

/*
 * Those that are found in the BTF of @vmlinux and @kvm (NULL = none), into @out. How many.
 * @sessions: the kernel has them, and may have programs for many functions, which are watched.
 */
size_t target_anchors_find(const struct btf *vmlinux, const struct btf *kvm, int kvm_fd,
			   bool sessions, struct target_anchor out[TARGET_ANCHORS_MAX]);

/* The host's: what target_host_open() has found. */
const struct target_anchor *target_host_anchors(const struct target_host *host, size_t *cnt_out);

/* What else attaching asks of vmlinux' BTF, which target_host_open() has read anyway. */
struct target_kernel {
	u32 is_return_id;  /* of bpf_session_is_return(); 0 = there is none */
	bool has_cast;	   /* programs can read its memory as a type of their choice (Linux 6.2) */
	bool fprobes_save; /* all registers: user/attach/saver.h */
};

/* Of the running kernel, by its whole BTF @vmlinux, or, where that is NULL, by its strings alone:
 * then there is no id.
 */
void target_kernel_read(const struct btf *vmlinux, struct target_kernel *out);

const struct target_kernel *target_host_kernel(const struct target_host *host);

#endif
