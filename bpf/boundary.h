/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two boundaries of a cycle. Both read the clock first and last; what lies between is
 * their own work and in no call's time.
 */
#ifndef EXITGRAPH_BPF_BOUNDARY_H
#define EXITGRAPH_BPF_BOUNDARY_H

#include "begin.h"
#include "capture.h"
#include "reason.h"
#include "skipped.h"

/*
 * At kvm_entry: the cycle before is over, the next one starts. @keep: some cycles are kept whole.
 *
 * `sequence` is odd from before `armed` is read until all is written, so that user space,
 * having disarmed, needs only to wait until it is even.
 */
static __always_inline void boundary_entry(struct kvm_vcpu *vcpu, bool keep)
{
	u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();
	u64 now_ns;

	if (st && st->vcpu != (u64)vcpu) {
		/* One thread runs several vCPUs: their slots take turns. */
		if (st->phase == XG_PHASE_EXIT)
			st->loss[XG_LOSS_VCPU_MOVED]++;
		st->phase = XG_PHASE_NONE;
		st->task = 0;
		st = 0;
	}
	if (!st) {
		if (!control.armed)
			return;
		st = begin(vcpu, clock_ns);
		if (!st)
			return;
		st->phase = XG_PHASE_NONE;
		st->skipped = 0;
		skipped_arrive(st);
	}
	__sync_fetch_and_add(&st->sequence, 1);
	if (!control.armed) {
		end(st);
	} else {
		if (st->phase == XG_PHASE_EXIT) {
			bool skipped = skipped_take(st);

			if (skipped)
				skipped_spoil(st, clock_ns);
			account_cycle(st, clock_ns);
			if (skipped)
				skipped_count(st);
			if (keep)
				capture(st, vcpu);
		} else if (st->phase == XG_PHASE_GUEST) {
			st->loss[XG_LOSS_ENTRY_WITHOUT_EXIT]++;
			account_assume_base(st);
		}
		st->log_n = 0;
		st->phase = XG_PHASE_GUEST;
	}
	if (keep)
		st->cpu = bpf_get_smp_processor_id();
	__sync_fetch_and_add(&st->sequence, 1);
	now_ns = bpf_ktime_get_ns();
	st->entry_clock_ns = now_ns;
	st->loss[XG_LOSS_PROBE_NS] += now_ns - clock_ns;
}

/*
 * The first point after the guest ran at which its exit can be seen; @clock_ns was read there,
 * and the reason is noted. Returns the clock at the end.
 */
static __always_inline u64 boundary_exit(struct xg_vcpu_state *st, u64 clock_ns)
{
	u64 now_ns;

	st->phase = XG_PHASE_EXIT;
	now_ns = bpf_ktime_get_ns();
	st->exit_clock_ns = now_ns;
	log_boundary(st, clock_ns, now_ns);
	st->loss[XG_LOSS_PROBE_NS] += now_ns - clock_ns;
	return now_ns;
}

#endif
