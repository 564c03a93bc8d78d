/* SPDX-License-Identifier: GPL-2.0 */
/* The exit reason, from the vendor's own structures. */
#ifndef EXITGRAPH_BPF_REASON_H
#define EXITGRAPH_BPF_REASON_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "kvm_types.h"
#include "maps.h"

#define ISA_VMX 1
#define ISA_SVM 2

/* VMX: the basic reason, and bit 31, a failed VM entry; the bits between say how, not why. */
#define VMX_REASON_MASK 0x8000ffffULL

static __always_inline u64 reason_read_vmx(const void *vcpu)
{
	u32 full = 0;

	if (bpf_core_field_exists(struct vcpu_vmx, exit_reason)) {
		const struct vcpu_vmx *vmx = vcpu;

		bpf_core_read(&full, sizeof(full), &vmx->exit_reason.full);
	} else {
		const struct vcpu_vmx___7_2 *vmx = vcpu;

		bpf_core_read(&full, sizeof(full), &vmx->vt.exit_reason.full);
	}
	return full & VMX_REASON_MASK;
}

/*
 * SVM: 64 bits of the VMCB. Up to 6.12 KVM has them as two fields, which the architecture puts
 * side by side (APM volume 2, table B-1: 070h), so one read is enough for either.
 */
static __always_inline u64 reason_read_svm(const struct vmcb *vmcb)
{
	u64 code = 0;

	bpf_probe_read_kernel(&code, sizeof(code),
			      __builtin_preserve_access_index(&vmcb->control.exit_code));
	return code;
}

/* The VMCB in use. struct kvm_vcpu is first in both vendors'. */
static __always_inline const struct vmcb *reason_vmcb(const void *vcpu)
{
	const struct vcpu_svm *svm = vcpu;
	const struct vmcb *vmcb = NULL;

	bpf_core_read(&vmcb, sizeof(vmcb), &svm->vmcb);
	return vmcb;
}

/* Note the code of the exit that @vcpu just took. */
static __always_inline void reason_note(struct xg_vcpu_state *st, const void *vcpu)
{
	const struct vmcb *vmcb;

	if (config.isa != ISA_SVM) {
		st->reason = reason_read_vmx(vcpu);
		return;
	}
	vmcb = reason_vmcb(vcpu);
	st->reason = reason_read_svm(vmcb);
	if (config.keep)
		st->vmcb = (u64)vmcb;
}

#endif
