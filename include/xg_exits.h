/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Of --exits-only: what the two programs of an exit have of a vCPU, in a table by a hash of
 * its address. A cache line each, so vCPUs do not share any. Whose place another vCPU has,
 * has such a one in its state, and takes a little longer.
 */
#ifndef EXITGRAPH_XG_EXITS_H
#define EXITGRAPH_XG_EXITS_H

#include "xg_types.h"

#define XG_EXITS_PLACES 4096 /* a power of two */

/*
 * The hash, in bytes into the table: of every 8 KiB of memory one place, for a struct kvm_vcpu is
 * larger than that. Which of them is an arithmetic of two instructions.
 */
#define XG_EXITS_HASH(address) ((address) >> 7 & (XG_EXITS_PLACES - 1) * 64)

/* In place of an exit's clock: none since the entry. No exit is that far from any entry. */
#define XG_EXITS_ENTERED (1ULL << 63)

struct xg_exits_place {
	u32 slot;	   /* of the vCPU's state; first, where it is at hand as a key */
	u32 hflags;	   /* KVM's flags of the vCPU with which code_at was so */
	u64 vcpu;	   /* struct kvm_vcpu; 0 = free */
	u64 exit_clock_ns; /* the latest exit's, or XG_EXITS_ENTERED */
	u64 code;	   /* its reason; VMX: all 32 bits of it */
	u64 code_at;	   /* SVM: the address of that */
	u64 unused[3];
};

_Static_assert(sizeof(struct xg_exits_place) == 64, "a cache line");

#endif
