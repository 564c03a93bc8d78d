// SPDX-License-Identifier: GPL-2.0
/*
 * What the kvm_exit tracepoint prints for an exit code: VMX_EXIT_REASONS and
 * SVM_EXIT_REASONS of arch/x86/include/uapi/asm/vmx.h and svm.h. VMX's are those of
 * reason_name(); SVM's are not, and some codes that the header names have none.
 */
#include "profile/reasons.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

static const struct {
	u64 code;
	const char *name;
} svm_names[] = {
	{ 0x000, "read_cr0" },
	{ 0x002, "read_cr2" },
	{ 0x003, "read_cr3" },
	{ 0x004, "read_cr4" },
	{ 0x008, "read_cr8" },
	{ 0x010, "write_cr0" },
	{ 0x012, "write_cr2" },
	{ 0x013, "write_cr3" },
	{ 0x014, "write_cr4" },
	{ 0x018, "write_cr8" },
	{ 0x020, "read_dr0" },
	{ 0x021, "read_dr1" },
	{ 0x022, "read_dr2" },
	{ 0x023, "read_dr3" },
	{ 0x024, "read_dr4" },
	{ 0x025, "read_dr5" },
	{ 0x026, "read_dr6" },
	{ 0x027, "read_dr7" },
	{ 0x030, "write_dr0" },
	{ 0x031, "write_dr1" },
	{ 0x032, "write_dr2" },
	{ 0x033, "write_dr3" },
	{ 0x034, "write_dr4" },
	{ 0x035, "write_dr5" },
	{ 0x036, "write_dr6" },
	{ 0x037, "write_dr7" },
	{ 0x040, "DE excp" },
	{ 0x041, "DB excp" },
	{ 0x043, "BP excp" },
	{ 0x044, "OF excp" },
	{ 0x045, "BR excp" },
	{ 0x046, "UD excp" },
	{ 0x047, "NM excp" },
	{ 0x048, "DF excp" },
	{ 0x04a, "TS excp" },
	{ 0x04b, "NP excp" },
	{ 0x04c, "SS excp" },
	{ 0x04d, "GP excp" },
	{ 0x04e, "PF excp" },
	{ 0x050, "MF excp" },
	{ 0x051, "AC excp" },
	{ 0x052, "MC excp" },
	{ 0x053, "XF excp" },
	{ 0x060, "interrupt" },
	{ 0x061, "nmi" },
	{ 0x062, "smi" },
	{ 0x063, "init" },
	{ 0x064, "vintr" },
	{ 0x065, "cr0_sel_write" },
	{ 0x066, "read_idtr" },
	{ 0x067, "read_gdtr" },
	{ 0x068, "read_ldtr" },
	{ 0x069, "read_rt" },
	{ 0x06a, "write_idtr" },
	{ 0x06b, "write_gdtr" },
	{ 0x06c, "write_ldtr" },
	{ 0x06d, "write_rt" },
	{ 0x06e, "rdtsc" },
	{ 0x06f, "rdpmc" },
	{ 0x070, "pushf" },
	{ 0x071, "popf" },
	{ 0x072, "cpuid" },
	{ 0x073, "rsm" },
	{ 0x074, "iret" },
	{ 0x075, "swint" },
	{ 0x076, "invd" },
	{ 0x077, "pause" },
	{ 0x078, "hlt" },
	{ 0x079, "invlpg" },
	{ 0x07a, "invlpga" },
	{ 0x07b, "io" },
	{ 0x07c, "msr" },
	{ 0x07d, "task_switch" },
	{ 0x07e, "ferr_freeze" },
	{ 0x07f, "shutdown" },
	{ 0x080, "vmrun" },
	{ 0x081, "hypercall" },
	{ 0x082, "vmload" },
	{ 0x083, "vmsave" },
	{ 0x084, "stgi" },
	{ 0x085, "clgi" },
	{ 0x086, "skinit" },
	{ 0x087, "rdtscp" },
	{ 0x088, "icebp" },
	{ 0x089, "wbinvd" },
	{ 0x08a, "monitor" },
	{ 0x08b, "mwait" },
	{ 0x08d, "xsetbv" },
	{ 0x08f, "write_efer_trap" },
	{ 0x090, "write_cr0_trap" },
	{ 0x094, "write_cr4_trap" },
	{ 0x098, "write_cr8_trap" },
	{ 0x0a2, "invpcid" },
	{ 0x0a5, "buslock" },
	{ 0x0a6, "idle-halt" },
	{ 0x400, "npf" },
	{ 0x401, "avic_incomplete_ipi" },
	{ 0x402, "avic_unaccelerated_access" },
	{ 0x403, "vmgexit" },
	{ 0x80000001, "vmgexit_mmio_read" },
	{ 0x80000002, "vmgexit_mmio_write" },
	{ 0x80000003, "vmgexit_nmi_complete" },
	{ 0x80000004, "vmgexit_ap_hlt_loop" },
	{ 0x80000005, "vmgexit_ap_jump_table" },
	{ 0x80000010, "vmgexit_page_state_change" },
	{ 0x80000011, "vmgexit_guest_request" },
	{ 0x80000012, "vmgexit_ext_guest_request" },
	{ 0x80000013, "vmgexit_ap_creation" },
	{ 0x8000fffd, "vmgexit_hypervisor_feature" },
	{ 0xffffffffffffffff, "invalid_guest_state" },
};

