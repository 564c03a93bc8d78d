// SPDX-License-Identifier: GPL-2.0
/*
 * The names are those that Linux 5.10 to 7.2 have, and a few older ones which traces from
 * elsewhere show. Whatever is not here is where its caller is.
 */
#include "analyze/phase.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "analyze/metrics.h"
#include "profile/tree.h"
#include "util/cleanup.h"

static const struct {
	const char *name, *key;
} names[] = {
	[PHASE_HARDWARE] = { "hardware transition and guest", "hardware_and_guest" },
	[PHASE_RUN] = { "run function", "run_function" },
	[PHASE_HANDLER] = { "exit handler", "exit_handler" },
	[PHASE_EMULATION] = { "emulation and skipping", "emulation_and_skipping" },
	[PHASE_DEVICE] = { "device and bus", "device_and_bus" },
	[PHASE_ENTRY] = { "entry preparation", "entry_preparation" },
	[PHASE_USERSPACE] = { "user space", "user_space" },
	[PHASE_SCHEDULER] = { "scheduler and interrupts", "scheduler_and_interrupts" },
	[PHASE_OTHER] = { "other", "other" },
};
_Static_assert(ARRAY_SIZE(names) == PHASE_COUNT, "every phase has its name");

static const enum phase kinds[] = {
	[NODE_CALL] = PHASE_COUNT,
	[NODE_GUEST] = PHASE_HARDWARE,
	[NODE_USERSPACE] = PHASE_USERSPACE,
	[NODE_OFF_CPU] = PHASE_SCHEDULER,
};
_Static_assert(ARRAY_SIZE(kinds) == NODE_KIND_COUNT, "every kind has its phase");

#define ANY   NULL
#define KVM   "kvm"
#define AMD   "kvm_amd"
#define INTEL "kvm_intel"

