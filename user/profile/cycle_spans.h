/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cycle's events, paired up: what lasts from a time to a time, in the order in which it
 * begins, each with its depth. That order and the depths say all that the events say, so one
 * can be made of the other.
 *
 *	depth  kind
 *	    0  SPAN_CALL     kvm_vcpu_ioctl, open before and after
 *	    1  SPAN_CALL       svm_vcpu_run, open before
 *	    2  SPAN_EXIT         the exit, a moment
 *	    1  SPAN_CALL       svm_handle_exit
 *	    2  SPAN_OFF_CPU      scheduled out
 */
#ifndef EXITGRAPH_PROFILE_CYCLE_SPANS_H
#define EXITGRAPH_PROFILE_CYCLE_SPANS_H

#include <stdbool.h>

#include "profile/cycle.h"

/* Far more than a recording follows. */
#define CYCLE_DEPTH_MAX 512
#define CYCLE_SPANS_MAX 65536
#define CYCLE_CPU_MAX	8191 /* NR_CPUS of x86 */
#define CYCLE_WHY_ALL	(CYCLE_SAMPLE | CYCLE_SLOWEST | CYCLE_OVER)

enum span_kind {
	SPAN_CALL,
	SPAN_OFF_CPU,
	SPAN_EXIT,
	SPAN_KIND_COUNT,
};

/* "call", "off-cpu", "exit": as files name them. */
const char *span_kind_name(enum span_kind kind);

struct cycle_span {
	enum span_kind kind;
	u32 depth;
	u32 function;	  /* SPAN_CALL */
	u32 cpu;	  /* SPAN_OFF_CPU: on which it went on */
	bool open_before; /* since before the cycle: from_ns is 0 */
	bool open_after;  /* at the cycle's end: to_ns is its duration */
	u64 from_ns;
	u64 to_ns;
};

/*
 * The spans of @cycle, *@cnt_out in an array for the caller to free. 0; -ENOMEM; -EINVAL if its
 * events do not fit together: not in order of time, a return of what is not the latest open
 * call, no exit or two, deeper than CYCLE_DEPTH_MAX.
 */
int cycle_spans(const struct cycle *cycle, struct cycle_span **out, size_t *cnt_out);

/*
 * The other way: give @cycle, whose duration is set, base, events and guest_ns made of @spans.
 * 0; -ENOMEM; -EINVAL if they do not fit together. What @cycle then owns is sound, also as
 * cycle_spans() sees it.
 */
int cycle_fill(struct cycle *cycle, const struct cycle_span *spans, size_t cnt);

/*
 * Is all of @cycle sound, in a recording of @function_cnt functions? 0, -ENOMEM, or -EINVAL: a
 * profile would not be read with it.
 */
int cycle_check(const struct cycle *cycle, size_t function_cnt);

#endif