static const char *svm_name(u64 code, char buffer[REASON_NAME_MAX])
{
	for (size_t i = 0; i < ARRAY_SIZE(svm_names); i++) {
		if (svm_names[i].code == code)
			return svm_names[i].name;
	}
	snprintf(buffer, REASON_NAME_MAX, "0x%" PRIx64, code);
	return buffer;
}

const char *reason_trace_name(enum isa isa, u64 code, char buffer[REASON_NAME_MAX])
{
	bool failed = code & VMX_FAILED_VMENTRY;
	char name[REASON_NAME_MAX];

	if (code != UINT64_MAX && code & REASON_RESERVED)
		return reason_name(isa, code, buffer);
	if (isa == ISA_SVM)
		return svm_name(code, buffer);
	reason_name(isa, code & 0xffff, name);
	/* The kernel has no decimal numbers there. */
	if (*name >= '0' && *name <= '9')
		snprintf(name, sizeof(name), "0x%" PRIx64, code & 0xffff);
	snprintf(buffer, REASON_NAME_MAX, "%.40s%s", name, failed ? " FAILED_VMENTRY" : "");
	return buffer;
}

/* What trace-cmd's plugin says of a code that it does not know. */
static bool find_unknown(enum isa isa, const char *text, size_t length, u64 *code)
{
	static const char unknown[] = "UNKNOWN (";
	size_t before = strlen(unknown);

	return length > before + 1 && !memcmp(text, unknown, before) && text[length - 1] == ')' &&
	       reason_find(isa, text + before, length - before - 1, code);
}

static bool find_svm(const char *text, size_t length, u64 *code)
{
	static const char prefix[] = "EXIT_";

	for (size_t i = 0; i < ARRAY_SIZE(svm_names); i++) {
		if (strlen(svm_names[i].name) == length &&
		    !memcmp(svm_names[i].name, text, length)) {
			*code = svm_names[i].code;
			return true;
		}
	}
	if (length > strlen(prefix) && !memcmp(text, prefix, strlen(prefix)))
		return reason_find(ISA_SVM, text + strlen(prefix), length - strlen(prefix), code);
	/* Not by the header's names: the kernel prints none of these. */
	return length > 2 && !memcmp(text, "0x", 2) && reason_find(ISA_SVM, text, length, code);
}

/* A word of VMX's. */
static bool find_vmx_word(const char *word, size_t length, u64 *code)
{
	/* As older kernels and trace-cmd's plugin call it. */
	static const char window[] = "PENDING_INTERRUPT";

	if (length == strlen(window) && !memcmp(word, window, length)) {
		word = "INTERRUPT_WINDOW";
		length = strlen(word);
	}
	return reason_find(ISA_VMX, word, length, code);
}

/* "INVALID_STATE FAILED_VMENTRY 0x4000000": a name or number, and flags. */
static bool find_vmx(const char *text, size_t length, u64 *code)
{
	static const char failed[] = "FAILED_VMENTRY";
	const char *end = text + length;
	u64 all = 0, part;

	for (const char *word = text; word < end;) {
		const char *next = memchr(word, ' ', end - word) ?: end;
		size_t size = next - word;

		if (word > text && size == strlen(failed) && !memcmp(word, failed, size))
			part = VMX_FAILED_VMENTRY;
		else if ((word > text && *word != '0') || !find_vmx_word(word, size, &part))
			return false;
		all |= part;
		word = next + 1;
	}
	*code = all;
	return length;
}

bool reason_trace_find(enum isa isa, const char *text, size_t length, u64 *code)
{
	if (find_unknown(isa, text, length, code))
		return true;
	return isa == ISA_SVM ? find_svm(text, length, code) : find_vmx(text, length, code);
}
