/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A single cycle, kept whole: every call from one entry of a vCPU to its next, as it
 * happened. What a tree's nodes sum up, this is one of.
 *
 *	entry           exit                          next entry
 *	  |<-- guest ---->|<-------- latency ------------>|
 *	  0               guest_ns                        duration_ns
 *
 * Times are ns since the entry, without the exit boundary's own work, as in the trees. The
 * calls of base[] are open at the start (KVM_RUN, the run function, ...), and calls are open
 * at the end, usually the same ones; their parts outside belong to other cycles.
 */
#ifndef EXITGRAPH_PROFILE_CYCLE_H
#define EXITGRAPH_PROFILE_CYCLE_H

#include <stddef.h>

#include "xg_types.h"

/* Why it was kept; bits, for it may be more than one. */
enum cycle_why {
	CYCLE_SAMPLE = 1,  /* one of those spread evenly over the recording */
	CYCLE_SLOWEST = 2, /* one of the slowest of its reason */
	CYCLE_OVER = 4,	   /* its latency is above the limit */
};

enum cycle_event_kind {
	CYCLE_ENTRY,   /* a call of `function` */
	CYCLE_RETURN,  /* the return of the latest open call, which is of `function` */
	CYCLE_EXIT,    /* the exit: once in each cycle */
	CYCLE_OFF_CPU, /* the thread leaves its CPU ... */
	CYCLE_ON_CPU,  /* ... and is on `cpu` from here on; both at once: it was moved before
			* here, in user space, where time off the CPU is not seen */
	CYCLE_EVENT_KIND_COUNT,
};

struct cycle_event {
	u64 ns; /* no less than that of the event before */
	union {
		u32 function; /* index into the recording's functions */
		u32 cpu;
	};
	enum cycle_event_kind kind;
};

/* What else is known of the exit; bits of struct cycle's `known`. */
enum cycle_known {
	CYCLE_KNOWN_RIP = 1,	    /* the guest's RIP at the exit */
	CYCLE_KNOWN_NEXT_RIP = 2,   /* RIP where the guest goes on */
	CYCLE_KNOWN_INFO1 = 4,	    /* VMX exit qualification, SVM EXITINFO1 */
	CYCLE_KNOWN_INFO2 = 8,	    /* VMX IDT-vectoring information, SVM EXITINFO2 */
	CYCLE_KNOWN_INTR_INFO = 16, /* VMX exit interruption information, SVM EXITINTINFO */
};

struct cycle {
	u64 code;	     /* exit reason */
	u32 why;	     /* enum cycle_why */
	u32 known;	     /* enum cycle_known */
	u64 started_unix_ns; /* of the entry */
	u64 started_mono_ns; /* likewise, CLOCK_MONOTONIC: function_graph's with trace_clock mono */
	u64 guest_ns;	     /* entry to exit */
	u64 latency_ns;	     /* exit to the next entry, as in the reason's histogram */
	u64 duration_ns;     /* entry to the next entry */
	u64 rip;
	u64 next_rip;
	u64 info1;
	u64 info2;
	u32 intr_info;
	u32 cpu;   /* at the start */
	u32 tid;   /* the thread that ran the vCPU */
	u32 *base; /* functions open at the start, outermost first */
	size_t base_cnt;
	struct cycle_event *events;
	size_t event_cnt;
	struct cycle *next; /* of its vCPU, in no order */
};

struct vcpu;

/*
 * Add an empty cycle, but for its thread, to @vcpu, which owns it; base and events are malloc()ed
 * by whoever fills it in and free()d with it. 0 or -ENOMEM.
 */
int vcpu_add_cycle(struct vcpu *vcpu, struct cycle **out);

/* Free one that is in no list, and what it owns. */
void cycle_free(struct cycle *cycle);

#define vcpu_for_each_cycle(c, vcpu) for (struct cycle *c = (vcpu)->first_cycle; c; c = c->next)

#endif
