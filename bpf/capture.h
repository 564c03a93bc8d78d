/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cycles kept whole: decided when a cycle has just been accounted for, sent as its log.
 *
 * What is read of the exit is what KVM still has at the next entry. On SVM that is all, if it
 * is still the same VMCB (a nested guest has its own): VMRUN alone writes these fields, and KVM
 * copies RIP into it only after kvm_entry. On VMX, KVM reads them from the VMCS when a handler
 * wants them, and marks in regs_avail what it has read since the exit: only that is known.
 */
#ifndef EXITGRAPH_BPF_CAPTURE_H
#define EXITGRAPH_BPF_CAPTURE_H

#include <bpf/bpf_core_read.h>

#include "account.h"
#include "maps.h"
#include "reason.h"

#define CAPTURE_READ(to, from) bpf_core_read(&(to), sizeof(to), &(from))
#define CAPTURE_REG_BIT(reg)   (1ULL << bpf_core_enum_value(enum kvm_reg, reg))

/* The general registers that KVM has in memory, and RIP, where the guest goes on. */
static __always_inline void capture_registers(struct xg_capture *to, const void *vcpu, u64 *avail,
					      u64 *dirty)
{
	const struct kvm_vcpu___7_2 *new = vcpu;
	const struct kvm_vcpu *old = vcpu;

	if (bpf_core_field_exists(new->arch.rip)) {
		CAPTURE_READ(*avail, new->arch.regs_avail[0]);
		CAPTURE_READ(*dirty, new->arch.regs_dirty[0]);
		CAPTURE_READ(to->next_rip, new->arch.rip);
	} else {
		u32 bits = 0;

		CAPTURE_READ(bits, old->arch.regs_avail);
		*avail = bits;
		CAPTURE_READ(bits, old->arch.regs_dirty);
		*dirty = bits;
		CAPTURE_READ(to->next_rip, old->arch.regs[16]);
	}
}

static __always_inline bool capture_is_protected(const void *vcpu)
{
	const struct kvm_vcpu *v = vcpu;
	bool is_protected = false;

	if (bpf_core_field_exists(v->arch.guest_state_protected))
		CAPTURE_READ(is_protected, v->arch.guest_state_protected);
	return is_protected;
}

static __always_inline void capture_svm(struct xg_capture *to, const void *vcpu, u64 exit_vmcb)
{
	const struct vmcb *vmcb = reason_vmcb(vcpu);
	u64 avail = 0, dirty = 0;

	to->known = 0;
	capture_registers(to, vcpu, &avail, &dirty);
	if ((u64)vmcb != exit_vmcb)
		return;
	CAPTURE_READ(to->rip, vmcb->save.rip);
	CAPTURE_READ(to->info1, vmcb->control.exit_info_1);
	CAPTURE_READ(to->info2, vmcb->control.exit_info_2);
	CAPTURE_READ(to->intr_info, vmcb->control.exit_int_info);
	to->known = XG_KNOWN_RIP | XG_KNOWN_NEXT_RIP | XG_KNOWN_INFO1 | XG_KNOWN_INFO2 |
		    XG_KNOWN_INTR_INFO;
	if (capture_is_protected(vcpu))
		to->known &= ~(XG_KNOWN_RIP | XG_KNOWN_NEXT_RIP);
}

static __always_inline void capture_vmx(struct xg_capture *to, const void *vcpu)
{
	const struct vcpu_vmx *old = vcpu;
	u64 avail = 0, dirty = 0;
	u32 vectoring = 0;

	capture_registers(to, vcpu, &avail, &dirty);
	if (bpf_core_field_exists(old->exit_reason)) {
		CAPTURE_READ(to->info1, old->exit_qualification);
		CAPTURE_READ(to->intr_info, old->exit_intr_info);
		CAPTURE_READ(vectoring, old->idt_vectoring_info);
	} else {
		const struct vcpu_vmx___7_2 *new = vcpu;

		CAPTURE_READ(to->info1, new->vt.exit_qualification);
		CAPTURE_READ(to->intr_info, new->vt.exit_intr_info);
		CAPTURE_READ(vectoring, new->idt_vectoring_info);
	}
	to->info2 = vectoring;
	to->known = XG_KNOWN_INFO2;
	if (avail & CAPTURE_REG_BIT(VCPU_EXREG_EXIT_INFO_1))
		to->known |= XG_KNOWN_INFO1;
	if (avail & CAPTURE_REG_BIT(VCPU_EXREG_EXIT_INFO_2))
		to->known |= XG_KNOWN_INTR_INFO;
	if (!(avail & CAPTURE_REG_BIT(VCPU_REGS_RIP)))
		return;
	to->known |= XG_KNOWN_NEXT_RIP;
	if (dirty & CAPTURE_REG_BIT(VCPU_REGS_RIP))
		return;
	/* Read and not written: the guest goes on where it exited. */
	to->rip = to->next_rip;
	to->known |= XG_KNOWN_RIP;
}

