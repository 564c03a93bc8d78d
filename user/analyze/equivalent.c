// SPDX-License-Identifier: GPL-2.0
/*
 * Functions: both vendors implement the operations of kvm-x86-ops.h, and name them svm_OP and
 * vmx_OP (amd_OP and intel_OP for the PMU): that is a rule and needs no rows. The rows are for
 * what is not named so, or no longer, or was not once. Read in Linux 5.10 to 7.2, and in
 * traces of older ones.
 */
#include "analyze/equivalent.h"

#include <stdio.h>
#include <string.h>

#include "analyze/metrics.h"
#include "analyze/phase.h"
#include "util/cleanup.h"

#define AMD   "kvm_amd"
#define INTEL "kvm_intel"

/* A vendor's name need not be told from its module where nobody else has one like it. */
static const struct {
	const char *name, *module, *class;
} functions[] = {
	/* SVM's second level is inlined into the first one, or not; VMX's, too. */
	{ "handle_exit", AMD, "*_handle_exit" }, /* until 5.10 */
	{ "svm_invoke_exit_handler", AMD, "*_handle_exit" },
	{ "__vmx_handle_exit", INTEL, "*_handle_exit" },
	{ "vt_handle_exit", INTEL, "*_handle_exit" },

	/* What a vendor calls before its own: vmx_skip_... calls skip_..., svm_skip_...
	   __svm_skip_... */
	{ "skip_emulated_instruction", AMD, "*_skip_emulated_instruction" }, /* until 5.10 */
	{ "__svm_skip_emulated_instruction", AMD, "*_skip_emulated_instruction" },
	{ "skip_emulated_instruction", INTEL, "*_skip_emulated_instruction" },

	{ "svm_prepare_guest_switch", AMD, "*_prepare_switch_to_guest" }, /* until 5.10 */
	{ "__vmx_complete_interrupts", INTEL, "*_complete_interrupts" },
	{ "__svm_vcpu_run", AMD, "*_vcpu_enter_exit" },
	{ "__vmx_vcpu_run", INTEL, "*_vcpu_enter_exit" },
	{ "__vmx_set_segment", INTEL, "*_set_segment" },
	{ "vmx_queue_exception", INTEL, "*_inject_exception" }, /* until 5.18 */
	{ "svm_queue_exception", AMD, "*_inject_exception" },	/* likewise */
	{ "svm_set_irq", AMD, "*_inject_irq" },			/* likewise */
	{ "svm_check_emulate_instruction", AMD, "*_can_emulate_instruction" },
	{ "vmx_check_emulate_instruction", INTEL, "*_can_emulate_instruction" },
	{ "emulator_pio_out", NULL, "emulator_pio_in_out" }, /* which it calls, or has inlined */
	{ "emulator_pio_in", NULL, "emulator_pio_in_out" },
	{ "kernel_pio", NULL, "emulator_pio_in_out" }, /* until 5.16, between it and the bus */
};

static const char *const prefixes[] = { "svm_", "vmx_", "vt_", "amd_", "intel_" };

struct range {
	u64 first;
	u64 cnt; /* 0 ends a list */
};

#define RANGE_CNT 5

#define ONE(code)       \
	{               \
		code, 1 \
	}
#define RANGE(first, last)                  \
	{                                   \
		first, (last) - (first) + 1 \
	}

