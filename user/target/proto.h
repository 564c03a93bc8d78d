/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a function's type says about attaching a trampoline to it, by the rules of the
 * kernel's btf_distill_func_proto() and x86's arch_prepare_bpf_trampoline().
 */
#ifndef EXITGRAPH_TARGET_PROTO_H
#define EXITGRAPH_TARGET_PROTO_H

#include <bpf/btf.h>
#include <stdbool.h>

#include "target/target.h"

struct proto {
	u32 arg_cnt;	 /* registers, one per started 8 bytes of a struct */
	bool struct_arg; /* one that fits in 16 bytes: supported by some kernels, not by others */
	enum target_verdict verdict; /* TARGET_OK, or what rules it out on every kernel */
};

/* The type of the function with the id @func of @btf. */
struct proto proto_read(const struct btf *btf, u32 func);

/* How many argument registers this kernel's trampolines take, by what @vmlinux shows. */
u32 proto_max_args(const struct btf *vmlinux);

#endif