/* The first row whose pattern and module fit. Patterns are fnmatch()'s. */
static const struct {
	const char *pattern;
	const char *module; /* ANY: of whatever module, or of none that is known */
	enum phase phase;
} rows[] = {
	/* Called from assembly, or inlined around it. */
	{ "__vmx_vcpu_run*", ANY, PHASE_HARDWARE },
	{ "vmx_vcpu_enter_exit", ANY, PHASE_HARDWARE },
	{ "vmx_update_host_rsp", ANY, PHASE_HARDWARE },
	{ "vmx_spec_ctrl_restore_host", ANY, PHASE_HARDWARE },
	{ "vmx_l1d_flush", ANY, PHASE_HARDWARE },
	{ "tdx_vcpu_enter_exit", ANY, PHASE_HARDWARE },
	{ "__svm_vcpu_run", ANY, PHASE_HARDWARE },
	{ "__svm_sev_es_vcpu_run", ANY, PHASE_HARDWARE },
	{ "svm_vcpu_enter_exit", ANY, PHASE_HARDWARE },

	{ "vmx_vcpu_run", ANY, PHASE_RUN },
	{ "svm_vcpu_run", ANY, PHASE_RUN },
	{ "tdx_vcpu_run", ANY, PHASE_RUN },
	{ "vt_vcpu_run", ANY, PHASE_RUN },
	{ "pre_svm_run", ANY, PHASE_RUN },
	/* Of the run function on VMX; on SVM of handle_exit until 5.10. */
	{ "svm_complete_interrupts", ANY, PHASE_RUN },
	{ "*vmx_complete_interrupts", ANY, PHASE_RUN },
	{ "vmx_recover_nmi_blocking", ANY, PHASE_RUN },

	{ "x86_emulate_*", ANY, PHASE_EMULATION },
	{ "x86_decode_*", ANY, PHASE_EMULATION },
	{ "kvm_emulate_instruction*", ANY, PHASE_EMULATION },
	{ "*skip_emulated_instruction", ANY, PHASE_EMULATION },
	{ "*emulate_instruction", AMD, PHASE_EMULATION },   /* svm_can_, svm_check_ */
	{ "*emulate_instruction", INTEL, PHASE_EMULATION }, /* vmx_can_, vmx_check_ */
	{ "kvm_fast_pio*", ANY, PHASE_EMULATION },
	{ "complete_fast_pio*", ANY, PHASE_EMULATION },
	{ "complete_fast_rdmsr", ANY, PHASE_EMULATION },
	{ "complete_fast_msr_access", ANY, PHASE_EMULATION },
	{ "complete_emulated_*", ANY, PHASE_EMULATION },
	{ "complete_hypercall_exit", ANY, PHASE_EMULATION },
	{ "handle_emulation_failure", ANY, PHASE_EMULATION },
	{ "init_emulate_ctxt", ANY, PHASE_EMULATION },
	{ "init_decode_cache", ANY, PHASE_EMULATION },
	{ "kvm_fetch_guest_virt", ANY, PHASE_EMULATION },
	{ "kvm_task_switch", ANY, PHASE_EMULATION },

	/* Before emulator_*, of which these are what it hands to the bus. */
	{ "emulator_pio_*", ANY, PHASE_DEVICE },
	{ "kernel_pio", ANY, PHASE_DEVICE },
	{ "__emulator_pio_*", ANY, PHASE_DEVICE },
	{ "kvm_io_bus_*", ANY, PHASE_DEVICE },
	{ "__kvm_io_bus_*", ANY, PHASE_DEVICE },
	{ "ioeventfd_*", ANY, PHASE_DEVICE },
	{ "eventfd_signal*", ANY, PHASE_DEVICE },
	{ "read_mmio", KVM, PHASE_DEVICE },
	{ "write_mmio", KVM, PHASE_DEVICE },
	{ "vcpu_mmio_*", KVM, PHASE_DEVICE },
	{ "coalesced_mmio_*", KVM, PHASE_DEVICE },
	{ "apic_mmio_*", KVM, PHASE_DEVICE },
	{ "kvm_lapic_reg_*", KVM, PHASE_DEVICE },
	{ "kvm_apic_write_nodecode", KVM, PHASE_DEVICE },
	{ "kvm_apic_send_ipi", KVM, PHASE_DEVICE },
	{ "kvm_x2apic_*", KVM, PHASE_DEVICE },
	{ "ioapic_*", KVM, PHASE_DEVICE },
	{ "kvm_ioapic_*", KVM, PHASE_DEVICE },
	{ "picdev_*", KVM, PHASE_DEVICE },
	{ "pit_*", KVM, PHASE_DEVICE },
	{ "speaker_ioport_*", KVM, PHASE_DEVICE },

	{ "em_*", KVM, PHASE_EMULATION },
	{ "emulator_*", KVM, PHASE_EMULATION },
	{ "segmented_*", KVM, PHASE_EMULATION },
	{ "linearize", KVM, PHASE_EMULATION },
	{ "writeback*", KVM, PHASE_EMULATION },
	{ "decode_*", KVM, PHASE_EMULATION },

	{ "vmx_handle_exit*", ANY, PHASE_HANDLER },
	{ "__vmx_handle_exit", ANY, PHASE_HANDLER },
	{ "svm_handle_exit*", ANY, PHASE_HANDLER },
	{ "vt_handle_exit*", ANY, PHASE_HANDLER },
	{ "tdx_handle_exit*", ANY, PHASE_HANDLER },
	{ "svm_invoke_exit_handler", ANY, PHASE_HANDLER },
	{ "handle_exit", AMD, PHASE_HANDLER },
	{ "*_interception", AMD, PHASE_HANDLER },
	{ "sev_handle_vmgexit", AMD, PHASE_HANDLER },
	{ "handle_*", INTEL, PHASE_HANDLER },
	{ "handle_fastpath_*", ANY, PHASE_HANDLER },
	{ "*_exit_handlers_fastpath", ANY, PHASE_HANDLER },
	{ "kvm_emulate_*", KVM, PHASE_HANDLER },

	{ "kvm_vcpu_ioctl*", KVM, PHASE_USERSPACE },
	{ "kvm_arch_vcpu_load", KVM, PHASE_USERSPACE },
	{ "kvm_arch_vcpu_put", KVM, PHASE_USERSPACE },
	{ "vcpu_load", KVM, PHASE_USERSPACE },
	{ "vcpu_put", KVM, PHASE_USERSPACE },
	{ "*_vcpu_load", ANY, PHASE_USERSPACE },
	{ "*_vcpu_put", ANY, PHASE_USERSPACE },
	{ "kvm_sigset_*", KVM, PHASE_USERSPACE },
	{ "kvm_load_guest_fpu", KVM, PHASE_USERSPACE },
	{ "kvm_put_guest_fpu", KVM, PHASE_USERSPACE },
	{ "fpu_swap_kvm_fpstate", ANY, PHASE_USERSPACE },
	{ "*_prepare_switch_to_host", ANY, PHASE_USERSPACE },

	{ "kvm_arch_vcpu_ioctl_run", KVM, PHASE_ENTRY },
	{ "vcpu_run", KVM, PHASE_ENTRY },
	{ "vcpu_enter_guest", KVM, PHASE_ENTRY },
	{ "*_prepare_switch_to_guest", ANY, PHASE_ENTRY },
	{ "svm_prepare_guest_switch", ANY, PHASE_ENTRY },
	{ "*_vcpu_pre_run", ANY, PHASE_ENTRY },
	{ "kvm_check_and_inject_events", KVM, PHASE_ENTRY },
	{ "inject_pending_event", KVM, PHASE_ENTRY },
	{ "*_inject_irq", ANY, PHASE_ENTRY },
	{ "*_inject_nmi", ANY, PHASE_ENTRY },
	{ "*_inject_exception", ANY, PHASE_ENTRY },
	{ "*_cancel_injection", ANY, PHASE_ENTRY },
	{ "*_enable_irq_window", ANY, PHASE_ENTRY },
	{ "*_enable_nmi_window", ANY, PHASE_ENTRY },
	{ "*update_cr8_intercept", ANY, PHASE_ENTRY },
	{ "*_sync_pir_to_irr", ANY, PHASE_ENTRY },
	{ "vmx_set_rvi", ANY, PHASE_ENTRY },
	{ "kvm_cpu_has_*", KVM, PHASE_ENTRY },
	{ "kvm_apic_accept_events", KVM, PHASE_ENTRY },
	{ "kvm_vcpu_exit_request", KVM, PHASE_ENTRY },
	{ "kvm_vcpu_ready_for_interrupt_injection", KVM, PHASE_ENTRY },
	{ "kvm_service_local_tlb_flush_requests", KVM, PHASE_ENTRY },
	{ "kvm_vcpu_flush_tlb_*", KVM, PHASE_ENTRY },
	{ "kvm_guest_time_update", KVM, PHASE_ENTRY },
	{ "kvm_mmu_load", KVM, PHASE_ENTRY },
	{ "kvm_mmu_sync_roots", KVM, PHASE_ENTRY },
	{ "kvm_pmu_handle_event", KVM, PHASE_ENTRY },
	{ "kvm_pmu_deliver_pmi", KVM, PHASE_ENTRY },
	{ "process_nmi", KVM, PHASE_ENTRY },
	{ "record_steal_time", KVM, PHASE_ENTRY },

	{ "kvm_sched_*", KVM, PHASE_SCHEDULER },
	{ "kvm_vcpu_halt", KVM, PHASE_SCHEDULER },
	{ "kvm_vcpu_block", KVM, PHASE_SCHEDULER },
	{ "vcpu_block", KVM, PHASE_SCHEDULER },
	{ "schedule*", "vmlinux", PHASE_SCHEDULER },
	{ "__schedule", "vmlinux", PHASE_SCHEDULER },
	{ "xfer_to_guest_mode_*", "vmlinux", PHASE_SCHEDULER },
	{ "asm_*", "vmlinux", PHASE_SCHEDULER },
	{ "sysvec_*", "vmlinux", PHASE_SCHEDULER },
	{ "*do_softirq*", "vmlinux", PHASE_SCHEDULER },
	{ "handle_softirqs", "vmlinux", PHASE_SCHEDULER },
	{ "irq_enter*", "vmlinux", PHASE_SCHEDULER },
	{ "irq_exit*", "vmlinux", PHASE_SCHEDULER },
	{ "hrtimer_interrupt", "vmlinux", PHASE_SCHEDULER },
	{ "__hrtimer_run_queues", "vmlinux", PHASE_SCHEDULER },
	{ "run_timer_softirq", "vmlinux", PHASE_SCHEDULER },
};

