/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What probes on functions do, whatever mechanism runs them. Most log the call and that is all;
 * on a few functions hangs more. The clock is read last at an entry, first at a return.
 */
#ifndef EXITGRAPH_BPF_CALL_H
#define EXITGRAPH_BPF_CALL_H

#include "boundary.h"
#include "xg_template.h"

/* A record code of the function, put in by the loader. */
#define template_code(which)                                                      \
	({                                                                        \
		u64 code_;                                                        \
                                                                                  \
		asm volatile("%0 = %1" : "=r"(code_) : "i"(XG_TEMPLATE_##which)); \
		code_;                                                            \
	})

/* In a program that runs at both: is this the return? The loader puts in who knows. */
static __always_inline bool session_is_return(void *ctx)
{
	u64 is_return;

	asm volatile("r1 = %1\n"
		     "r0 = %2\n"
		     "%0 = r0"
		     : "=r"(is_return)
		     : "r"(ctx), "i"(XG_TEMPLATE_IS_RETURN)
		     : "r0", "r1", "r2", "r3", "r4", "r5");
	return is_return & 1;
}

static __always_inline int call_entered(void)
{
	struct xg_vcpu_state *st = self();

	if (st)
		log_now(st, template_code(CODE));
	return 0;
}

static __always_inline int call_returned(void)
{
	ON_STACK u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();

	if (st)
		log_at(st, clock_ns, template_code(RETURN_CODE));
	return 0;
}

/* In a program for many functions: their cookies are their codes at the entry. */
static __always_inline int entered_of_many(void *ctx)
{
	ON_STACK u64 code = bpf_get_attach_cookie(ctx);
	struct xg_vcpu_state *st = self();

	if (st)
		log_now(st, code);
	return 0;
}

static __always_inline int returned_of_many(void *ctx)
{
	void *ON_STACK ctx_kept = ctx;
	ON_STACK u64 clock_ns = bpf_ktime_get_ns();
	ON_STACK u64 code = bpf_get_attach_cookie(ctx_kept) | 1;
	struct xg_vcpu_state *st = self();

	if (st)
		log_at(st, clock_ns, code);
	return 0;
}

/* KVM_RUN, by which a thread comes back from user space, perhaps on another CPU. */
static __always_inline int run_ioctl_entered(u64 code)
{
	struct xg_vcpu_state *st = self();

	if (!st)
		return 0;
	skipped_arrive(st);
	if (config.keep)
		log_now(st, XG_CODE_CPU());
	log_now(st, code);
	return 0;
}

/* From here to the next entry, the thread may be anywhere. */
static __always_inline int run_ioctl_returned(u64 code)
{
	u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();

	if (!st)
		return 0;
	log_at(st, clock_ns, code);
	skipped_leave(st);
	return 0;
}

/*
 * The run function of SVM: its return is the exit unless kvm_exit was seen before it. @vcpu is
 * its argument, or 0 where that is not known: then it is the one that the thread has entered.
 */
static __always_inline int run_returned(struct kvm_vcpu *vcpu)
{
	u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();

	if (!st)
		return 0;
	if (st->phase == XG_PHASE_GUEST) {
		if (vcpu)
			reason_note(st, vcpu);
		else
			reason_note_of(st, (void *)st->vcpu);
		clock_ns = boundary_exit(st, clock_ns);
		st->exits_seen_at |= XG_EXIT_AT_RETURN;
	}
	log_at(st, clock_ns, template_code(RETURN_CODE));
	return 0;
}

/*
 * kvm_sched_out and kvm_sched_in are called for vCPU threads alone, the former as the task
 * that leaves, the latter as the one that comes back: off-CPU time without a probe in the
 * scheduler.
 */
static __always_inline int sched_out_returned(u64 code)
{
	u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();

	if (!st)
		return 0;
	log_at(st, clock_ns, code);
	skipped_leave(st);
	log_now(st, XG_CODE_ENTRY(XG_ID_OFF_CPU));
	return 0;
}

static __always_inline int sched_in_entered(u64 code)
{
	u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();

	if (!st)
		return 0;
	log_at(st, clock_ns, XG_CODE_RETURN(XG_ID_OFF_CPU));
	skipped_arrive(st);
	if (config.keep)
		log_at(st, clock_ns, XG_CODE_CPU());
	log_now(st, code);
	return 0;
}

/*
 * In programs for some of those functions on which more hangs, and that never disturb each other:
 * what it is, their cookies tell.
 */
static __always_inline int entered_by_role(void *ctx)
{
	u64 clock_ns = bpf_ktime_get_ns();
	u64 cookie = bpf_get_attach_cookie(ctx);
	struct xg_vcpu_state *st = self();

	if (!st)
		return 0;
	if (cookie & XG_ROLE_ON_CPU)
		log_at(st, clock_ns, XG_CODE_RETURN(XG_ID_OFF_CPU));
	if (cookie & (XG_ROLE_RUN_IOCTL | XG_ROLE_ON_CPU)) {
		skipped_arrive(st);
		if (config.keep)
			log_at(st, clock_ns, XG_CODE_CPU());
	}
	log_now(st, cookie & XG_CODE_MASK);
	return 0;
}

static __always_inline int returned_by_role(void *ctx)
{
	u64 clock_ns = bpf_ktime_get_ns();
	u64 cookie = bpf_get_attach_cookie(ctx), code = (cookie & XG_CODE_MASK) | 1;
	struct xg_vcpu_state *st = self();

	if (!st)
		return 0;
	log_at(st, clock_ns, code);
	if (cookie & (XG_ROLE_RUN_IOCTL | XG_ROLE_OFF_CPU))
		skipped_leave(st);
	if (cookie & XG_ROLE_OFF_CPU)
		log_now(st, XG_CODE_ENTRY(XG_ID_OFF_CPU));
	return 0;
}

#endif
