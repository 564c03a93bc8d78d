/* SPDX-License-Identifier: GPL-2.0 */
/* BPF's own types in the kernel, as kvm_types.h has KVM's. */
#ifndef EXITGRAPH_VMLINUX_BPF_TYPES_H
#define EXITGRAPH_VMLINUX_BPF_TYPES_H

#include "xg_types.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	s64 v; /* which is some structures deep in there, and all that is in them */
} u64_stats_t;

struct bpf_prog_stats {
	u64_stats_t misses; /* runs that were skipped, 5.12 */
};

struct bpf_prog_aux {
	u32 id;
};

struct bpf_prog {
	struct bpf_prog_stats *stats; /* per CPU */
	struct bpf_prog_aux *aux;
};

#pragma clang attribute pop

#endif
