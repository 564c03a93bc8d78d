// SPDX-License-Identifier: GPL-2.0
/*
 * All that runs in the kernel.
 *
 * boundary_* and the other named programs are attached once. call_* are
 * templates, attached nowhere: user space loads copies of their instructions, per function or
 * for many, with what is to be put in them (xg_template.h).
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "call.h"
#include "exits_only.h"

char LICENSE[] SEC("license") = "GPL";

SEC("tp_btf/kvm_entry")
int boundary_kvm_entry(u64 *ctx)
{
	struct kvm_vcpu *vcpu = (void *)ctx[0];

	/* Never NULL; from 6.12 on the verifier wants to see it said. */
	if (vcpu)
		boundary_entry(vcpu, false);
	return 0;
}

/* In its place, where cycles are kept whole: what that takes need not be verified else. */
SEC("tp_btf/kvm_entry")
int boundary_kvm_entry_keep(u64 *ctx)
{
	struct kvm_vcpu *vcpu = (void *)ctx[0];

	if (vcpu)
		boundary_entry(vcpu, true);
	return 0;
}

/*
 * On SVM up to 6.1 this tracepoint fires only in the exit handler, when the run function's
 * return has been taken for the exit already: whoever sees the guest phase end is right.
 */
SEC("tp_btf/kvm_exit")
int boundary_kvm_exit(u64 *ctx)
{
	u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();
	struct kvm_vcpu *vcpu = (void *)ctx[0];

	if (!st || !vcpu || st->phase != XG_PHASE_GUEST)
		return 0;
	reason_note(st, vcpu);
	boundary_exit(st, clock_ns);
	st->exits_seen_at |= XG_EXIT_AT_TRACEPOINT;
	return 0;
}

/*
 * In place of these two, where only exits are recorded: one pair, by the vendor and the kernel's
 * age. The old ones are for kernels without bpf_rdonly_cast() (up to 6.1), whose verifiers do
 * not want to hear that the vCPU is not NULL, either.
 */
#define EXITS_ONLY(name, at, call)                       \
	SEC("tp_btf/" #at)                               \
	int name(u64 *ctx)                               \
	{                                                \
		struct kvm_vcpu *vcpu = (void *)ctx[0];  \
							 \
		return call;                             \
	}

EXITS_ONLY(exits_kvm_entry, kvm_entry, vcpu ? exits_only_entry(vcpu) : 0)
EXITS_ONLY(exits_kvm_entry_old, kvm_entry, exits_only_entry(vcpu))
EXITS_ONLY(exits_kvm_exit_svm, kvm_exit, vcpu ? exits_only_exit(vcpu, true, true) : 0)
EXITS_ONLY(exits_kvm_exit_svm_old, kvm_exit, exits_only_exit(vcpu, true, false))
EXITS_ONLY(exits_kvm_exit_vmx, kvm_exit, vcpu ? exits_only_exit(vcpu, false, true) : 0)
EXITS_ONLY(exits_kvm_exit_vmx_old, kvm_exit, exits_only_exit(vcpu, false, false))

/*
 * Templates. What their copies are, fentry or fexit programs say, the loader decides: these are
 * never loaded themselves (user/attach/template.h).
 */

SEC("kprobe")
int call_entry(void *ctx)
{
	return call_entered();
}

SEC("kprobe")
int call_return(void *ctx)
{
	return call_returned();
}

SEC("kprobe")
int call_entry_run_ioctl(void *ctx)
{
	return run_ioctl_entered(template_code(CODE));
}

SEC("kprobe")
int call_return_run_ioctl(void *ctx)
{
	return run_ioctl_returned(template_code(RETURN_CODE));
}

/* By its type, of which only these need to know; and without. */
SEC("kprobe")
int call_return_run(u64 *ctx)
{
	return run_returned((struct kvm_vcpu *)ctx[0]);
}

SEC("kprobe")
int call_session_run(u64 *ctx)
{
	return session_is_return(ctx) ? run_returned((struct kvm_vcpu *)ctx[0]) : call_entered();
}

SEC("kprobe")
int kprobe_return_run(void *ctx)
{
	return run_returned(0);
}

SEC("kprobe")
int call_return_off_cpu(void *ctx)
{
	return sched_out_returned(template_code(RETURN_CODE));
}

SEC("kprobe")
int call_entry_on_cpu(void *ctx)
{
	return sched_in_entered(template_code(CODE));
}

/* Run at both, the entry and the return. */
SEC("kprobe")
int call_session(void *ctx)
{
	return session_is_return(ctx) ? call_returned() : call_entered();
}

/* For many functions. */
SEC("kprobe")
int call_entry_multi(void *ctx)
{
	return entered_of_many(ctx);
}

SEC("kprobe")
int call_return_multi(void *ctx)
{
	return returned_of_many(ctx);
}

SEC("kprobe")
int call_session_multi(void *ctx)
{
	return session_is_return(ctx) ? returned_of_many(ctx) : entered_of_many(ctx);
}

/* For some on which more hangs. */
SEC("kprobe")
int call_session_role(void *ctx)
{
	return session_is_return(ctx) ? returned_by_role(ctx) : entered_by_role(ctx);
}

/* The vCPU goes away: its slot is for user space to read and to free. */
SEC("fentry/kvm_arch_vcpu_destroy")
int vcpu_destroy(u64 *ctx)
{
	struct xg_vcpu_state *st;
	u64 key = ctx[0];
	u32 *slot;

	slot = bpf_map_lookup_elem(&slots, &key);
	if (!slot)
		return 0;
	st = state_at(*slot);
	if (st) {
		if (st->task)
			forget(st->task);
		exits_only_end(st);
		end(st);
		st->status = XG_SLOT_DEAD;
	}
	bpf_map_delete_elem(&slots, &key);
	return 0;
}

/* A thread ends before its vCPU: its task_struct's address may come back as another task. */
SEC("tp_btf/sched_process_exit")
int task_exit(u64 *ctx)
{
	struct xg_vcpu_state *st = self();
	u64 task = bpf_get_current_task();

	if (st)
		end(st);
	forget(task);
	if (control.filter_ancestor)
		bpf_map_delete_elem(&ignored, &task);
	return 0;
}

/*
 * Run on purpose by user space (user/attach/trial.c): which task is it? An address, from the bit
 * on that is asked for.
 */
SEC("raw_tp")
int trial_task(u64 *ctx)
{
	return bpf_get_current_task() >> (ctx[0] & 63);
}

/* What boundary_kvm_exit is but for the reason, which it reads between its two readings of the clock. */
SEC("raw_tp")
int trial_boundary(u64 *ctx)
{
	u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();

	if (!st || st->phase != XG_PHASE_GUEST)
		return 0;
	boundary_exit(st, clock_ns);
	st->exits_seen_at |= XG_EXIT_AT_TRACEPOINT;
	st->phase = XG_PHASE_GUEST;
	return 0;
}

/* Read once by user space, which has put down whose counters are to be found. */
SEC("iter/bpf_prog")
int watch_programs(u64 *ctx)
{
	const struct bpf_prog *program = (void *)ctx[1];

	if (program)
		skipped_find(program);
	return 0;
}
