/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Boundaries alone, for recording always: each exit's reason and latency, and nothing else.
 * No function is attached, so the exit is where the kvm_exit tracepoint has it. Two clock
 * readings an exit: the last thing at the exit, the first thing at the entry.
 *
 * These have programs of their own, which do no more than that; all that is rare is in
 * functions that are not inlined, so that the programs save no registers for it. That an exit was
 * seen shows by its clock: 0 is "not yet".
 */
#ifndef EXITGRAPH_BPF_EXITS_ONLY_H
#define EXITGRAPH_BPF_EXITS_ONLY_H

#include "begin.h"
#include "reason.h"

/* The exit is over, after @ns, and its reason was not the latest with these lowest bits. */
static __noinline int exits_only_find(struct xg_vcpu_state *st, u64 ns)
{
	struct xg_latest *latest;

	if (!st) /* never; said for the verifier */
		return 0;
	latest = &st->latest[st->reason & (XG_LATEST - 1)];
	if (account_reason(st, st->reason)) {
		st->loss[XG_LOSS_REASONS_FULL]++;
		return 0;
	}
	latest->next_code = st->reason + 1;
	latest->node_at = XG_NODE_AT(st->latency);
	apply_call(st, account_node(st, st->latency), ns);
	return 0;
}

/* The exit is over, after @ns. */
static __always_inline void exits_only_account(struct xg_vcpu_state *st, u64 ns)
{
	const struct xg_latest *latest = &st->latest[st->reason & (XG_LATEST - 1)];

	if (LIKELY(latest->next_code == st->reason + 1))
		apply_call(st, apply_at(st->nodes, (u64)latest->node_at << XG_NODE_UNIT_SHIFT), ns);
	else
		exits_only_find(st, ns);
}

/* The first entry of @vcpu in this thread. */
static __noinline int exits_only_begin(struct kvm_vcpu *vcpu, u64 clock_ns)
{
	struct xg_vcpu_state *st = self();

	if (!vcpu)
		return 0;
	if (st) {
		/* One thread runs several vCPUs: their slots take turns. */
		if (st->exit_clock_ns)
			st->loss[XG_LOSS_VCPU_MOVED]++;
		st->phase = XG_PHASE_NONE;
		st->task = 0;
	}
	if (!control.armed)
		return 0;
	st = begin(vcpu, clock_ns);
	if (!st)
		return 0;
	st->exits_seen_at = XG_EXIT_AT_TRACEPOINT;
	st->exit_clock_ns = 0;
	st->phase = XG_PHASE_GUEST;
	return 0;
}

/* At kvm_entry. About `sequence` and `armed` see boundary_entry(). */
static __always_inline int exits_only_entry(struct kvm_vcpu *vcpu)
{
	ON_STACK u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();
	u64 exit_clock_ns;

	if (!LIKELY(st && st->vcpu == (u64)vcpu))
		return exits_only_begin(vcpu, clock_ns);
	__sync_fetch_and_add(&st->sequence, 1);
	exit_clock_ns = st->exit_clock_ns;
	if (!LIKELY(control.armed))
		end(st);
	else if (LIKELY(exit_clock_ns))
		exits_only_account(st, clock_ns - exit_clock_ns);
	else
		st->loss[XG_LOSS_ENTRY_WITHOUT_EXIT]++;
	st->exit_clock_ns = 0;
	st->sequence++;
	return 0;
}

/* At kvm_exit. */
static __always_inline int exits_only_exit(struct kvm_vcpu *vcpu)
{
	struct xg_vcpu_state *st = self();

	if (!LIKELY(st))
		return 0;
	reason_note(st, vcpu);
	st->exit_clock_ns = bpf_ktime_get_ns();
	return 0;
}

#endif
