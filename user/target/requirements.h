/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of user/target: the table of requirements, and what they share. */
#ifndef EXITGRAPH_TARGET_REQUIREMENTS_H
#define EXITGRAPH_TARGET_REQUIREMENTS_H

#include <bpf/btf.h>
#include <stdbool.h>

#include "profile/profile.h"
#include "target/check.h"

/* Starts as { 0 }; what the rows above have found, for those below. */
struct requirement_context {
	u64 capabilities;
	bool privileged;
	bool can_load; /* BPF programs */
	bool has_kvm, has_vendor, has_module_btf;
	enum isa isa;
	struct btf *vmlinux; /* NULL until read */
};

void requirement_context_free(struct requirement_context *context);

struct requirement {
	const char *name;
	/* Sets @finding's status, found and remedy; it starts as OK, with the others empty. */
	void (*ask)(struct requirement_context *context, struct target_finding *finding);
};

const struct requirement *requirements_table(size_t *cnt_out);

#endif