/* Codes of arch/x86/include/uapi/asm/svm.h and vmx.h. */
static const struct {
	const char *name;
	struct range svm[RANGE_CNT], vmx[RANGE_CNT];
} reasons[] = {
	{ "CPUID", { ONE(0x72) }, { ONE(10) } },
	{ "IOIO", { ONE(0x7b) }, { ONE(30) } },
	/* EPT_MISCONFIG is MMIO that was met before; NPF is that, too. */
	{ "NPF", { ONE(0x400) }, { RANGE(48, 49) } },
	{ "MSR", { ONE(0x7c) }, { RANGE(31, 32), RANGE(84, 85) } },
	{ "HLT", { ONE(0x78), ONE(0xa6) }, { ONE(12) } },
	{ "VMMCALL", { ONE(0x81) }, { ONE(18) } },
	{ "INTR", { ONE(0x60) }, { ONE(1) } },
	/* VMX has one for exceptions and NMI. */
	{ "EXCEPTION_NMI", { RANGE(0x40, 0x5f), ONE(0x61) }, { ONE(0) } },
	{ "SMI", { ONE(0x62) }, { ONE(6) } },
	{ "INIT", { ONE(0x63) }, { ONE(3) } },
	{ "VINTR", { ONE(0x64) }, { ONE(7) } },
	/* How each learns that an NMI can be injected. */
	{ "IRET", { ONE(0x74) }, { ONE(8) } },
	{ "CR",
	  { RANGE(0x00, 0x1f), ONE(0x65), RANGE(0x90, 0x9f), ONE(REASON_CR) },
	  { ONE(28), ONE(REASON_CR) } },
	{ "DR", { RANGE(0x20, 0x3f), ONE(REASON_DR) }, { ONE(29), ONE(REASON_DR) } },
	{ "DESCRIPTOR",
	  { RANGE(0x66, 0x6d), ONE(REASON_DESCRIPTOR) },
	  { RANGE(46, 47), ONE(REASON_DESCRIPTOR) } },
	{ "TASK_SWITCH", { ONE(0x7d) }, { ONE(9) } },
	{ "SHUTDOWN", { ONE(0x7f) }, { ONE(2) } },
	{ "RDTSC", { ONE(0x6e) }, { ONE(16) } },
	{ "RDTSCP", { ONE(0x87) }, { ONE(51) } },
	{ "RDPMC", { ONE(0x6f) }, { ONE(15) } },
	{ "INVD", { ONE(0x76) }, { ONE(13) } },
	{ "PAUSE", { ONE(0x77) }, { ONE(40) } },
	{ "INVLPG", { ONE(0x79) }, { ONE(14) } },
	{ "INVPCID", { ONE(0xa2) }, { ONE(58) } },
	{ "WBINVD", { ONE(0x89) }, { ONE(54) } },
	{ "MONITOR", { ONE(0x8a) }, { ONE(39) } },
	{ "MWAIT", { RANGE(0x8b, 0x8c) }, { ONE(36) } },
	{ "XSETBV", { ONE(0x8d) }, { ONE(55) } },
	{ "VMRUN", { ONE(0x80) }, { ONE(20), ONE(24) } },
	{ "BUS_LOCK", { ONE(0xa5) }, { ONE(74) } },
	/* The virtual APIC's, which the processor does not do alone. */
	{ "APIC", { RANGE(0x401, 0x402) }, { RANGE(44, 45), ONE(56) } },
};

const char *equivalent_function(const char *name, const char *module, char buffer[EQUIVALENT_MAX])
{
	bool vendor = !strcmp(module, AMD) || !strcmp(module, INTEL);

	snprintf(buffer, EQUIVALENT_MAX, "%.*s", (int)metrics_base_length(name), name);
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		if (strcmp(functions[i].name, buffer) ||
		    (functions[i].module && strcmp(functions[i].module, module)))
			continue;
		return strcpy(buffer, functions[i].class);
	}
	for (size_t i = 0; i < ARRAY_SIZE(prefixes) && vendor; i++) {
		size_t length = strlen(prefixes[i]);

		if (strncmp(buffer, prefixes[i], length))
			continue;
		/* "*_" in the prefix's place, which is as long or longer. */
		memmove(buffer + 2, buffer + length, strlen(buffer + length) + 1);
		memcpy(buffer, "*_", 2);
		return buffer;
	}
	if (phase_of_function(name, module) == PHASE_HANDLER)
		return strcpy(buffer, EQUIVALENT_HANDLER);
	return buffer;
}

static bool in_list(const struct range list[RANGE_CNT], u64 code)
{
	for (size_t i = 0; i < RANGE_CNT && list[i].cnt; i++) {
		if (code >= list[i].first && code - list[i].first < list[i].cnt)
			return true;
	}
	return false;
}

const char *equivalent_reason(enum isa isa, u64 code, char buffer[REASON_NAME_MAX])
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if ((isa == ISA_SVM && in_list(reasons[i].svm, code)) ||
		    (isa == ISA_VMX && in_list(reasons[i].vmx, code)))
			return strcpy(buffer, reasons[i].name);
	}
	return reason_name(isa, code, buffer);
}
