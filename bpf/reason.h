/* SPDX-License-Identifier: GPL-2.0 */
/* The exit reason, from the vendor's own structures. */
#ifndef EXITGRAPH_BPF_REASON_H
#define EXITGRAPH_BPF_REASON_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "kvm_types.h"
#include "self.h"

#define ISA_VMX 1
#define ISA_SVM 2

/* VMX: the basic reason, and bit 31, a failed VM entry; the bits between say how, not why. */
#define VMX_REASON_MASK 0x8000ffffULL

extern void *bpf_rdonly_cast(const void *object, u32 btf_id) __ksym __weak;

/*
 * 8 bytes of the kernel's memory. What is cast is read with a plain instruction, and so costs
 * next to nothing against bpf_probe_read_kernel(); a bad address reads 0 either way.
 */
static __always_inline u64 reason_cast(const void *from)
{
	/* Any type will do that begins with a number of 64 bits; this one is needed anyway, and for
	 * each libbpf goes through all types of the kernel. */
	const u64 *any = bpf_rdonly_cast(from, bpf_core_type_id_kernel(struct task_struct));

	return *any;
}

static __always_inline u64 reason_read(const void *from)
{
	u64 value = 0;

	if (config.has_cast)
		return reason_cast(from);
	bpf_probe_read_kernel(&value, sizeof(value), from);
	return value;
}

#define REASON_FIELD(object, field) ((const void *)(object) + bpf_core_field_offset(object->field))

static __always_inline const void *reason_at_vmx(const void *vcpu)
{
	const struct vcpu_vmx *old = vcpu;
	const struct vcpu_vmx___7_2 *new = vcpu;

	if (bpf_core_field_exists(old->exit_reason))
		return REASON_FIELD(old, exit_reason.full);
	return REASON_FIELD(new, vt.exit_reason.full);
}

static __always_inline u64 reason_read_vmx(const void *vcpu)
{
	return reason_read(reason_at_vmx(vcpu)) & VMX_REASON_MASK;
}

/*
 * SVM: 64 bits of the VMCB. Up to 6.12 KVM has them as two fields, which the architecture puts
 * side by side (APM volume 2, table B-1: 070h), so one read is enough for either.
 */
static __always_inline u64 reason_read_svm(const struct vmcb *vmcb)
{
	return reason_read(REASON_FIELD(vmcb, control.exit_code));
}

/* The VMCB in use. struct kvm_vcpu is first in both vendors'. */
static __always_inline const struct vmcb *reason_vmcb(const void *vcpu)
{
	const struct vcpu_svm *svm = vcpu;

	return (const void *)reason_read(REASON_FIELD(svm, vmcb));
}

/*
 * The same of the vCPU of @st, at an exit. It is one and the same VMCB but while a nested guest
 * runs, and KVM notes that in hflags (up to Linux 6.2 at least, and later ones read it at no cost):
 * so if these are as at the exit before, which is read in an instruction, so is the VMCB.
 */
static __always_inline const struct vmcb *reason_vmcb_known(struct xg_vcpu_state *st,
							    const struct kvm_vcpu *vcpu)
{
	u32 hflags;

	if (config.has_cast)
		return reason_vmcb(vcpu);
	hflags = vcpu->arch.hflags;
	if (LIKELY(st->vmcb && hflags == st->vmcb_hflags))
		return (const void *)st->vmcb;
	st->vmcb = (u64)reason_vmcb(vcpu);
	st->vmcb_hflags = hflags;
	return (const void *)st->vmcb;
}

/* Note the code of the exit that @vcpu just took. */
static __always_inline void reason_note(struct xg_vcpu_state *st, const struct kvm_vcpu *vcpu)
{
	const struct vmcb *vmcb;

	if (config.isa != ISA_SVM) {
		st->reason = reason_read_vmx(vcpu);
		return;
	}
	vmcb = reason_vmcb_known(st, vcpu);
	st->reason = reason_read_svm(vmcb);
	if (config.has_cast && config.keep)
		st->vmcb = (u64)vmcb;
}

/* The same where the vCPU is an address, with which the verifier allows no plain instruction. */
static __always_inline void reason_note_of(struct xg_vcpu_state *st, const void *vcpu)
{
	if (config.isa != ISA_SVM) {
		st->reason = reason_read_vmx(vcpu);
		return;
	}
	st->vmcb = (u64)reason_vmcb(vcpu);
	st->reason = reason_read_svm((const void *)st->vmcb);
}

#endif
