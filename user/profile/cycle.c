// SPDX-License-Identifier: GPL-2.0
#include "profile/cycle.h"

#include <errno.h>
#include <stdlib.h>

#include "profile/profile.h"

int vcpu_add_cycle(struct vcpu *vcpu, struct cycle **out)
{
	struct cycle *cycle = calloc(1, sizeof(*cycle));

	if (!cycle)
		return -ENOMEM;
	cycle->tid = vcpu->tid;
	cycle->next = vcpu->first_cycle;
	vcpu->first_cycle = cycle;
	*out = cycle;
	return 0;
}

void cycle_free(struct cycle *cycle)
{
	free(cycle->base);
	free(cycle->events);
	free(cycle);
}
