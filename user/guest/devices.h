/* SPDX-License-Identifier: GPL-2.0 */
/* What a workload wants its machine to have: KVM's own interrupt controllers, eventfds. */
#ifndef EXITGRAPH_GUEST_DEVICES_H
#define EXITGRAPH_GUEST_DEVICES_H

#include "guest/machine.h"

/*
 * Before the first vCPU: the interrupt controllers, and what CPUID has to tell of them. 0, or
 * -errno (said); -ENOTSUP if KVM lacks what the workload needs.
 */
int devices_add(struct machine *machine);

/* The part of the machine's eventfds that vCPU @id needs: on MMIO each has its own. As above. */
int devices_add_vcpu(struct machine *machine, unsigned int id);

/* With its other state set: @vcpu's APIC on, its timer as the workload wants it. As above. */
int devices_set_apic(const struct machine *machine, struct machine_vcpu *vcpu);

#endif
