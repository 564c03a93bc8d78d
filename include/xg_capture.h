/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cycle that is to be kept whole, as it goes through the ring buffer: this header, then the
 * cycle's log, log_n records. In a vCPU's state the one lies before the other, so that one
 * call sends both.
 *
 * Which cycles are kept is decided at the entry boundary that ends them, per vCPU and reason:
 *
 *   samples  every stride'th cycle; when twice as many as asked for have been taken, the
 *            stride doubles and every other one of them is given up (by user space). So they
 *            are spread evenly at any time, however long the recording gets.
 *   slowest  those slower than the fastest of the slowest N so far
 *   over     those whose latency is above a limit
 */
#ifndef EXITGRAPH_XG_CAPTURE_H
#define EXITGRAPH_XG_CAPTURE_H

#include "xg_types.h"

#define XG_KEEP_SAMPLE	   1
#define XG_KEEP_SLOWEST	   2
#define XG_KEEP_OVER	   4

#define XG_KNOWN_RIP	   1
#define XG_KNOWN_NEXT_RIP  2
#define XG_KNOWN_INFO1	   4
#define XG_KNOWN_INFO2	   8
#define XG_KNOWN_INTR_INFO 16

#define XG_SLOWEST_MAX	   32 /* a power of two, for the verifier */
#define XG_SAMPLES_MAX	   1000

struct xg_capture {
	u64 entry_clock_ns; /* CLOCK_MONOTONIC at the cycle's start */
	u64 end_ns;	    /* its length, the exit boundary's own work taken out */
	u64 latency_ns;
	u64 reason;
	u64 rip;
	u64 next_rip;
	u64 info1;
	u64 info2;
	u32 intr_info;
	u32 known; /* XG_KNOWN_* */
	u32 why;   /* XG_KEEP_* */
	u32 depth; /* calls open at the start: all of base_id[] */
	u32 pid;
	u32 vcpu_id;
	u32 tid;
	u32 cpu;      /* at the start */
	u64 began_ns; /* when the vCPU got its slot: a new count of cycles began */
	u64 number;   /* of the cycle among its reason's, from 0 */
	u64 stride;   /* of samples, when it was taken: numbers that are multiples of it */
	u64 log_n;
};

/* What decides for one reason of one vCPU. */
struct xg_keep {
	u64 sample_at; /* the reason's cycle that is the next sample, from 0 */
	u64 stride;    /* 0 = 1 */
	u32 sample_n;  /* taken at this stride */
	u32 slow_n;
	u64 slow_ns[XG_SLOWEST_MAX]; /* latencies of the slowest, in no order */
	u32 slow_least;		     /* index of the least of them */
};

#endif
