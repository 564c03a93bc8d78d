// SPDX-License-Identifier: GPL-2.0
/*
 * The deny list. A function belongs here when it can run where a probe must not: in an NMI
 * or while the machine goes down, where the slightest extra can be fatal and nobody looks
 * for it; or when attaching to it is known to break something. What is merely useless, the
 * tracepoints' own machinery, is here too, as TARGET_GLUE.
 *
 * Names that are not unique need no entry (judge.c sees to them), except those that are so
 * on some kernels only and have done harm.
 */
#include "target/deny.h"

#include <stdio.h>
#include <string.h>

#include "target/host.h"
#include "util/cleanup.h"

#define NMI	"runs in the host's NMIs, as a callback of perf"
#define CRASH	"runs in NMIs while the host crashes or reboots"
#define POWER	"runs while the host suspends, resumes or shuts down"
#define HOTPLUG "runs with interrupts off while a CPU of the host comes up or goes down"
#define VIRT	"switches a CPU's virtualization on or off, from CPU hotplug, suspend and reboot, too"
#define CLOCK	"runs inside the host's timekeeping, which a probe's clock reading is part of"
#define PMU                                                                                        \
	"vmlinux has a function of this name: attaching kvm's has crashed a host on Linux 7.2 at " \
	"the next vCPU's creation"
#define GLUE "part of a tracepoint, not of KVM's own work"

static const struct deny_entry entries[] = {
	/* perf_guest_info_callbacks; until 5.17 three, then kvm_guest_state() and two others. */
	{ "kvm_guest_state", TARGET_DENIED, NMI },
	{ "kvm_guest_get_ip", TARGET_DENIED, NMI },
	{ "kvm_arch_vcpu_get_ip", TARGET_DENIED, NMI },
	{ "kvm_handle_intel_pt_intr", TARGET_DENIED, NMI },
	{ "vmx_handle_intel_pt_intr", TARGET_DENIED, NMI },
	{ "kvm_is_in_guest", TARGET_DENIED, NMI },
	{ "kvm_is_user_mode", TARGET_DENIED, NMI },
	{ "kvm_get_guest_ip", TARGET_DENIED, NMI },
	/* Overflow handlers of the events that back a guest's PMU. */
	{ "kvm_perf_overflow", TARGET_DENIED, NMI },
	{ "kvm_perf_overflow_intr", TARGET_DENIED, NMI },
	{ "__kvm_perf_overflow", TARGET_DENIED, NMI },
	/* An NMI that made the guest exit is being handled; without a site in some builds only. */
	{ "vmx_do_nmi_irqoff", TARGET_DENIED, "runs while an NMI of the host is being handled" },
	{ "vmx_do_interrupt_nmi_irqoff", TARGET_DENIED,
	  "calls the host's interrupt handlers with a stack frame of its own making" },
	{ "vmx_handle_nmi", TARGET_DENIED, "runs while an NMI of the host is being handled" },

	/* cpu_emergency_disable_virtualization() and its predecessors. */
	{ "*emergency_disable*", TARGET_DENIED, CRASH },
	{ "crash_vmclear_*", TARGET_DENIED, CRASH },
	{ "kvm_reboot", TARGET_DENIED, POWER },
	{ "kvm_shutdown", TARGET_DENIED, POWER },
	{ "kvm_suspend", TARGET_DENIED, POWER },
	{ "kvm_resume", TARGET_DENIED, POWER },
	{ "kvm_pm_notifier_call", TARGET_DENIED, POWER },
	{ "kvm_arch_pm_notifier", TARGET_DENIED, POWER },
	{ "kvm_starting_cpu", TARGET_DENIED, HOTPLUG },
	{ "kvm_dying_cpu", TARGET_DENIED, HOTPLUG },
	{ "kvm_online_cpu", TARGET_DENIED, HOTPLUG },
	{ "kvm_offline_cpu", TARGET_DENIED, HOTPLUG },
	{ "kvmclock_cpu_online", TARGET_DENIED, HOTPLUG },
	{ "kvmclock_cpu_down_prep", TARGET_DENIED, HOTPLUG },
	{ "hardware_enable_nolock", TARGET_DENIED, VIRT },
	{ "hardware_disable_nolock", TARGET_DENIED, VIRT },
	{ "*_hardware_enable", TARGET_DENIED, VIRT },
	{ "*_hardware_disable", TARGET_DENIED, VIRT },
	{ "*_enable_virtualization_cpu", TARGET_DENIED, VIRT },
	{ "*_disable_virtualization_cpu", TARGET_DENIED, VIRT },

	/* Called with the timekeeper's lock held and its sequence count odd. */
	{ "pvclock_gtod_notify", TARGET_DENIED, CLOCK },
	{ "kvmclock_cpufreq_notifier", TARGET_DENIED, CLOCK },
	{ "tsc_khz_changed", TARGET_DENIED, CLOCK },

	{ "amd_pmu_init", TARGET_DENIED, PMU },
	{ "intel_pmu_init", TARGET_DENIED, PMU },

	{ "__traceiter_*", TARGET_GLUE, GLUE },
	{ "__probestub_*", TARGET_GLUE, GLUE },
	{ "__bpf_trace_*", TARGET_GLUE, GLUE },
	{ "__do_trace_*", TARGET_GLUE, GLUE },
	{ "trace_event_raw_event_*", TARGET_GLUE, GLUE },
	{ "do_trace_event_raw_event_*", TARGET_GLUE, GLUE },
	{ "trace_event_get_offsets_*", TARGET_GLUE, GLUE },
	{ "trace_raw_output_*", TARGET_GLUE, GLUE },
	{ "perf_trace_*", TARGET_GLUE, GLUE },
	{ "do_perf_trace_*", TARGET_GLUE, GLUE },
	{ "trace_kvm_*", TARGET_GLUE, GLUE },
};

const struct deny_entry *deny_table(size_t *cnt_out)
{
	*cnt_out = ARRAY_SIZE(entries);
	return entries;
}

static const struct deny_entry *find(const struct deny_entry *table, size_t cnt, const char *name)
{
	char source[256]; /* the name without what the compiler has put behind it */

	size_t len = strcspn(name, ".");

	if (len >= sizeof(source))
		len = sizeof(source) - 1;
	memcpy(source, name, len);
	source[len] = '\0';
	for (size_t i = 0; i < cnt; i++) {
		if (target_glob_matches(table[i].pattern, source))
			return &table[i];
	}
	return NULL;
}

const struct deny_entry *deny_find(const char *name)
{
	return find(entries, ARRAY_SIZE(entries), name);
}

const struct deny_entry *deny_find_outside(const char *name)
{
	const struct deny_entry *entry = deny_find(name), *outside;
	size_t cnt;

	outside = deny_table_outside(&cnt);
	return entry ? entry : find(outside, cnt, name);
}
