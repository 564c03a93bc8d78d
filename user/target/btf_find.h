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

/* All strings of the kernel's BTF. */
struct btf_strings {
	const char *text;
	size_t size;
	char *own; /* what is to be freed, or NULL */
};

/*
 * Those of @vmlinux, which is to outlive them; or, where it is NULL, read from TARGET_VMLINUX_PATH
 * and nothing else of it, to be given back with btf_strings_put(). 0 or -errno (not said).
 */
int btf_strings_get(const struct btf *vmlinux, struct btf_strings *out);
bool btf_strings_have(const struct btf_strings *strings, const char *name);
void btf_strings_put(struct btf_strings *strings);

/*
 * The id of a type that @btf has itself, not its base; 0 = there is none, or a second string of
 * that name hides it.
 */
u32 btf_find_own(const struct btf *btf, const char *name, u32 kind);

#endif
