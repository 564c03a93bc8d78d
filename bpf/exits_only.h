/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Boundaries alone, for recording always: each exit's reason and latency, and nothing else.
 * No function is attached, so the exit is where the kvm_exit tracepoint has it. Two clock
 * readings an exit: the last thing at the exit, the first thing at the entry.
 */
#ifndef EXITGRAPH_BPF_EXITS_ONLY_H
#define EXITGRAPH_BPF_EXITS_ONLY_H

#include "account.h"
#include "reason.h"

/* At the entry: the exit before is over. */
static __always_inline void exits_only_entry(struct xg_vcpu_state *st, u64 clock_ns)
{
	struct xg_reason *reason = &st->reasons[st->last_reason & (XG_REASONS - 1)];
	u32 latency = reason->latency;

	if (!reason->root || reason->code != st->reason) {
		if (account_reason(st, st->reason)) {
			st->loss[XG_LOSS_REASONS_FULL]++;
			return;
		}
		latency = st->latency;
	}
	apply_call(st, account_node(st, latency), clock_ns - st->exit_clock_ns);
}

/* At the exit. */
static __always_inline void exits_only_exit(struct xg_vcpu_state *st, void *vcpu)
{
	reason_note(st, vcpu);
	st->phase = XG_PHASE_EXIT;
	st->exits_seen_at = XG_EXIT_AT_TRACEPOINT;
	st->exit_clock_ns = bpf_ktime_get_ns();
}

#endif
