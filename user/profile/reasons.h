/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the exit codes of both vendors. */
#ifndef EXITGRAPH_PROFILE_REASONS_H
#define EXITGRAPH_PROFILE_REASONS_H

#include <stddef.h>

#include "profile/profile.h"

#define REASON_NAME_MAX 64

/* Bit 31 of a VMX exit reason: the VM entry itself failed (SDM vol. 3, 25.9.1). */
#define VMX_FAILED_VMENTRY (1ULL << 31)

/*
 * Codes that no processor has, for what a trace without exit codes tells (user/import).
 * Bit 62 sets them apart from both vendors' codes.
 */
#define REASON_RESERVED	  (1ULL << 62)
#define REASON_NONE	  (REASON_RESERVED | 0) /* no exit handler in it */
#define REASON_INCOMPLETE (REASON_RESERVED | 1) /* cycles of which only a part is there */
#define REASON_CR	  (REASON_RESERVED | 2) /* one of several codes with one handler: */
#define REASON_DR	  (REASON_RESERVED | 3)
#define REASON_DESCRIPTOR (REASON_RESERVED | 4)
#define REASON_NESTED	  (REASON_RESERVED | 5)
#define REASON_INVALID_OP (REASON_RESERVED | 6)
#define REASON_EMULATE	  (REASON_RESERVED | 7)

/*
 * The name of exit @code on @isa, as the headers vmx.h and svm.h name it ("CPUID"), with
 * " (VM entry failed)", " (bus lock)" or " (in enclave)" for a VMX code with that flag; an
 * unknown code as its number: "65" on VMX, "0x123" on SVM, as the vendors' manuals count;
 * a reserved code by its own name; on ISA_UNKNOWN as on VMX.
 * Written to @buffer and returned.
 */
const char *reason_name(enum isa isa, u64 code, char buffer[REASON_NAME_MAX]);

/*
 * What the kernel's kvm_exit tracepoint prints for it: "CPUID" on VMX, "cpuid" on SVM, "0x41"
 * for a code that is unknown there. Written to @buffer or constant.
 */
const char *reason_trace_name(enum isa isa, u64 code, char buffer[REASON_NAME_MAX]);

/*
 * The other way: the code that reason_name() or reason_trace_name() gives the @length bytes at
 * @text for on @isa, VMX or SVM. The second one also takes what trace-cmd's plugin makes of it
 * ("EXIT_NPF", "UNKNOWN (65)"). False if there is none; *@code is then as it was.
 */
bool reason_find(enum isa isa, const char *text, size_t length, u64 *code);
bool reason_trace_find(enum isa isa, const char *text, size_t length, u64 *code);

/*
 * Does @pattern (a name, in any case, with or without EXIT_REASON_ or SVM_EXIT_; a number,
 * decimal or 0x...; a glob) mean that code? A name means it with any VMX flags, too.
 */
bool reason_matches(enum isa isa, u64 code, const char *pattern);

#endif
