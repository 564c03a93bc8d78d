/* SPDX-License-Identifier: GPL-2.0 */
/* One vCPU from the start of a run to its end. */
#ifndef EXITGRAPH_GUEST_VCPU_H
#define EXITGRAPH_GUEST_VCPU_H

#include <stdint.h>

#include "guest/machine.h"

/*
 * Run @vcpu until its guest says that it is done, in the calling thread. *@events_out is the
 * number of @workload's exits that came to user space. Returns 0 or, after saying what the
 * guest did that it should not, -errno: -ETIMEDOUT when immediate_exit was set meanwhile.
 */
int vcpu_run(struct machine_vcpu *vcpu, unsigned int id, const struct guest_workload *workload,
	     uint64_t *events_out);

#endif