/* Room for any function's name: the kernel's are below 512 bytes. */
#define NAME_MAX_LENGTH 512

const char *phase_name(enum phase phase)
{
	return names[phase].name;
}

const char *phase_key(enum phase phase)
{
	return names[phase].key;
}

enum phase phase_of_function(const char *name, const char *module)
{
	char base[NAME_MAX_LENGTH];

	snprintf(base, sizeof(base), "%.*s", (int)metrics_base_length(name), name);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].module && strcmp(rows[i].module, module))
			continue;
		if (!fnmatch(rows[i].pattern, base, 0))
			return rows[i].phase;
	}
	return PHASE_COUNT;
}

static enum phase own_phase(const struct recording *recording, const struct node *node)
{
	const struct function *function;

	if (node->kind != NODE_CALL)
		return kinds[node->kind];
	function = &recording->functions[node->function];
	return phase_of_function(function->name, function->module);
}

enum phase phase_of_node(const struct recording *recording, const struct node *node)
{
	enum phase found = PHASE_COUNT;

	for (const struct node *n = node; n; n = n->parent) {
		enum phase own = own_phase(recording, n);

		/* A switch or an interrupt can come anywhere: what is below it is its own. */
		if (own == PHASE_SCHEDULER)
			return own;
		if (found == PHASE_COUNT)
			found = own;
	}
	return found == PHASE_COUNT ? PHASE_OTHER : found;
}

static double measured_self(const struct node *node, const void *data)
{
	return (double)node_self_ns(node);
}

void phase_sums(const struct recording *recording, const struct reason *reason, phase_self_fn self,
		const void *data, double ns_per_cycle[PHASE_COUNT])
{
	double sums[PHASE_COUNT] = {};
	u32 depth = 0;

	if (!self) {
		self = measured_self;
		sums[PHASE_OTHER] = (double)reason_self_ns(reason);
	}
	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth))
		sums[phase_of_node(recording, n)] += self(n, data);
	for (int i = 0; i < PHASE_COUNT; i++)
		ns_per_cycle[i] = reason->cycle_cnt ? sums[i] / (double)reason->cycle_cnt : 0;
}
