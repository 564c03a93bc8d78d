/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frame around a workload's body, in the guest's machine code: it counts iterations and
 * reads the guest's clock before the first and after the last.
 */
#ifndef EXITGRAPH_GUEST_CODE_H
#define EXITGRAPH_GUEST_CODE_H

#include "guest/abi.h"

#define STR_(x) #x
#define STR(x)	STR_(x)

/*
 * 64-bit code, independent of its position. The host sets r12 to the address of the vCPU's
 * struct guest_control, r13 to that of its MMIO page and rsp to the end of its stack; r15 is
 * the iterations left. A body may change all other registers. @warm_up runs once; entering the
 * guest again after @end starts the next run.
 *
 * RDTSC is not intercepted (neither vmx.c nor svm.c asks for it). LFENCE before it, so that
 * it is not executed ahead of the loop's last exit (SDM vol. 2B, RDTSC).
 */
// clang-format off
#define CODE_SECTION(name, text)						\
	extern const unsigned char guest_code_##name[], guest_code_##name##_end[];\
	asm(".pushsection .rodata.guest_code, \"a\", @progbits\n"		\
	    ".balign 16\n"							\
	    "guest_code_" #name ":\n"						\
	    text								\
	    "guest_code_" #name "_end:\n"					\
	    ".popsection\n")

#define WORKLOAD_CODE(name, warm_up, body, end)					\
	CODE_SECTION(name,							\
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
	    "	jmp 0b\n")

#define CODE(name) { guest_code_##name, guest_code_##name##_end }
#define BOTH(name) { [GUEST_SVM] = CODE(name), [GUEST_VMX] = CODE(name) }
#define EACH(name) { [GUEST_SVM] = CODE(name##_svm), [GUEST_VMX] = CODE(name##_vmx) }
// clang-format on

/* What begins and ends the loop, for WORKLOAD_CODE(). */
#define NO_WARM_UP ""
#define END_HLT	   "hlt"
#define END_PIO	   "mov $" STR(GUEST_PORT_END) ", %edx; out %al, (%dx)"
#define END_MMIO   "mov %eax, " STR(GUEST_MMIO_END) "(%r13)"

#endif
