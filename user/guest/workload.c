// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's code and the table of workloads: a new one is a body and a row of the table.
 *
 * Everything that exits and is not a measured exit must exit for another reason, so that
 * the reason's count is exact whatever else happens: a body's warm-up (before the count
 * starts) and the guest's word that it is done are chosen for that. What is left is the
 * first touch of the guest's memory, a nested page fault. That has the reason of an MMIO
 * exit on AMD; struct guest_result tells how many there were.
 */
#include "guest/workload.h"

#include <stdio.h>
#include <string.h>

#include "guest/code.h"
#include "util/cleanup.h"

WORKLOAD_CODE(empty, NO_WARM_UP, "", END_HLT);

WORKLOAD_CODE(cpuid, NO_WARM_UP, "xor %eax, %eax; xor %ecx, %ecx; cpuid", END_HLT);

/*
 * Each vendor's own instruction: the other one is an invalid opcode, which KVM patches at
 * the price of a different exit. KVM_HC_VAPIC_POLL_IRQ (1) does nothing and succeeds.
 */
WORKLOAD_CODE(vmcall_svm, NO_WARM_UP, "mov $1, %eax; vmmcall", END_HLT);
WORKLOAD_CODE(vmcall_vmx, NO_WARM_UP, "mov $1, %eax; vmcall", END_HLT);

/* KVM intercepts both always and has nothing to do for either. */
WORKLOAD_CODE(wbinvd, NO_WARM_UP, "wbinvd", END_HLT);
WORKLOAD_CODE(invd, NO_WARM_UP, "invd", END_HLT);

WORKLOAD_CODE(mov_from_cr8, NO_WARM_UP, "mov %cr8, %rax", END_MMIO);
WORKLOAD_CODE(mov_to_cr8, NO_WARM_UP, "xor %eax, %eax; mov %rax, %cr8", END_MMIO);

#define IN(port, register) "mov $" STR(port) ", %edx; in (%dx), " register
#define OUT(port, value)   "mov $" STR(value) ", %eax; mov $" STR(port) ", %edx; out %al, (%dx)"

WORKLOAD_CODE(inl_from_pmtimer, NO_WARM_UP, IN(GUEST_PORT_PM_TIMER, "%eax"), END_HLT);
WORKLOAD_CODE(inl_from_qemu, NO_WARM_UP, IN(GUEST_PORT_NOTHING, "%eax"), END_HLT);
WORKLOAD_CODE(inl_from_kernel, NO_WARM_UP, IN(GUEST_PORT_ELCR, "%al"), END_MMIO);
WORKLOAD_CODE(outl_to_kernel, NO_WARM_UP, OUT(GUEST_PORT_ELCR, 0), END_MMIO);
WORKLOAD_CODE(portio, NO_WARM_UP, OUT(GUEST_PORT, GUEST_MATCH), END_HLT);

/*
 * VMX: the first access to an unbacked page is an EPT_VIOLATION, on which KVM marks the page
 * as MMIO; from then on accesses are the EPT_MISCONFIG exits that are wanted. So touch it
 * first. SVM has one reason for both, and no warm-up.
 */
#define MMIO_STORE   "mov $" STR(GUEST_MATCH) ", %eax; mov %al, (%r13)"
#define MMIO_WARM_UP "mov %eax, " STR(GUEST_MMIO_WARM) "(%r13)"

WORKLOAD_CODE(mmio_svm, NO_WARM_UP, MMIO_STORE, END_HLT);
WORKLOAD_CODE(mmio_vmx, MMIO_WARM_UP, MMIO_STORE, END_HLT);

/* With what bit 10 always is. KVM lets the guest at the registers from the first access on. */
WORKLOAD_CODE(mov_dr, NO_WARM_UP, "mov $0x400, %eax; mov %rax, %dr7", END_HLT);

/*
 * IA32_TSC_ADJUST (0x3b): KVM emulates it on all CPUs (kvm_set_cpu_caps), lets no guest at the
 * real one, and has no fast path for it. Writing the 0 it has does not change the guest's
 * clock. The guest may write MSR_KERNEL_GS_BASE itself.
 */
#define WRMSR(msr, low) "mov $" STR(msr) ", %ecx; mov $" STR(low) ", %eax; xor %edx, %edx; wrmsr"

WORKLOAD_CODE(wr_tsc_adjust_msr, NO_WARM_UP,
	      "mov $0x3b, %ecx; xor %eax, %eax; xor %edx, %edx; wrmsr", END_HLT);
WORKLOAD_CODE(rd_tsc_adjust_msr, NO_WARM_UP, "mov $0x3b, %ecx; rdmsr", END_HLT);
WORKLOAD_CODE(wr_kernel_gs_base, NO_WARM_UP, WRMSR(0xc0000102, 0), END_HLT);

/* PE and PG, without WP and with it; PAE, with PGE and without it. */
WORKLOAD_CODE(toggle_cr0_wp, NO_WARM_UP,
	      "mov $0x80000001, %eax; mov %rax, %cr0; mov $0x80010001, %eax; mov %rax, %cr0",
	      END_HLT);
WORKLOAD_CODE(toggle_cr4_pge, NO_WARM_UP,
	      "mov $0xa0, %eax; mov %rax, %cr4; mov $0x20, %eax; mov %rax, %cr4", END_HLT);

WORKLOAD_CODE(hlt, NO_WARM_UP, "hlt", END_PIO);

/*
 * Interrupts to itself, as x2APIC has them, which vmexit.c uses where there is one: by the
 * interrupt command register (0x830; fixed, edge, to itself) or the register for just that
 * (0x83f). All but the variants with cli expect interrupts to be on.
 */
