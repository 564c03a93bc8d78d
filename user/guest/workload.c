// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's code and the table of workloads.
 *
 * The code of a workload is the frame below around a body of one to four instructions, the
 * last of which exits. So a new workload is a body and a row of the table.
 *
 * Everything that exits and is not the measured exit must exit for another reason, so that
 * the reason's count is exact whatever else happens: a body's warm-up (before the count
 * starts) and the guest's word that it is done are chosen for that. What is left is the
 * first touch of the guest's memory, a nested page fault. That has the reason of an MMIO
 * exit on AMD; struct guest_result tells how many there were.
 */
#include "guest/workload.h"

#include <string.h>

#include "guest/abi.h"
#include "util/cleanup.h"

#define STR_(x) #x
#define STR(x)	STR_(x)

/*
 * 64-bit code, independent of its position. The host sets r12 to the address of the vCPU's
 * struct guest_control and r13 to that of its MMIO page; r15 is the exits left. A body may
 * change all other registers. @warm_up runs once; entering the guest again after @end starts
 * the next run.
 *
 * RDTSC is not intercepted (neither vmx.c nor svm.c asks for it). LFENCE before it, so that
 * it is not executed ahead of the loop's last exit (SDM vol. 2B, RDTSC).
 */
// clang-format off
#define WORKLOAD_CODE(name, warm_up, body, end)					\
	extern const unsigned char guest_code_##name[], guest_code_##name##_end[];\
	asm(".pushsection .rodata.guest_code, \"a\", @progbits\n"		\
	    ".balign 16\n"							\
	    "guest_code_" #name ":\n"						\
	    "	" warm_up "\n"							\
	    "0:	mov " STR(GUEST_CONTROL_COUNT) "(%r12), %r15\n"			\
	    "	lfence\n"							\
	    "	rdtsc\n"							\
	    "	mov %eax, " STR(GUEST_CONTROL_TSC_START) "(%r12)\n"		\
	    "	mov %edx, 4 + " STR(GUEST_CONTROL_TSC_START) "(%r12)\n"		\
	    "	.balign 16, 0x90\n"						\
	    "1:	" body "\n"							\
	    "	dec %r15\n"							\
	    "	jz 2f\n"							\
	    "	cmpq $0, " STR(GUEST_CONTROL_STOP) "(%r12)\n"			\
	    "	je 1b\n"							\
	    "2:	lfence\n"							\
	    "	rdtsc\n"							\
	    "	mov %eax, " STR(GUEST_CONTROL_TSC_END) "(%r12)\n"		\
	    "	mov %edx, 4 + " STR(GUEST_CONTROL_TSC_END) "(%r12)\n"		\
	    "	mov " STR(GUEST_CONTROL_COUNT) "(%r12), %rax\n"			\
	    "	sub %r15, %rax\n"						\
	    "	mov %rax, " STR(GUEST_CONTROL_DONE) "(%r12)\n"			\
	    "	" end "\n"							\
	    "	jmp 0b\n"							\
	    "guest_code_" #name "_end:\n"					\
	    ".popsection\n")

#define CODE(name) { guest_code_##name, guest_code_##name##_end }
// clang-format on

#define NO_WARM_UP ""
#define END_HLT	   "hlt"
#define END_PIO	   "mov $" STR(GUEST_PORT_END) ", %edx; out %al, (%dx)"

WORKLOAD_CODE(cpuid, NO_WARM_UP, "xor %eax, %eax; xor %ecx, %ecx; cpuid", END_HLT);

WORKLOAD_CODE(pio, NO_WARM_UP, "mov $" STR(GUEST_PORT) ", %edx; out %eax, (%dx)", END_HLT);

/*
 * VMX: the first access to an unbacked page is an EPT_VIOLATION, on which KVM marks the page
 * as MMIO; from then on accesses are the EPT_MISCONFIG exits that are wanted. So touch it
 * first. SVM has one reason for both, and no warm-up.
 */
#define MMIO_STORE   "mov %eax, (%r13)"
#define MMIO_WARM_UP "mov %eax, " STR(GUEST_MMIO_WARM) "(%r13)"

WORKLOAD_CODE(mmio_svm, NO_WARM_UP, MMIO_STORE, END_HLT);
WORKLOAD_CODE(mmio_vmx, MMIO_WARM_UP, MMIO_STORE, END_HLT);

/*
 * IA32_TSC_ADJUST (0x3b), as kvm-unit-tests' wr_tsc_adjust_msr: KVM emulates it on all CPUs
 * (kvm_set_cpu_caps), lets no guest at the real one, and has no fast path for it. Writing
 * the 0 it has does not change the guest's clock.
 */
