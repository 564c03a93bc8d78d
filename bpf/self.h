/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the running task to its vCPU's state, in a few instructions.
 *
 * cpu_slot[] remembers per CPU which slot was used there last; the slot's own `task` tells
 * whether that is still us. A slot number is read in one go and checked afterwards, so it
 * does not matter that a probe may be preempted, or the task moved, at any point here.
 * On a miss, task storage has the slot of a vCPU thread wherever it runs; every other task
 * has none, as a rule not from any program, and leaves.
 */
#ifndef EXITGRAPH_BPF_SELF_H
#define EXITGRAPH_BPF_SELF_H

#include "maps.h"

static __always_inline struct xg_vcpu_state *state_at(u32 slot)
{
	return bpf_map_lookup_elem(&vcpus, &slot);
}

static __always_inline struct xg_vcpu_state *self(void)
{
	u32 cpu = bpf_get_smp_processor_id() & (XG_CPU_SLOTS - 1);
	struct xg_vcpu_state *st = state_at(cpu_slot[cpu]);
	struct task_struct *task;
	u32 *slot;

	if (st && st->task == bpf_get_current_task())
		return st;
	task = bpf_get_current_task_btf();
	if (!task->bpf_storage)
		return 0;
	slot = bpf_task_storage_get(&tasks, task, 0, 0);
	if (!slot)
		return 0;
	st = state_at(*slot);
	if (!st || st->task != (u64)task)
		return 0;
	cpu_slot[cpu] = *slot;
	return st;
}

/* Between a return from the scheduler or user space and what comes next. */
#define XG_CODE_CPU() XG_CODE_RETURN(XG_ID_OF_CPU(bpf_get_smp_processor_id()))

/*
 * Append to the log. The place is reserved before it is filled, in one instruction: an
 * interrupt may run traced functions, and so this code, in between, and must not get the
 * same place. The caller reads the clock as late (entry) or as early (return) as it can.
 */
static __always_inline void log_now(struct xg_vcpu_state *st, u32 code)
{
	u64 n = __sync_fetch_and_add(&st->log_n, 1);

	if (n < XG_LOG_ROOM)
		st->log[n] = XG_RECORD(bpf_ktime_get_ns(), code);
}

static __always_inline void log_at(struct xg_vcpu_state *st, u64 clock_ns, u32 code)
{
	u64 n = __sync_fetch_and_add(&st->log_n, 1);

	if (n < XG_LOG_ROOM)
		st->log[n] = XG_RECORD(clock_ns, code);
}

/* Both ends of the exit boundary, with nothing in between. */
static __always_inline void log_boundary(struct xg_vcpu_state *st, u64 from_ns, u64 to_ns)
{
	u64 n = __sync_fetch_and_add(&st->log_n, 2);

	if (n >= XG_LOG_ROOM - 1)
		return;
	st->log[n] = XG_RECORD(from_ns, XG_CODE_ENTRY(XG_ID_BOUNDARY));
	st->log[n + 1] = XG_RECORD(to_ns, XG_CODE_RETURN(XG_ID_BOUNDARY));
}

#endif
