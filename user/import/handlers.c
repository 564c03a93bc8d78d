// SPDX-License-Identifier: GPL-2.0
/*
 * The handlers are those of svm_exit_handlers[] and kvm_vmx_exit_handlers[], with what
 * nested_vmx_hardware_setup() puts there, and those of the fast paths: read in the sources of
 * Linux 5.10 and of one that has handle_rdmsr_imm(), and for older names in older ones. The two
 * vendors said the same in their own ways, cpuid_interception() and handle_cpuid(), until it
 * became kvm_emulate_cpuid() for both. So a row is a word, and the ways there are, or were, to
 * make a name of it.
 */
#include "import/handlers.h"

#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

#define NO REASON_NONE

/* Short, for the table's sake. */
enum {
	H = FORM_HANDLE,
	I = FORM_INTERCEPTION,
	E = FORM_EMULATE,
	F = FORM_FASTPATH,
	N = FORM_NAME,
};

/* By VMX's code, and then by SVM's. */
static const struct handler handlers[] = {
	[HANDLER_NONE] = { "", REASON_NONE, REASON_NONE, 0 },
	[HANDLER_INCOMPLETE] = { "", REASON_INCOMPLETE, REASON_INCOMPLETE, 0 },

	{ "exception", 0, NO, H | FORM_COMMON },
	{ "exception_nmi", 0, NO, H },
	{ "external_interrupt", 1, NO, H },
	{ "external_interrupt_irqoff", 1, NO, H },
	{ "triple_fault", 2, NO, H },
	{ "interrupt_window", 7, 0x64, H | I },
	{ "nmi_window", 8, NO, H },
	{ "task_switch", 9, 0x7d, H | I },
	{ "cpuid", 10, 0x72, H | I | E },
	{ "halt", 12, 0x78, H | I | E }, /* SVM's IDLE_HLT (0xa6), too */
	{ "hlt", 12, 0x78, F },
	{ "invd", 13, 0x76, H | I | E | F },
	{ "invlpg", 14, 0x79, H | I },
	{ "rdpmc", 15, 0x6f, H | I | E },
	{ "hypercall", 18, 0x81, E },
	{ "vmcall", 18, NO, H },
	{ "vmclear", 19, NO, H },
	{ "vmlaunch", 20, NO, H },
	{ "vmptrld", 21, NO, H },
	{ "vmptrst", 22, NO, H },
	{ "vmread", 23, NO, H },
	{ "vmresume", 24, NO, H },
	{ "vmwrite", 25, NO, H },
	{ "vmoff", 26, NO, H },
	{ "vmxoff", 26, NO, H },
	{ "vmon", 27, NO, H },
	{ "vmxon", 27, NO, H },
	{ "cr", 28, REASON_CR, H | I },
	{ "dr", 29, REASON_DR, H | I },
	{ "io", 30, 0x7b, H | I },
	{ "rdmsr", 31, 0x7c, H | I | E },
	{ "wrmsr", 32, 0x7c, H | I | E | F },
	{ "set_msr_irqoff", 32, 0x7c, F },
	{ "mwait", 36, 0x8b, H | I | E },
	{ "monitor_trap", 37, NO, H },
	{ "monitor", 39, 0x8a, H | I | E },
	{ "pause", 40, 0x77, H | I },
	{ "machine_check", 41, NO, H },
	{ "tpr_below_threshold", 43, NO, H },
	{ "apic_access", 44, NO, H },
	{ "apic_eoi_induced", 45, NO, H },
	{ "ept_violation", 48, NO, H },
	{ "ept_misconfig", 49, NO, H },
	{ "invept", 50, NO, H },
	{ "preemption_timer", 52, NO, H | F },
	{ "invvpid", 53, NO, H },
	{ "wbinvd", 54, 0x89, H | I | E },
	{ "xsetbv", 55, 0x8d, H | I | E },
	{ "apic_write", 56, NO, H },
	{ "invpcid", 58, 0xa2, H | I },
	{ "vmfunc", 59, NO, H },
	{ "encls", 60, NO, H },
	{ "pml_full", 62, NO, H },
	{ "xsaves", 63, NO, H },
	{ "xrstors", 64, NO, H },
	{ "bus_lock_vmexit", 74, NO, H },
	{ "notify", 75, NO, H },
	{ "rdmsr_imm", 84, NO, H | E },
	{ "wrmsr_imm", 85, NO, H | E | F },
	{ "desc", REASON_DESCRIPTOR, NO, H },
	{ "vmx_instruction", REASON_NESTED, NO, H },
	{ "tdx_instruction", REASON_INVALID_OP, NO, H },
	{ "invalid_op", REASON_INVALID_OP, NO, H },
	{ "kvm_handle_invalid_op", REASON_INVALID_OP, REASON_INVALID_OP, N | FORM_COMMON },

	{ "cr8_write", NO, 0x18, I },
	{ "db", NO, 0x41, I },
	{ "bp", NO, 0x43, I },
	{ "ud", NO, 0x46, I },
	{ "nm", NO, 0x47, I },
	{ "gp", NO, 0x4d, I },
	{ "pf", NO, 0x4e, I },
	{ "ac", NO, 0x51, I },
	{ "mc", NO, 0x52, I },
	{ "intr", NO, 0x60, I },
	{ "nmi", NO, 0x61, I },
	{ "smi", NO, 0x62, I },
	{ "rsm", NO, 0x73, I },
	{ "iret", NO, 0x74, I },
	{ "invlpga", NO, 0x7a, I },
	{ "msr", NO, 0x7c, I },
	{ "shutdown", NO, 0x7f, I },
	{ "vmrun", NO, 0x80, I },
	{ "vmmcall", NO, 0x81, I },
	{ "vmload", NO, 0x82, I },
	{ "vmsave", NO, 0x83, I },
	{ "stgi", NO, 0x84, I },
	{ "clgi", NO, 0x85, I },
	{ "skinit", NO, 0x86, I },
	{ "rdpru", NO, 0x8e, I },
	{ "efer_trap", NO, 0x8f, N },
	{ "bus_lock_exit", NO, 0xa5, N },
	{ "npf", NO, 0x400, I },
	{ "avic_incomplete_ipi", NO, 0x401, I },
	{ "avic_unaccelerated_access", NO, 0x402, I },
	{ "sev_handle_vmgexit", NO, 0x403, N },
	{ "cr_trap", NO, REASON_CR, N },
	{ "emulate_on", NO, REASON_EMULATE, I },
};

