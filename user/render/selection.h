/* SPDX-License-Identifier: GPL-2.0 */
/* Which exits the user wants to see: by reason and by vCPU. An empty list means all. */
#ifndef EXITGRAPH_RENDER_SELECTION_H
#define EXITGRAPH_RENDER_SELECTION_H

#include "profile/profile.h"

struct vcpu_choice {
	bool any_vm;
	u32 pid; /* the VM's */
	u32 id;
};

struct selection {
	char **reasons; /* patterns of reason_matches() */
	size_t reason_cnt;
	struct vcpu_choice *vcpus;
	size_t vcpu_cnt;
};

/* Add the patterns in @list ("CPUID,MSR*"). 0, -EINVAL for an empty one (said), -ENOMEM. */
int selection_add_reasons(struct selection *selection, const char *list);

/* Add the vCPUs in @list ("0,1", "4711:0"). As above. */
int selection_add_vcpus(struct selection *selection, const char *list);

void selection_clear(struct selection *selection);

bool selection_has_reason(const struct selection *selection, enum isa isa, u64 code);
bool selection_has_vcpu(const struct selection *selection, const struct recording *recording,
			const struct vcpu *vcpu);

/*
 * Does everything that was named exist in @profile, or in its recording @only if that is not
 * NULL? 0, or -ENOENT after saying what does not, and what there is.
 */
int selection_check(const struct selection *selection, const struct profile *profile,
		    const struct recording *only);

#endif
