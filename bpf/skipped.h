/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cycles in which the kernel skipped a probe.
 *
 * It does not run a program that is running already on that CPU: because an interrupt came in
 * the middle of it, or because its task was preempted there and another vCPU's thread took the
 * CPU. Where one program serves many functions, that is all of this thread's calls, entries and
 * returns, until the other one goes on: nothing in its log is wrong, it is only too short.
 *
 * But the kernel counts what it skips, per program and CPU. So each thread looks how far these
 * counters have come when it gets a CPU, and again when it leaves it or its cycle ends: if they
 * moved, it was in this cycle, and the cycle is dropped. There are few of these programs. Those
 * of one function each are too many to be looked at, but there the entry's program and that of
 * the return are rarely both skipped, and then one of them misses the other.
 */
#ifndef EXITGRAPH_BPF_SKIPPED_H
#define EXITGRAPH_BPF_SKIPPED_H

#include <bpf/bpf_core_read.h>

#include "bpf_types.h"
#include "reason.h"
#include "self.h"

extern const unsigned long this_cpu_off __ksym __weak;

/* Runs skipped on this CPU. It must not be left meanwhile; else a cycle more is dropped. */
static __always_inline u64 skipped_here(void)
{
	u64 base = *(const unsigned long *)bpf_this_cpu_ptr(&this_cpu_off), sum = 0;

#pragma unroll
	for (int i = 0; i < XG_WATCHED; i++) {
		u64 misses = control.watched_misses[i];

		if (!misses)
			break;
		sum += reason_cast((void *)(misses + base));
	}
	return sum;
}

/* The thread has got a CPU. */
static __always_inline void skipped_arrive(struct xg_vcpu_state *st)
{
	if (config.watch)
		st->skipped_base = skipped_here();
}

/* It is about to leave it. */
static __always_inline void skipped_leave(struct xg_vcpu_state *st)
{
	if (config.watch)
		st->skipped |= skipped_here() - st->skipped_base;
}

/* The cycle ends: was any of its probes skipped? */
static __always_inline bool skipped_take(struct xg_vcpu_state *st)
{
	u64 now, skipped;

	if (!config.watch)
		return false;
	now = skipped_here();
	skipped = st->skipped | (now - st->skipped_base);
	st->skipped_base = now;
	st->skipped = 0;
	return skipped;
}

/* A record that fits nowhere: the accounting drops the cycle whose log has it. */
static __always_inline void skipped_spoil(struct xg_vcpu_state *st, u64 clock_ns)
{
	log_at(st, clock_ns, XG_CODE_SPOIL);
}

/* After the accounting: it took the cause for a mismatch. */
static __always_inline void skipped_count(struct xg_vcpu_state *st)
{
	if (st->bad != XG_LOSS_MISMATCH + 1)
		return;
	st->loss[XG_LOSS_MISMATCH]--;
	st->loss[XG_LOSS_SKIPPED]++;
}

/* For each program that there is, once, when all are loaded: find the watched ones' counters. */
static __always_inline void skipped_find(const struct bpf_prog *program)
{
	u32 id = BPF_CORE_READ(program, aux, id);

#pragma unroll
	for (int i = 0; i < XG_WATCHED; i++)
		if (control.watched_id[i] == id)
			control.watched_misses[i] =
				(u64)BPF_CORE_READ(program, stats) +
				bpf_core_field_offset(struct bpf_prog_stats, misses);
}

#endif
