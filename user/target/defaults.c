// SPDX-License-Identifier: GPL-2.0
/*
 * The exit path, phase by phase. Names come and go between kernels: a comment tells the
 * kernels of those that have gone or come since 6.1; what a host lacks is skipped.
 *
 * Left out are functions which say nothing and are called in loops (register accessors of
 * the emulator, page table iterators, bus look-up comparisons), for each traced call costs
 * the exit that it is in; and handlers that call nothing, where the reason says as much.
 */
#include "target/defaults.h"

#include <string.h>

#include "util/cleanup.h"

static const char *const names[] = {
	/* KVM_RUN, down to the run function; the thread's coming and going. */
	"kvm_vcpu_ioctl",
	"kvm_arch_vcpu_ioctl_run",
	"vcpu_run",	    /* inlined in most kernels */
	"vcpu_enter_guest", /* likewise */
	"kvm_arch_vcpu_load",
	"kvm_arch_vcpu_put",
	"vmx_vcpu_load",
	"kvm_sched_in",
	"kvm_sched_out",

	/* Before the guest is entered: requests, timers, lazily loaded state. */
	"kvm_mmu_load",
	"kvm_service_local_tlb_flush_requests",
	"kvm_guest_time_update",
	"svm_prepare_switch_to_guest",
	"vmx_prepare_switch_to_guest",
	"vmx_sync_pir_to_irr",

	/* Injecting interrupts and exceptions. */
	"kvm_check_and_inject_events",
	"kvm_cpu_get_interrupt",
	"svm_inject_irq",
	"svm_inject_exception",
	"vmx_inject_irq",
	"vmx_inject_exception",
	"svm_enable_irq_window",
	"vmx_enable_irq_window",

	/* Entering and leaving the guest. */
	"svm_vcpu_run",
	"vmx_vcpu_run",
	"kvm_load_guest_xsave_state",
	"kvm_load_host_xsave_state", /* both until 6.12 */
	"kvm_load_xfeatures",
	"kvm_load_guest_pkru",
	"kvm_load_host_pkru", /* in their place */
	"kvm_wait_lapic_expire",
	"kvm_get_cr8",
	"kvm_lapic_get_cr8",
	"kvm_set_cr8",
	"kvm_lapic_set_tpr",
	"apic_update_ppr",
	"__apic_update_ppr",
	"clear_atomic_switch_msr",
	"svm_complete_interrupts",
	"__vmx_complete_interrupts",
	"svm_handle_exit_irqoff",
	"vmx_handle_exit_irqoff",
	"handle_fastpath_set_msr_irqoff", /* until 6.12 */
	"handle_fastpath_wrmsr",
	"handle_fastpath_wrmsr_imm",
	"handle_fastpath_hlt",
	"handle_fastpath_invd",

	/* Handling the exit: AMD. */
	"svm_handle_exit",
	"svm_invoke_exit_handler",
	"avic_incomplete_ipi_interception",
	"avic_unaccelerated_access_interception",
	"clgi_interception",
	"cr8_write_interception",
	"cr_interception",
	"dr_interception",
	"gp_interception",
	"interrupt_window_interception",
	"invlpg_interception",
	"invpcid_interception",
	"io_interception",
	"msr_interception",
	"npf_interception",
	"pause_interception",
	"pf_interception",
	"sev_handle_vmgexit",
	"stgi_interception",
	"task_switch_interception",
	"ud_interception",
	"vmload_vmsave_interception",
	"vmmcall_interception",
	"vmrun_interception",

	/* Handling the exit: Intel. */
	"vmx_handle_exit",
	"handle_apic_access",
	"handle_apic_eoi_induced",
	"handle_apic_write",
	"handle_cr",
	"handle_dr",
	"handle_ept_misconfig",
	"handle_ept_violation",
	"handle_exception_nmi",
	"handle_interrupt_window",
	"handle_invept",
	"handle_invlpg",
	"handle_invpcid",
	"handle_io", /* not unique on some kernels */
	"handle_pause",
	"handle_pml_full",
	"handle_preemption_timer",
	"handle_rdmsr_imm",
	"handle_wrmsr_imm",
	"handle_task_switch",
	"handle_tpr_below_threshold",
	"handle_vmlaunch",
	"handle_vmptrld",
	"handle_vmread",
	"handle_vmresume",
	"handle_vmwrite",

	/* Skipping the instruction that exited. */
	"kvm_skip_emulated_instruction",
	"svm_skip_emulated_instruction",
	"__svm_skip_emulated_instruction",
	"vmx_skip_emulated_instruction",
	"skip_emulated_instruction",
	"svm_get_rflags",
	"vmx_get_rflags",
	"vmx_cache_reg",
	"vmx_set_interrupt_shadow",

	/* Instructions that KVM carries out itself. */
	"kvm_emulate_cpuid",
	"kvm_cpuid",
	"kvm_emulate_hypercall",
	"____kvm_emulate_hypercall",
	"kvm_hv_hypercall",
	"kvm_emulate_wbinvd",
	"kvm_set_cr0",
	"kvm_set_cr3",
	"kvm_set_cr4",
	"kvm_vcpu_on_spin",

	/* MSRs. */
	"kvm_emulate_rdmsr",
	"kvm_emulate_wrmsr",
	"__kvm_get_msr",
	"__kvm_set_msr",
	"kvm_get_msr_common",
	"kvm_set_msr_common",
	"svm_get_msr",
	"svm_set_msr",
	"vmx_get_msr",
	"vmx_set_msr",
	"kvm_pmu_is_valid_msr",
	"amd_is_valid_msr",
	"amd_msr_idx_to_pmc",
	"intel_is_valid_msr",
	"intel_msr_idx_to_pmc",
	"kvm_x2apic_msr_read",
	"kvm_x2apic_msr_write",

	/* The emulator. */
	"kvm_emulate_instruction",
	"x86_emulate_instruction",
	"x86_decode_emulated_instruction",
	"x86_decode_insn",
	"x86_emulate_insn",
	"emulator_read_write",
	"emulator_read_write_onepage",
	"emulator_read_emulated",
	"emulator_write_emulated",
	"emulator_pio_in_out",
	"kvm_fetch_guest_virt",

	/* Ports, MMIO and the devices in the kernel. */
	"kvm_fast_pio",
	"complete_fast_pio_out",
	"complete_emulated_mmio",
	"kvm_io_bus_read",
	"kvm_io_bus_write",
	"__kvm_io_bus_write",
	"kvm_io_bus_get_first_dev",
	"ioeventfd_write",
	"coalesced_mmio_write",
	"write_mmio", /* until 6.12 */
	"apic_mmio_read",
	"apic_mmio_write",
	"ioapic_mmio_write",

	/* The local APIC: IPIs, EOIs, timers. */
	"kvm_lapic_reg_write",
	"kvm_apic_send_ipi",
	"kvm_irq_delivery_to_apic",
	"__kvm_irq_delivery_to_apic", /* 7.x, likewise */
	"__apic_accept_irq",
	"svm_deliver_interrupt",
	"vmx_deliver_interrupt",
	"apic_set_eoi",
	"kvm_apic_set_eoi_accelerated",
	"kvm_ioapic_update_eoi",
	"kvm_set_lapic_tscdeadline_msr",
	"start_sw_timer",
	"kvm_lapic_expired_hv_timer",
	"kvm_lapic_switch_to_sw_timer",
	"vmx_set_hv_timer",

	/* HLT. Not what is called while it polls: kvm_vcpu_check_block and below. */
	"kvm_emulate_halt",
	"kvm_vcpu_halt",
	"kvm_vcpu_block",

	/* Page faults. */
	"kvm_mmu_page_fault",
	"kvm_mmu_do_page_fault",
	"kvm_tdp_page_fault",
	"direct_page_fault",
	"paging64_page_fault",
	"fast_page_fault",
	"mmu_topup_memory_caches",
	"kvm_faultin_pfn", /* until 6.12 */
	"kvm_mmu_faultin_pfn",
	"hva_to_pfn",
	"kvm_tdp_mmu_map",
	"kvm_mmu_hugepage_adjust",
	"kvm_flush_remote_tlbs",

	/* Nested guests. */
	"nested_svm_vmrun",
	"nested_svm_vmexit",
	"nested_vmx_run",
	"nested_vmx_vmexit",
};

const char *const *defaults_names(size_t *cnt_out)
{
	*cnt_out = ARRAY_SIZE(names);
	return names;
}