WORKLOAD_CODE(msr, NO_WARM_UP, "mov $0x3b, %ecx; xor %eax, %eax; xor %edx, %edx; wrmsr", END_HLT);

/*
 * Each vendor's own instruction: the other one is an invalid opcode, which KVM patches at
 * the price of a different exit. KVM_HC_VAPIC_POLL_IRQ (1) does nothing and succeeds.
 */
WORKLOAD_CODE(hypercall_svm, NO_WARM_UP, "mov $1, %eax; vmmcall", END_HLT);
WORKLOAD_CODE(hypercall_vmx, NO_WARM_UP, "mov $1, %eax; vmcall", END_HLT);

WORKLOAD_CODE(hlt, NO_WARM_UP, "hlt", END_PIO);

static const struct guest_workload workloads[] = {
	{
		.name = "cpuid",
		.summary = "CPUID, leaf 0",
		.exit = { [GUEST_SVM] = "CPUID", [GUEST_VMX] = "CPUID" },
		.code = { [GUEST_SVM] = CODE(cpuid), [GUEST_VMX] = CODE(cpuid) },
		.end = GUEST_EVENT_HLT,
	},
	{
		.name = "pio",
		.summary = "OUT to a port that user space handles",
		.exit = { [GUEST_SVM] = "IOIO", [GUEST_VMX] = "IO_INSTRUCTION" },
		.code = { [GUEST_SVM] = CODE(pio), [GUEST_VMX] = CODE(pio) },
		.event = GUEST_EVENT_PIO,
		.end = GUEST_EVENT_HLT,
	},
	{
		.name = "pio-eventfd",
		.summary = "OUT to a port with an ioeventfd: the kernel handles it",
		.exit = { [GUEST_SVM] = "IOIO", [GUEST_VMX] = "IO_INSTRUCTION" },
		.code = { [GUEST_SVM] = CODE(pio), [GUEST_VMX] = CODE(pio) },
		.device = GUEST_PIO_EVENTFD,
		.end = GUEST_EVENT_HLT,
	},
	{
		.name = "mmio",
		.summary = "store to unbacked memory that user space handles",
		.exit = { [GUEST_SVM] = "NPF", [GUEST_VMX] = "EPT_MISCONFIG" },
		.code = { [GUEST_SVM] = CODE(mmio_svm), [GUEST_VMX] = CODE(mmio_vmx) },
		.event = GUEST_EVENT_MMIO,
		.end = GUEST_EVENT_HLT,
	},
	{
		.name = "mmio-eventfd",
		.summary = "store to unbacked memory with an ioeventfd: the kernel handles it",
		.exit = { [GUEST_SVM] = "NPF", [GUEST_VMX] = "EPT_MISCONFIG" },
		.code = { [GUEST_SVM] = CODE(mmio_svm), [GUEST_VMX] = CODE(mmio_vmx) },
		.device = GUEST_MMIO_EVENTFD,
		.end = GUEST_EVENT_HLT,
	},
	{
		.name = "msr",
		.summary = "WRMSR of IA32_TSC_ADJUST, which KVM emulates",
		.exit = { [GUEST_SVM] = "MSR", [GUEST_VMX] = "MSR_WRITE" },
		.code = { [GUEST_SVM] = CODE(msr), [GUEST_VMX] = CODE(msr) },
		.end = GUEST_EVENT_HLT,
	},
	{
		.name = "hypercall",
		.summary = "VMMCALL or VMCALL, a hypercall that does nothing",
		.exit = { [GUEST_SVM] = "VMMCALL", [GUEST_VMX] = "VMCALL" },
		.code = { [GUEST_SVM] = CODE(hypercall_svm), [GUEST_VMX] = CODE(hypercall_vmx) },
		.end = GUEST_EVENT_HLT,
	},
	{
		.name = "hlt",
		.summary = "HLT without an interrupt controller: user space handles it",
		.exit = { [GUEST_SVM] = "HLT", [GUEST_VMX] = "HLT" },
		.code = { [GUEST_SVM] = CODE(hlt), [GUEST_VMX] = CODE(hlt) },
		.event = GUEST_EVENT_HLT,
		.end = GUEST_EVENT_PIO_END,
	},
};

const struct guest_workload *guest_workload_at(size_t i)
{
	return i < ARRAY_SIZE(workloads) ? &workloads[i] : NULL;
}

const struct guest_workload *guest_workload_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(workloads); i++)
		if (!strcmp(workloads[i].name, name))
			return &workloads[i];
	return NULL;
}
