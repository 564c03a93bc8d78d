// SPDX-License-Identifier: GPL-2.0
/*
 * The floors of the benchmark: what tracing takes at the least, a step at a time. Each step
 * is a pair of programs (the table is in floor.c), and its cost is what it takes beyond the
 * step before, measured as exitgraph is: by the guest that is slowed down.
 *
 *	on functions		at the boundaries
 *	empty			empty			the way into BPF and out
 *	clock			clock			reading the clock, once in each program
 *				reason			reading the exit reason
 *	account			account			one vCPU's calls or exits, their sum, least
 *							and longest, and a histogram
 *
 * The last ones hold what a recording is for, and leave out all that makes it one: the tree
 * and its consistency, more than one vCPU, losses, begin and end, preemption.
 */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "floor.h"
#include "kvm_types.h"
#include "xg_hist.h"
#include "xg_template.h"

char LICENSE[] SEC("license") = "GPL";

const volatile bool is_svm;

extern void *bpf_rdonly_cast(void *address, u32 btf_id) __ksym __weak;

u64 vcpu_task;
struct floor_sum sums[FLOOR_SUMS];
u64 last_reason; /* of the latest exit; sums[0] are that reason's, for the guest has but one */
const void *last_vcpu, *last_reason_at;

/* Which sum a function has: put in by the loader, as exitgraph does. */
static __always_inline struct floor_sum *sum_of_function(void)
{
	u32 i;

	asm volatile("%0 = %1" : "=r"(i) : "i"(XG_TEMPLATE_CODE));
	return &sums[i & (FLOOR_SUMS - 1)];
}

/* A value of another octave than the one before. */
static __attribute__((noinline)) int add_octave(struct floor_sum *sum, u64 ns)
{
	u32 bucket = xg_hist_bucket(ns);

	if (!sum)
		return 0;
	sum->shift = bucket < 2 * XG_HIST_SUB ? 63 : bucket / XG_HIST_SUB - 1;
	sum->bucket[bucket & (FLOOR_BUCKETS - 1)]++;
	return 0;
}

static __always_inline void add(struct floor_sum *sum, u64 ns)
{
	u64 shift = sum->shift & 63, place = (ns >> shift) - XG_HIST_SUB;

	sum->cnt++;
	sum->ns += ns;
	if (ns < sum->min_ns)
		sum->min_ns = ns;
	if (ns > sum->max_ns)
		sum->max_ns = ns;
	if (place < XG_HIST_SUB)
		sum->bucket[((shift + 1) * XG_HIST_SUB + place) & (FLOOR_BUCKETS - 1)]++;
	else
		add_octave(sum, ns);
}

SEC("fentry")
int empty_entry(u64 *ctx)
{
	return 0;
}

SEC("fexit")
int empty_return(u64 *ctx)
{
	return 0;
}

SEC("fentry")
int clock_entry(u64 *ctx)
{
	bpf_ktime_get_ns();
	return 0;
}

SEC("fexit")
int clock_return(u64 *ctx)
{
	bpf_ktime_get_ns();
	return 0;
}

SEC("fentry")
int account_entry(u64 *ctx)
{
	struct floor_sum *sum = sum_of_function();

	if (bpf_get_current_task() == vcpu_task)
		sum->from_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("fexit")
int account_return(u64 *ctx)
{
	u64 clock_ns = bpf_ktime_get_ns();
	struct floor_sum *sum = sum_of_function();

	if (bpf_get_current_task() == vcpu_task)
		add(sum, clock_ns - sum->from_ns);
	return 0;
}

/* Whose calls count in account_*. */
SEC("tp_btf/kvm_entry")
int vcpu_note(u64 *ctx)
{
	vcpu_task = bpf_get_current_task();
	return 0;
}

SEC("tp_btf/kvm_entry")
int boundary_empty_entry(u64 *ctx)
{
	return 0;
}

SEC("tp_btf/kvm_exit")
int boundary_empty_exit(u64 *ctx)
{
	return 0;
}

SEC("tp_btf/kvm_entry")
int boundary_clock_entry(u64 *ctx)
{
	bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/kvm_exit")
int boundary_clock_exit(u64 *ctx)
{
	bpf_ktime_get_ns();
	return 0;
}

/* From any address, by a load that the verifier writes into the program (6.2), or a call. */
static __always_inline u64 load(const void *address)
{
	u64 value = 0;

	if (bpf_rdonly_cast) {
		/* Any type that begins with a number of 64 bits. */
		const u64 *any = bpf_rdonly_cast((void *)address,
						 bpf_core_type_id_kernel(struct task_struct));

		return *any;
	}
	bpf_probe_read_kernel(&value, sizeof(value), address);
	return value;
}

/* Where the reason is: always the same place, but on SVM while a guest has a guest of its own. */
static __always_inline const void *reason_at(const void *vcpu)
{
	const struct vcpu_svm *svm = vcpu;
	const struct vmcb *vmcb = 0;

	if (!is_svm && bpf_core_field_exists(struct vcpu_vmx, exit_reason))
		return &((const struct vcpu_vmx *)vcpu)->exit_reason.full;
	if (!is_svm)
		return &((const struct vcpu_vmx___7_2 *)vcpu)->vt.exit_reason.full;
	bpf_core_read(&vmcb, sizeof(vmcb), &svm->vmcb);
	return &vmcb->control.exit_code;
}

static __always_inline void note_reason(const void *vcpu)
{
	if (vcpu != last_vcpu) {
		last_vcpu = vcpu;
		last_reason_at = reason_at(vcpu);
	}
	last_reason = load(last_reason_at);
}

SEC("tp_btf/kvm_exit")
int boundary_reason_exit(u64 *ctx)
{
	if (ctx[0])
		note_reason((void *)ctx[0]);
	bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/kvm_exit")
int boundary_account_exit(u64 *ctx)
{
	if (!ctx[0])
		return 0;
	note_reason((void *)ctx[0]);
	sums[0].from_ns = bpf_ktime_get_ns();
	return 0;
}

/* What tells the vCPU is an argument here; the task need not be asked for. */
SEC("tp_btf/kvm_entry")
int boundary_account_entry(u64 *ctx)
{
	u64 clock_ns = bpf_ktime_get_ns();

	if ((const void *)ctx[0] == last_vcpu)
		add(&sums[0], clock_ns - sums[0].from_ns);
	return 0;
}
