/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cycles as a recording has them, in a trace that says where the guest was entered and left.
 *
 *	kvm_entry        kvm_exit                        kvm_entry
 *	   |<--- guest ---->|<---------- latency ----------->|
 *
 * From a task's first kvm_entry on, its cycles begin and end there, and nowhere else: neither
 * where a root returns nor at a second call of vcpu_enter_guest. What was before it is
 * INCOMPLETE, as is what follows the last one. A cycle without a kvm_exit is so, too, if the
 * task has any.
 *
 * Where lines have times, calls that are open at an entry are split there by the clock; <guest>
 * is taken out of the call in which the exit was seen, which is the run function's return if
 * kvm_exit comes later (SVM on 6.1); and the latency is that from the exit on. These times
 * are in whole microseconds, durations are in nanoseconds: so a duration is taken where both
 * say the same, and no part is longer than its call. Without times, nothing is known of where
 * in its function the guest's share is: that stays the function's, and in the latency.
 *
 * The text of our own writer has one head for each cycle, which then goes from head to head.
 */
#ifndef EXITGRAPH_IMPORT_BOUNDARY_H
#define EXITGRAPH_IMPORT_BOUNDARY_H

#include "import/line.h"
#include "import/trace.h"

/* The events of @task, at trace->clock_us. */
void boundary_entry(struct trace *trace, struct task *task);
void boundary_exit(struct trace *trace, struct task *task, struct piece reason);

/* The head of a cycle: those before it are over. */
void boundary_head(struct trace *trace, struct piece reason);

/* Nothing more comes of @task, which has no open call. */
void boundary_end(struct trace *trace, struct task *task);

/* @frame, which is watched, returns after @ns, or its part in the cycle ends after so much. */
void boundary_return(struct trace *trace, struct task *task, struct frame *frame, u64 ns);

/* What is known of the cycle @from of a task holds for @to, which it turned out to be. */
void boundary_join(struct trace_cycle *to, const struct trace_cycle *from);

/*
 * The latency of @cycle, in which *@ns of roots are known; *@ns becomes the whole cycle's
 * time: by the clock, if that says more.
 */
u64 boundary_latency(const struct trace_cycle *cycle, u64 *ns);

/*
 * What is seen in @trace of where exits begin, for struct recording's exit_boundary: "kvm_exit"
 * and when it was; "kvm_entry" only, so the guest is in the latencies; "" none of it.
 */
const char *boundary_name(const struct trace *trace);

/* From time to time; 0 if either is not known, or they cannot be right. */
static inline u64 boundary_elapsed_ns(u64 from_us, u64 to_us)
{
	if (!from_us || to_us < from_us || to_us - from_us > DURATION_MAX_NS / 1000)
		return 0;
	return (to_us - from_us) * 1000;
}

/* Do cycles of @task begin and end at events, or at heads? */
static inline bool boundary_rules(const struct trace *trace, const struct task *task)
{
	return task->bounded || trace->exported;
}

#endif
