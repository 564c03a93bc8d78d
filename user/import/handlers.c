// SPDX-License-Identifier: GPL-2.0
/*
 * The handlers are those of kvm_vmx_exit_handlers[] and svm_exit_handlers[] and the direct
 * calls that retpoline builds make, Linux 4.19 to 7.2, with the names that they had:
 * cpuid_interception became kvm_emulate_cpuid in 5.10 (5ff3a351f687), handle_rdmsr
 * kvm_emulate_rdmsr in 5.5 (1edce0a9eb23), handle_halt kvm_emulate_halt in 5.13.
 */
#include "import/handlers.h"

#include <string.h>

#include "util/cleanup.h"

#define NO REASON_NONE

static const struct handler handlers[] = {
	[HANDLER_NONE] = { "", REASON_NONE, REASON_NONE, HANDLER_BELOW },
	[HANDLER_INCOMPLETE] = { "", REASON_INCOMPLETE, REASON_INCOMPLETE, HANDLER_BELOW },

	/* Both vendors'. */
	{ "kvm_emulate_cpuid", 10, 0x72, HANDLER_BELOW },
	{ "kvm_emulate_halt", 12, 0x78, HANDLER_BELOW },
	{ "kvm_emulate_invd", 13, 0x76, HANDLER_BELOW },
	{ "kvm_emulate_rdpmc", 15, 0x6f, HANDLER_BELOW },
	{ "kvm_emulate_hypercall", 18, 0x81, HANDLER_BELOW },
	{ "kvm_emulate_rdmsr", 31, 0x7c, HANDLER_BELOW },
	{ "kvm_emulate_wrmsr", 32, 0x7c, HANDLER_BELOW },
	{ "kvm_emulate_rdmsr_imm", 84, NO, HANDLER_BELOW },
	{ "kvm_emulate_wrmsr_imm", 85, NO, HANDLER_BELOW },
	{ "kvm_emulate_mwait", 36, 0x8b, HANDLER_BELOW },
	{ "kvm_emulate_monitor", 39, 0x8a, HANDLER_BELOW },
	{ "kvm_emulate_wbinvd", 54, 0x89, HANDLER_BELOW },
	{ "kvm_emulate_xsetbv", 55, 0x8d, HANDLER_BELOW },
	{ "kvm_handle_invalid_op", REASON_INVALID_OP, REASON_INVALID_OP, HANDLER_BELOW },
	{ "handle_fastpath_set_msr_irqoff", 32, 0x7c, HANDLER_SURE },
	{ "handle_fastpath_wrmsr", 32, 0x7c, HANDLER_SURE },
	{ "handle_fastpath_wrmsr_imm", 85, NO, HANDLER_SURE },
	{ "handle_fastpath_hlt", 12, 0x78, HANDLER_SURE },
	{ "handle_fastpath_invd", 13, 0x76, HANDLER_SURE },

	/* Intel's. */
	{ "handle_exception", 0, NO, HANDLER_BELOW },
	{ "handle_exception_nmi", 0, NO, HANDLER_SURE },
	{ "handle_external_interrupt", 1, NO, HANDLER_SURE },
	{ "handle_external_interrupt_irqoff", 1, NO, HANDLER_SURE },
	{ "handle_triple_fault", 2, NO, HANDLER_SURE },
	{ "handle_interrupt_window", 7, NO, HANDLER_SURE },
	{ "handle_nmi_window", 8, NO, HANDLER_SURE },
	{ "handle_task_switch", 9, NO, HANDLER_SURE },
	{ "handle_cpuid", 10, NO, HANDLER_SURE },
	{ "handle_halt", 12, NO, HANDLER_SURE },
	{ "handle_invd", 13, NO, HANDLER_SURE },
	{ "handle_invlpg", 14, NO, HANDLER_SURE },
	{ "handle_rdpmc", 15, NO, HANDLER_SURE },
	{ "handle_vmcall", 18, NO, HANDLER_SURE },
	{ "handle_vmclear", 19, NO, HANDLER_SURE },
	{ "handle_vmlaunch", 20, NO, HANDLER_SURE },
	{ "handle_vmptrld", 21, NO, HANDLER_SURE },
	{ "handle_vmptrst", 22, NO, HANDLER_SURE },
	{ "handle_vmread", 23, NO, HANDLER_SURE },
	{ "handle_vmresume", 24, NO, HANDLER_SURE },
	{ "handle_vmwrite", 25, NO, HANDLER_SURE },
	{ "handle_vmoff", 26, NO, HANDLER_SURE },
	{ "handle_vmxoff", 26, NO, HANDLER_SURE },
	{ "handle_vmon", 27, NO, HANDLER_SURE },
	{ "handle_vmxon", 27, NO, HANDLER_SURE },
	{ "handle_vmx_instruction", REASON_NESTED, NO, HANDLER_SURE },
	{ "handle_cr", 28, NO, HANDLER_SURE },
	{ "handle_dr", 29, NO, HANDLER_SURE },
	{ "handle_io", 30, NO, HANDLER_SURE },
	{ "handle_rdmsr", 31, NO, HANDLER_SURE },
	{ "handle_wrmsr", 32, NO, HANDLER_SURE },
	{ "handle_rdmsr_imm", 84, NO, HANDLER_SURE },
	{ "handle_wrmsr_imm", 85, NO, HANDLER_SURE },
	{ "handle_mwait", 36, NO, HANDLER_SURE },
	{ "handle_monitor_trap", 37, NO, HANDLER_SURE },
	{ "handle_monitor", 39, NO, HANDLER_SURE },
	{ "handle_pause", 40, NO, HANDLER_SURE },
	{ "handle_machine_check", 41, NO, HANDLER_SURE },
	{ "handle_tpr_below_threshold", 43, NO, HANDLER_SURE },
	{ "handle_apic_access", 44, NO, HANDLER_SURE },
	{ "handle_apic_eoi_induced", 45, NO, HANDLER_SURE },
	{ "handle_desc", REASON_DESCRIPTOR, NO, HANDLER_SURE },
	{ "handle_ept_violation", 48, NO, HANDLER_SURE },
	{ "handle_ept_misconfig", 49, NO, HANDLER_SURE },
	{ "handle_invept", 50, NO, HANDLER_SURE },
	{ "handle_preemption_timer", 52, NO, HANDLER_SURE },
	{ "handle_fastpath_preemption_timer", 52, NO, HANDLER_SURE },
	{ "handle_invvpid", 53, NO, HANDLER_SURE },
	{ "handle_wbinvd", 54, NO, HANDLER_SURE },
	{ "handle_xsetbv", 55, NO, HANDLER_SURE },
	{ "handle_apic_write", 56, NO, HANDLER_SURE },
	{ "handle_invalid_op", REASON_INVALID_OP, NO, HANDLER_SURE },
	{ "handle_invpcid", 58, NO, HANDLER_SURE },
	{ "handle_vmfunc", 59, NO, HANDLER_SURE },
	{ "handle_encls", 60, NO, HANDLER_SURE },
	{ "handle_pml_full", 62, NO, HANDLER_SURE },
	{ "handle_xsaves", 63, NO, HANDLER_SURE },
	{ "handle_xrstors", 64, NO, HANDLER_SURE },
	{ "handle_bus_lock_vmexit", 74, NO, HANDLER_SURE },
	{ "handle_notify", 75, NO, HANDLER_SURE },

	/* AMD's. */
	{ "cr_interception", NO, REASON_CR, HANDLER_SURE },
	{ "cr8_write_interception", NO, 0x18, HANDLER_SURE },
	{ "dr_interception", NO, REASON_DR, HANDLER_SURE },
	{ "db_interception", NO, 0x41, HANDLER_SURE },
	{ "bp_interception", NO, 0x43, HANDLER_SURE },
	{ "ud_interception", NO, 0x46, HANDLER_SURE },
	{ "nm_interception", NO, 0x47, HANDLER_SURE },
	{ "gp_interception", NO, 0x4d, HANDLER_SURE },
	{ "pf_interception", NO, 0x4e, HANDLER_SURE },
	{ "ac_interception", NO, 0x51, HANDLER_SURE },
	{ "mc_interception", NO, 0x52, HANDLER_SURE },
	{ "intr_interception", NO, 0x60, HANDLER_SURE },
	{ "nmi_interception", NO, 0x61, HANDLER_SURE },
	{ "smi_interception", NO, 0x62, HANDLER_SURE },
	{ "interrupt_window_interception", NO, 0x64, HANDLER_SURE },
	{ "rdpmc_interception", NO, 0x6f, HANDLER_SURE },
	{ "cpuid_interception", NO, 0x72, HANDLER_SURE },
	{ "rsm_interception", NO, 0x73, HANDLER_SURE },
	{ "iret_interception", NO, 0x74, HANDLER_SURE },
	{ "invd_interception", NO, 0x76, HANDLER_SURE },
	{ "pause_interception", NO, 0x77, HANDLER_SURE },
	{ "halt_interception", NO, 0x78, HANDLER_SURE },
	{ "invlpg_interception", NO, 0x79, HANDLER_SURE },
	{ "invlpga_interception", NO, 0x7a, HANDLER_SURE },
	{ "io_interception", NO, 0x7b, HANDLER_SURE },
	{ "msr_interception", NO, 0x7c, HANDLER_SURE },
	{ "rdmsr_interception", NO, 0x7c, HANDLER_SURE },
	{ "wrmsr_interception", NO, 0x7c, HANDLER_SURE },
	{ "task_switch_interception", NO, 0x7d, HANDLER_SURE },
	{ "shutdown_interception", NO, 0x7f, HANDLER_SURE },
	{ "vmrun_interception", NO, 0x80, HANDLER_SURE },
	{ "vmmcall_interception", NO, 0x81, HANDLER_SURE },
	{ "vmload_interception", NO, 0x82, HANDLER_SURE },
	{ "vmsave_interception", NO, 0x83, HANDLER_SURE },
	{ "stgi_interception", NO, 0x84, HANDLER_SURE },
	{ "clgi_interception", NO, 0x85, HANDLER_SURE },
	{ "skinit_interception", NO, 0x86, HANDLER_SURE },
	{ "wbinvd_interception", NO, 0x89, HANDLER_SURE },
	{ "monitor_interception", NO, 0x8a, HANDLER_SURE },
	{ "mwait_interception", NO, 0x8b, HANDLER_SURE },
	{ "xsetbv_interception", NO, 0x8d, HANDLER_SURE },
	{ "efer_trap", NO, 0x8f, HANDLER_SURE },
	{ "cr_trap", NO, REASON_CR, HANDLER_SURE },
	{ "invpcid_interception", NO, 0xa2, HANDLER_SURE },
	{ "bus_lock_exit", NO, 0xa5, HANDLER_SURE },
	{ "npf_interception", NO, 0x400, HANDLER_SURE },
	{ "avic_incomplete_ipi_interception", NO, 0x401, HANDLER_SURE },
	{ "avic_unaccelerated_access_interception", NO, 0x402, HANDLER_SURE },
	{ "sev_handle_vmgexit", NO, 0x403, HANDLER_SURE },
	{ "emulate_on_interception", NO, REASON_EMULATE, HANDLER_SURE },
};

_Static_assert(ARRAY_SIZE(handlers) <= HANDLER_LIMIT, "the accounting has a sum for every row");

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

static bool same(const char *known, const char *name, size_t length)
{
	return strlen(known) == length && !memcmp(known, name, length);
}

static bool begins(const char *name, size_t length, const char *with)
{
	return length >= strlen(with) && !memcmp(name, with, strlen(with));
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
	for (size_t i = HANDLER_FIRST; i < ARRAY_SIZE(handlers); i++) {
		if (!same(handlers[i].name, name, length))
			continue;
		*row = i;
		roles |= ROLE_HANDLER;
		if (handlers[i].sort == HANDLER_SURE && handlers[i].svm == NO)
			roles |= ROLE_VMX;
		if (handlers[i].sort == HANDLER_SURE && handlers[i].vmx == NO)
			roles |= ROLE_SVM;
	}
	return roles;
}