/* Is a latency among the slowest of its reason so far? */
static __always_inline bool capture_is_slow(const struct xg_keep *keep, u64 latency_ns)
{
	return keep->slow_n < config.slowest ||
	       latency_ns > keep->slow_ns[keep->slow_least & (XG_SLOWEST_MAX - 1)];
}

struct capture_search {
	struct xg_keep *keep;
	u64 least_ns;
};

static long capture_search_body(u32 i, struct capture_search *search)
{
	u64 ns = search->keep->slow_ns[i & (XG_SLOWEST_MAX - 1)];

	if (ns < search->least_ns) {
		search->least_ns = ns;
		search->keep->slow_least = i;
	}
	return 0;
}

/* Remember it, in place of the least if there are enough. */
static __always_inline void capture_note_slow(struct xg_keep *keep, u64 latency_ns)
{
	struct capture_search search = { .keep = keep, .least_ns = ~0ULL };
	u32 place = keep->slow_least;

	if (keep->slow_n < config.slowest)
		place = keep->slow_n++;
	keep->slow_ns[place & (XG_SLOWEST_MAX - 1)] = latency_ns;
	bpf_loop(keep->slow_n, capture_search_body, &search, 0);
}

/* Where the next sample is. It moves on whether or not the ring buffer had room for this. */
static __always_inline void capture_note_sample(struct xg_keep *keep)
{
	if (!keep->stride)
		keep->stride = 1;
	keep->sample_at += keep->stride;
	if (++keep->sample_n < 2 * config.samples)
		return;
	keep->stride *= 2;
	keep->sample_n = config.samples;
}

static __always_inline u32 capture_why(struct xg_vcpu_state *st, const struct xg_keep *keep)
{
	u32 why = 0;

	if ((config.keep & XG_KEEP_OVER) && st->latency_ns > config.over_ns)
		why |= XG_KEEP_OVER;
	if ((config.keep & XG_KEEP_SLOWEST) && capture_is_slow(keep, st->latency_ns))
		why |= XG_KEEP_SLOWEST;
	if ((config.keep & XG_KEEP_SAMPLE) && !st->bad &&
	    account_node(st, st->root)->calls > keep->sample_at)
		why |= XG_KEEP_SAMPLE;
	return why;
}

static __always_inline void capture_fill(struct xg_vcpu_state *st, const void *vcpu, u32 why)
{
	struct xg_capture *to = &st->capture;

	to->entry_clock_ns = st->entry_clock_ns;
	to->end_ns = st->end_ns;
	to->latency_ns = st->latency_ns;
	to->reason = st->reason;
	to->why = why;
	to->depth = st->guest_depth;
	to->pid = st->pid;
	to->vcpu_id = st->vcpu_id;
	to->tid = st->tid;
	to->cpu = st->cpu;
	to->began_ns = st->began_ns;
	to->number = account_node(st, st->root)->calls - 1;
	to->log_n = st->log_n;
	if (config.isa == ISA_SVM)
		capture_svm(to, vcpu, st->vmcb);
	else
		capture_vmx(to, vcpu);
}

/*
 * Header and log in one piece. User space looks every so often; it is woken up when a quarter
 * of the room is taken, and only then, for that takes an interrupt on this CPU.
 */
static __always_inline long capture_send(struct xg_vcpu_state *st)
{
	u64 limit = bpf_ringbuf_query(&captures, BPF_RB_RING_SIZE) / 4;
	u64 before = bpf_ringbuf_query(&captures, BPF_RB_AVAIL_DATA);
	u64 n = st->log_n, size, flags;

	if (n > XG_LOG_ROOM)
		return -1;
	size = sizeof(st->capture) + n * sizeof(st->log[0]);
	flags = before < limit && before + size >= limit ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
	return bpf_ringbuf_output(&captures, &st->capture, size, flags);
}

/* The cycle of @st has been accounted for, its log is still there: keep it, if it is wanted. */
static __always_inline void capture(struct xg_vcpu_state *st, const void *vcpu)
{
	struct xg_keep *keep = &st->keep[st->last_reason & (XG_REASONS - 1)];
	u32 why = st->latency ? capture_why(st, keep) : 0;

	if (!why)
		return;
	if (st->bad || !st->began_at_base) {
		st->loss[XG_LOSS_KEEP_DROPPED]++;
		return;
	}
	if (control.keep_full && why == XG_KEEP_OVER) {
		st->loss[XG_LOSS_KEEP_LIMIT]++;
		return;
	}
	st->capture.stride = keep->stride ?: 1;
	if (why & XG_KEEP_SAMPLE)
		capture_note_sample(keep);
	capture_fill(st, vcpu, why);
	if (capture_send(st)) {
		st->loss[XG_LOSS_KEEP_NO_ROOM]++;
		return;
	}
	if (why & XG_KEEP_SLOWEST)
		capture_note_slow(keep, st->latency_ns);
}

#endif
