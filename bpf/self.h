/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the running task to its vCPU's state, in a few instructions.
 *
 * task_slot[] has the slots of vCPU threads by a hash of the task; the slot's own `task` tells
 * whether it is ours. Where it has none, as for nearly all tasks that are no vCPUs, that is
 * all. Where it has that of another, or had, threads tells.
 *
 * A slot number is read in one go and checked afterwards, so it does not matter that a
 * probe may be preempted, or the task moved, at any point here.
 */
#ifndef EXITGRAPH_BPF_SELF_H
#define EXITGRAPH_BPF_SELF_H

#include "maps.h"

static __always_inline struct xg_vcpu_state *state_at(u32 slot)
{
	return bpf_map_lookup_elem(&vcpus, &slot);
}

/* Where task_slot[] would have the slot of @task (Knuth's multiplicative hash, TAOCP 6.4). */
static __always_inline u32 *task_slot_of(u64 task)
{
	u64 at = task * 0x9e3779b97f4a7c15ULL >> (64 - XG_TASK_SLOTS_SHIFT);

	return &task_slot[at];
}

/* The state that threads knows @task to have. */
static __always_inline struct xg_vcpu_state *self_search(u64 task)
{
	u32 *slot = bpf_map_lookup_elem(&threads, &task);
	struct xg_vcpu_state *st = slot ? state_at(*slot) : 0;

	return st && st->task == task ? st : 0;
}

/*
 * What outlives a helper's call would be put into a register that the program must save when
 * it starts and restore at its end, both in the window that a call is measured by. On the
 * stack it costs as little, and elsewhere.
 */
#define ON_STACK  volatile
#define LIKELY(x) __builtin_expect(!!(x), 1) /* what is not goes after the program's end */

static __always_inline struct xg_vcpu_state *self(void)
{
	u64 task = bpf_get_current_task();
	u32 *place = task_slot_of(task);
	ON_STACK u64 task_kept = task;
	u32 *ON_STACK place_kept = place;
	struct xg_vcpu_state *st = bpf_map_lookup_elem(&vcpus, place);

	if (LIKELY(st && st->task == task_kept))
		return st;
	if (*place_kept == XG_SLOT_NONE)
		return 0;
	return self_search(task_kept);
}

/* Between a return from the scheduler or user space and what comes next. */
#define XG_CODE_CPU() XG_CODE_RETURN(XG_ID_OF_CPU(bpf_get_smp_processor_id()))

/*
 * Append to the log. The place is reserved before it is filled, in one instruction: an
 * interrupt may run traced functions, and so this code, in between, and must not get the
 * same place. The caller reads the clock as late (entry) or as early (return) as it can.
 */
static __always_inline void log_now(struct xg_vcpu_state *st, u64 code)
{
	u64 n = __sync_fetch_and_add(&st->log_n, 1);
	struct xg_record *record = &st->log[n];

	if (!LIKELY(n < XG_LOG_ROOM))
		return;
	record->code = code;
	record->clock_ns = bpf_ktime_get_ns();
}

static __always_inline void log_at(struct xg_vcpu_state *st, u64 clock_ns, u64 code)
{
	u64 n = __sync_fetch_and_add(&st->log_n, 1);

	if (n < XG_LOG_ROOM)
		st->log[n] = (struct xg_record){ clock_ns, code };
}

/* Both ends of the exit boundary, with nothing in between. */
static __always_inline void log_boundary(struct xg_vcpu_state *st, u64 from_ns, u64 to_ns)
{
	u64 n = __sync_fetch_and_add(&st->log_n, 2);

	if (n >= XG_LOG_ROOM - 1)
		return;
	st->log[n] = (struct xg_record){ from_ns, XG_CODE_ENTRY(XG_ID_BOUNDARY) };
	st->log[n + 1] = (struct xg_record){ to_ns, XG_CODE_RETURN(XG_ID_BOUNDARY) };
}

#endif
