/* SPDX-License-Identifier: GPL-2.0 */
/* What user space tells the programs, before they are loaded and while they run. */
#ifndef EXITGRAPH_XG_CONTROL_H
#define EXITGRAPH_XG_CONTROL_H

#include "xg_state.h"

/* Programs that serve many functions, at most: 2 modules', those around user space, the clones'. */
#define XG_WATCHED 5

/* Fixed when the programs are loaded. */
struct xg_config {
	u32 isa;      /* 1 VMX, 2 SVM */
	u32 vcpu_cnt; /* slots */
	u32 has_cast; /* there is bpf_rdonly_cast() */
	u32 watch;    /* look whether the kernel skips programs that serve many functions */
	u32 keep;     /* XG_KEEP_*: which cycles are kept whole; 0 = none, at no cost */
	u32 samples;  /* of each reason and vCPU */
	u32 slowest;  /* likewise; XG_SLOWEST_MAX at most */
	u64 over_ns;
};

/* Set after all is attached, before arming; some change while they run. */
struct xg_control {
	u32 armed;
	u32 run_ioctl_id; /* see struct xg_vcpu_state */
	u32 base_n;
	u16 base_id[XG_BASE_FRAMES];
	u32 filter_tgid;     /* only vCPUs of this process; 0 = all */
	u32 filter_ancestor; /* only of this process and its descendants; 0 = all */
	u32 free_slots;
	u32 watched_id[XG_WATCHED];	/* the kernel's ids of these programs; 0 = no more */
	u64 watched_misses[XG_WATCHED]; /* where bpf_prog_stats counts that, __percpu; 0 = no more
					 */
	u32 keep_full; /* enough cycles above the limit are kept: count the others */

	/* Counted by the programs; never on the way of a vCPU that records. */
	u64 entries_without_slot;
};

#endif