#define SELF_ICR    WRMSR(0x830, 0x40000 | 0x4000 | GUEST_VECTOR)
#define SELF_X2APIC WRMSR(0x83f, GUEST_VECTOR)
#define TPR_HIGH    "mov $0xf, %eax; mov %rax, %cr8; "
#define TPR_LOW	    "; xor %eax, %eax; mov %rax, %cr8; "

// clang-format off
#define SELF_IPI_CODE(prefix, send)						\
	WORKLOAD_CODE(prefix##_sti_nop, "sti", "cli; " send "; sti; nop", END_MMIO);\
	WORKLOAD_CODE(prefix##_sti_hlt, "sti", "cli; " send "; sti; hlt", END_MMIO);\
	WORKLOAD_CODE(prefix##_tpr, "sti", TPR_HIGH send TPR_LOW "nop", END_MMIO);\
	WORKLOAD_CODE(prefix##_tpr_sti_nop, "sti",				\
		      "cli; " TPR_HIGH send TPR_LOW "sti; nop", END_MMIO);	\
	WORKLOAD_CODE(prefix##_tpr_sti_hlt, "sti",				\
		      "cli; " TPR_HIGH send TPR_LOW "sti; hlt", END_MMIO)
// clang-format on

SELF_IPI_CODE(self_ipi, SELF_ICR);
SELF_IPI_CODE(x2apic_self_ipi, SELF_X2APIC);

/* The deadline (0x6e0) is past already, or 3000 cycles away and waited for. */
WORKLOAD_CODE(tscdeadline_immed, "sti", "mov $0x6e0, %ecx; rdtsc; wrmsr", END_MMIO);
WORKLOAD_CODE(
	tscdeadline, "sti",
	"mov " STR(
		GUEST_CONTROL_INTERRUPTS) "(%r12), %rbx; mov $0x6e0, %ecx;"
					  "rdtsc; add $3000, %eax; adc $0, %edx; wrmsr;"
					  "3: cmp " STR(
						  GUEST_CONTROL_INTERRUPTS) "(%r12), %rbx; je 3b",
	END_MMIO);

/* It may come anywhere in a body; x2APIC's register for the end of an interrupt is 0x80b. */
CODE_SECTION(handler, "	push %rax\n"
		      "	push %rcx\n"
		      "	push %rdx\n"
		      "	incq " STR(GUEST_CONTROL_INTERRUPTS) "(%r12)\n"
							     "	" WRMSR(0x80b, 0) "\n"
										  "	pop %rdx\n"
										  "	pop %rcx\n"
										  "	pop %rax\n"
										  "	iretq\n");

const struct guest_code guest_handler = CODE(handler);

const struct guest_workload guest_workload_empty = {
	.name = "empty",
	.summary = "a loop of nothing",
	.code = BOTH(empty),
	.end = GUEST_EVENT_HLT,
};

// clang-format off
#define EXIT(svm, vmx)	  { [GUEST_SVM] = { { svm, 1 } }, [GUEST_VMX] = { { vmx, 1 } } }
#define IO		  EXIT("IOIO", "IO_INSTRUCTION")
#define MMIO		  EXIT("NPF", "EPT_MISCONFIG")
#define ONE(reason_)	  { .reason = reason_, .cnt = 1 }
#define TWO(reason_)	  { .reason = reason_, .cnt = 2 }
#define LIST(...)	  __VA_ARGS__
#define SELF_IPI(name_, body_, svm_, vmx_)					\
	{									\
		.name = #name_, .summary = body_, .code = BOTH(name_),		\
		.exits = { [GUEST_SVM] = { svm_ }, [GUEST_VMX] = { vmx_ } },	\
		.features = GUEST_IRQCHIP | GUEST_INTERRUPT, .end = GUEST_EVENT_MMIO_END,\
	}
// clang-format on

#include "guest/workload_table.h"

const struct guest_workload *guest_workload_at(size_t i)
{
	return i < ARRAY_SIZE(workloads) ? &workloads[i] : NULL;
}

const struct guest_workload *guest_workload_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(workloads); i++)
		if (!strcmp(workloads[i].name, name) ||
		    (workloads[i].alias && !strcmp(workloads[i].alias, name)))
			return &workloads[i];
	return NULL;
}

const char *guest_workload_reason(const struct guest_workload *workload, enum guest_isa isa)
{
	return workload->exits[isa][0].reason ?: "none";
}

unsigned int guest_workload_exit_cnt(const struct guest_workload *workload, enum guest_isa isa)
{
	unsigned int cnt = 0;

	for (const struct guest_exits *e = workload->exits[isa]; e->reason; e++)
		cnt += e->cnt;
	return cnt;
}

const char *guest_workload_expects(const struct guest_workload *workload, enum guest_isa isa,
				   char *buffer, size_t size)
{
	const struct guest_exits *exits = workload->exits[isa];
	size_t used = 0;

	snprintf(buffer, size, "none");
	for (const struct guest_exits *e = exits; e->reason && used < size; e++) {
		used += snprintf(buffer + used, size - used, "%s%s", e == exits ? "" : " + ",
				 e->reason);
		if (e->cnt > 1 && used < size)
			used += snprintf(buffer + used, size - used, " %u", e->cnt);
	}
	return buffer;
}

const struct guest_left_out *guest_left_out_at(size_t i)
{
	return i < ARRAY_SIZE(left_out) ? &left_out[i] : NULL;
}
