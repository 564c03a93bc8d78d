/* SPDX-License-Identifier: GPL-2.0 */
/* KVM's own counters of one vCPU, read through its statistics descriptor (Linux 5.14). */
#ifndef EXITGRAPH_GUEST_STATS_H
#define EXITGRAPH_GUEST_STATS_H

#include <stdbool.h>
#include <stdint.h>

struct guest_stats {
	bool known;	     /* false: the kernel (before 6.0) lacks one; the others are 0 */
	uint64_t exits;	     /* of all reasons */
	uint64_t interrupts; /* exits for interrupts of the host */
	uint64_t faults;     /* page faults, but no access to a page that is known to be MMIO */
	uint64_t mmio_pages; /* those of the faults that made a page known to be MMIO */
};

/* Read the counters of @vcpu_fd as they are now. Never fails: see known. */
void guest_stats_read(int vcpu_fd, struct guest_stats *out);

/* *@later less *@earlier. */
struct guest_stats guest_stats_since(const struct guest_stats *earlier,
				     const struct guest_stats *later);

#endif
