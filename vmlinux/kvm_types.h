/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's types that the programs look into, by hand: only the fields that are used,
 * relocated by CO-RE against the running kernel's BTF and that of its modules. A flavour
 * (___suffix) is the same type as another version has it; the suffix is the first version
 * seen with that shape.
 *
 * kvm_vcpu, kvm and task_struct are in vmlinux' BTF, vcpu_vmx in kvm_intel's, vcpu_svm and
 * the vmcb in kvm_amd's.
 */
#ifndef EXITGRAPH_VMLINUX_KVM_TYPES_H
#define EXITGRAPH_VMLINUX_KVM_TYPES_H

#include "xg_types.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	char comm[16];
};

struct kvm {
	int userspace_pid;
};

enum kvm_reg {
	VCPU_REGS_RIP = 16,
	VCPU_EXREG_EXIT_INFO_1 = 23,
	VCPU_EXREG_EXIT_INFO_2 = 24,
};

struct kvm_vcpu_arch {
	unsigned long regs[17]; /* of 7.2: 16, RIP apart */
	u32 regs_avail;		/* of 7.2: unsigned long[1] */
	u32 regs_dirty;
	u32 hflags;
	_Bool guest_state_protected; /* SEV-ES: KVM does not see the registers; 6.1 and later */
};

struct kvm_vcpu_arch___7_2 {
	unsigned long rip;
	unsigned long regs_avail[1];
	unsigned long regs_dirty[1];
};

struct kvm_vcpu {
	struct kvm *kvm;
	int vcpu_id;
	struct kvm_vcpu_arch arch;
};

struct kvm_vcpu___7_2 {
	struct kvm_vcpu_arch___7_2 arch;
};

/* SVM. svm->vmcb is the one in use: L1's, or L2's while a nested guest runs. */
struct vmcb_control_area {
	u32 exit_code; /* of 64 bits in 7.2; before that, exit_code_hi comes next */
	u64 exit_info_1;
	u64 exit_info_2;
	u32 exit_int_info;
};

struct vmcb_save_area {
	u64 rip;
};

struct vmcb {
	struct vmcb_control_area control;
	struct vmcb_save_area save;
};

struct vcpu_svm {
	struct vmcb *vmcb;
};

/* VMX. 7.2 shares the exit reason with TDX in struct vcpu_vt. */
union vmx_exit_reason {
	u32 full;
};

struct vcpu_vmx {
	union vmx_exit_reason exit_reason;
	unsigned long exit_qualification;
	u32 exit_intr_info;
	u32 idt_vectoring_info;
};

struct vcpu_vt___7_2 {
	union vmx_exit_reason exit_reason;
	unsigned long exit_qualification;
	u32 exit_intr_info;
};

struct vcpu_vmx___7_2 {
	struct vcpu_vt___7_2 vt;
	u32 idt_vectoring_info;
};

#pragma clang attribute pop

#endif
