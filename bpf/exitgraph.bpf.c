// SPDX-License-Identifier: GPL-2.0
/*
 * All that runs in the kernel.
 *
 * boundary_* and the other named programs are attached once. call_* are templates: user
 * space loads a copy of their instructions per function, with its own attach_btf_id and
 * with the function's record code in place of XG_TEMPLATE_CODE. So are clone_*.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "boundary.h"
#include "exits_only.h"
#include "xg_template.h"

char LICENSE[] SEC("license") = "GPL";

/* The function's record code, XG_CODE_ENTRY or _RETURN of its id, put in by the loader. */
static __always_inline u64 template_code(void)
{
	u64 code;

	asm volatile("%0 = %1" : "=r"(code) : "i"(XG_TEMPLATE_CODE));
	return code;
}

SEC("tp_btf/kvm_entry")
int boundary_kvm_entry(u64 *ctx)
{
	struct kvm_vcpu *vcpu = (void *)ctx[0];

	/* Never NULL; from 6.12 on the verifier wants to see it said. */
	if (vcpu)
		boundary_entry(vcpu);
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
	boundary_exit(st, vcpu, clock_ns);
	st->exits_seen_at |= XG_EXIT_AT_TRACEPOINT;
	return 0;
}

/* In place of these two, where only exits are recorded. */
SEC("tp_btf/kvm_entry")
int exits_kvm_entry(u64 *ctx)
{
	struct kvm_vcpu *vcpu = (void *)ctx[0];

	return vcpu ? exits_only_entry(vcpu) : 0;
}

SEC("tp_btf/kvm_exit")
int exits_kvm_exit(u64 *ctx)
{
	struct kvm_vcpu *vcpu = (void *)ctx[0];

	return vcpu ? exits_only_exit(vcpu) : 0;
}

SEC("fentry")
int call_entry(u64 *ctx)
{
	struct xg_vcpu_state *st = self();

	if (st)
		log_now(st, template_code());
	return 0;
}

SEC("fexit")
int call_return(u64 *ctx)
{
	ON_STACK u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();

	if (st)
		log_at(st, clock_ns, template_code());
	return 0;
}

/* The same for the compiler's clones, which have no type and are reached by kprobes. */
SEC("kprobe")
int clone_entry(void *ctx)
{
	struct xg_vcpu_state *st = self();

	if (st)
		log_now(st, template_code());
	return 0;
}

SEC("kretprobe")
int clone_return(void *ctx)
{
	ON_STACK u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();

	if (st)
		log_at(st, clock_ns, template_code());
	return 0;
}

/* The run function of SVM: its return is the exit unless kvm_exit was seen before it. */
SEC("fexit")
int call_return_run(u64 *ctx)
{
	u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();

	if (!st)
		return 0;
	if (st->phase == XG_PHASE_GUEST) {
		clock_ns = boundary_exit(st, (void *)ctx[0], clock_ns);
		st->exits_seen_at |= XG_EXIT_AT_RETURN;
	}
	log_at(st, clock_ns, template_code());
	return 0;
}

/*
 * kvm_sched_out and kvm_sched_in are called for vCPU threads alone, the former as the task
 * that leaves, the latter as the one that comes back: off-CPU time without a probe in the
 * scheduler.
 */
SEC("fexit")
int call_return_off_cpu(u64 *ctx)
{
	u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();

	if (!st)
		return 0;
	log_at(st, clock_ns, template_code());
	log_now(st, XG_CODE_ENTRY(XG_ID_OFF_CPU));
	return 0;
}

SEC("fentry")
int call_entry_on_cpu(u64 *ctx)
{
	u64 clock_ns = bpf_ktime_get_ns();
	struct xg_vcpu_state *st = self();

	if (!st)
		return 0;
	log_at(st, clock_ns, XG_CODE_RETURN(XG_ID_OFF_CPU));
	if (config.keep)
		log_at(st, clock_ns, XG_CODE_CPU());
	log_now(st, template_code());
	return 0;
}

/* KVM_RUN, by which a thread comes back from user space, perhaps on another CPU. */
SEC("fentry")
int call_entry_run_ioctl(u64 *ctx)
{
	struct xg_vcpu_state *st = self();

	if (!st)
		return 0;
	if (config.keep)
		log_now(st, XG_CODE_CPU());
	log_now(st, template_code());
	return 0;
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
