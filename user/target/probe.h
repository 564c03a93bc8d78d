/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ask the kernel by loading a program, which is gone when these return. But for probe_detach_ns()
 * nothing is attached, so nothing ever runs.
 */
#ifndef EXITGRAPH_TARGET_PROBE_H
#define EXITGRAPH_TARGET_PROBE_H

#include <bpf/btf.h>
#include <stddef.h>

#include "xg_types.h"

#define PROBE_LOG_SIZE 1024

/*
 * Can a fentry program be loaded for the function @btf_id of the BTF object @btf_fd (0 is
 * vmlinux)? 0, or -errno with the first line of what the kernel said, maybe none, in @log.
 */
int probe_fentry(int btf_fd, u32 btf_id, char log[PROBE_LOG_SIZE]);

/* May such a program call the helper @func (BPF_FUNC_...)? 0, -EOPNOTSUPP, or -errno; as above. */
int probe_helper(const struct btf *vmlinux, int func, char log[PROBE_LOG_SIZE]);

/*
 * How long it takes to remove a pair of probes: attach two that do nothing to the function @btf_id,
 * which has to be one that may be traced, and remove them. 0 or -errno; nothing is said.
 */
int probe_detach_ns(int btf_fd, u32 btf_id, u64 *ns_out);

#endif
