/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Types by name, in a tenth of the time that btf__find_by_name_kind() takes: it compares the
 * name of each type, and a kernel has 100,000. Here the name is looked for among the strings,
 * once, and the types' references to it are numbers.
 */
#ifndef EXITGRAPH_TARGET_BTF_FIND_H
#define EXITGRAPH_TARGET_BTF_FIND_H

#include <bpf/btf.h>
#include <stdbool.h>

#include "xg_types.h"

/* Is @name a string of the kernel's BTF (TARGET_VMLINUX_PATH)? Nothing else of that is read. */
bool btf_find_string_of_kernel(const char *name);

/*
 * The id of a type that @btf has itself, not its base; 0 = there is none, or a second string of
 * that name hides it.
 */
u32 btf_find_own(const struct btf *btf, const char *name, u32 kind);

#endif