_Static_assert(ARRAY_SIZE(handlers) <= HANDLER_LIMIT, "the accounting has a sum for every row");

/*
 * What is around the word, and what the form tells of it: the vendor, and whether nothing else
 * calls it. A name is of the first form that it can be.
 */
static const struct {
	enum handler_form form;
	const char *before, *behind;
	u32 roles;
} forms[] = {
	{ FORM_FASTPATH, "handle_fastpath_", "", ROLE_SURE },
	{ FORM_HANDLE, "handle_", "", ROLE_SURE | ROLE_VMX },
	{ FORM_INTERCEPTION, "", "_interception", ROLE_SURE | ROLE_SVM },
	{ FORM_EMULATE, "kvm_emulate_", "", 0 },
	{ FORM_NAME, "", "", ROLE_SURE },
};

static const struct {
	const char *name;
	u32 roles;
} others[] = {
	{ "vcpu_enter_guest", ROLE_ENTER },
	{ "vmx_vcpu_run", ROLE_RUN | ROLE_VMX },
	{ "svm_vcpu_run", ROLE_RUN | ROLE_SVM },
	{ "tdx_vcpu_run", ROLE_RUN | ROLE_VMX },
	{ "handle_exit", ROLE_EXIT },
	{ "svm_handle_exit", ROLE_EXIT | ROLE_SVM },
	{ "svm_invoke_exit_handler", ROLE_EXIT | ROLE_SVM },
	{ "vmx_handle_exit", ROLE_EXIT | ROLE_VMX },
	{ "__vmx_handle_exit", ROLE_EXIT | ROLE_VMX },
	{ "vt_handle_exit", ROLE_EXIT | ROLE_VMX },
	{ "tdx_handle_exit", ROLE_EXIT | ROLE_VMX },
};

const struct handler *handler_row(size_t row)
{
	static const struct handler none;

	return row < ARRAY_SIZE(handlers) ? &handlers[row] : &none;
}

bool handler_name(size_t row, enum handler_form form, char buffer[HANDLER_NAME_MAX])
{
	if (!(handler_row(row)->forms & form))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (forms[i].form == form)
			snprintf(buffer, HANDLER_NAME_MAX, "%s%s%s", forms[i].before,
				 handlers[row].word, forms[i].behind);
	}
	return true;
}

static bool same(const char *known, const char *name, size_t length)
{
	return strlen(known) == length && !memcmp(known, name, length);
}

static bool begins(const char *name, size_t length, const char *with)
{
	return length >= strlen(with) && !memcmp(name, with, strlen(with));
}

static bool ends(const char *name, size_t length, const char *with)
{
	size_t end = strlen(with);

	return length >= end && !memcmp(name + length - end, with, end);
}

/* The handler that is made of @word in @form; 0 if there is none. */
static u32 find_word(enum handler_form form, const char *word, size_t length)
{
	for (u32 i = HANDLER_FIRST; i < ARRAY_SIZE(handlers); i++) {
		if (handlers[i].forms & form && same(handlers[i].word, word, length))
			return i;
	}
	return 0;
}

static u32 find_handler(const char *name, size_t length, u32 *row)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		size_t around = strlen(forms[i].before) + strlen(forms[i].behind);

		if (length <= around || !begins(name, length, forms[i].before) ||
		    !ends(name, length, forms[i].behind))
			continue;
		*row = find_word(forms[i].form, name + strlen(forms[i].before), length - around);
		if (!*row)
			continue;
		if (handlers[*row].forms & FORM_COMMON)
			return ROLE_HANDLER;
		return ROLE_HANDLER | forms[i].roles | (handlers[*row].svm == NO ? ROLE_VMX : 0) |
		       (handlers[*row].vmx == NO ? ROLE_SVM : 0);
	}
	return 0;
}

/* kvm's own functions only: other modules have a handle_exception, too. */
static bool is_kvm(const char *module, size_t length)
{
	return !length || begins(module, length, "kvm");
}

u32 handler_roles(const char *name, size_t name_length, const char *module, size_t module_length,
		  u32 *row)
{
	const char *dot = memchr(name, '.', name_length);
	size_t length = dot ? (size_t)(dot - name) : name_length;
	u32 roles = 0;

	*row = HANDLER_NONE;
	if (same("kvm_intel", module, module_length) || begins(name, length, "vmx_"))
		roles |= ROLE_VMX;
	if (same("kvm_amd", module, module_length) || begins(name, length, "svm_"))
		roles |= ROLE_SVM;
	if (!is_kvm(module, module_length))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (same(others[i].name, name, length))
			roles |= others[i].roles;
	}
	return roles | find_handler(name, length, row);
}
