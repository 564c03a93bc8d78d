// SPDX-License-Identifier: GPL-2.0
/* The guest as far as it goes without KVM: its table of workloads and its statistics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guest/abi.h"
#include "guest/stats.h"
#include "guest/workload.h"

/* What the command's documentation and the tests in the lab rely on. */
static void every_promised_workload_is_there(void **state)
{
	static const struct {
		const char *name, *svm, *vmx;
	} promised[] = {
		{ "cpuid", "CPUID", "CPUID" },
		{ "pio", "IOIO", "IO_INSTRUCTION" },
		{ "pio-eventfd", "IOIO", "IO_INSTRUCTION" },
		{ "mmio", "NPF", "EPT_MISCONFIG" },
		{ "mmio-eventfd", "NPF", "EPT_MISCONFIG" },
		{ "msr", "MSR", "MSR_WRITE" },
		{ "hypercall", "VMMCALL", "VMCALL" },
		{ "hlt", "HLT", "HLT" },
		/* as vmexit.c names them */
		{ "vmcall", "VMMCALL", "VMCALL" },
		{ "mov_to_cr8", "none", "none" },
		{ "inl_from_pmtimer", "IOIO", "IO_INSTRUCTION" },
		{ "inl_from_qemu", "IOIO", "IO_INSTRUCTION" },
		{ "outl_to_kernel", "IOIO", "IO_INSTRUCTION" },
		{ "wr_tsc_adjust_msr", "MSR", "MSR_WRITE" },
		{ "rd_tsc_adjust_msr", "MSR", "MSR_READ" },
		{ "mmio-no-eventfd", "NPF", "EPT_MISCONFIG" },
		{ "mmio-wildcard-eventfd", "NPF", "EPT_MISCONFIG" },
		{ "portio-datamatch-eventfd", "IOIO", "IO_INSTRUCTION" },
		{ "self_ipi_sti_nop", "MSR", "MSR_WRITE" },
	};

	for (size_t i = 0; i < sizeof(promised) / sizeof(promised[0]); i++) {
		const struct guest_workload *w = guest_workload_find(promised[i].name);

		assert_non_null(w);
		assert_true(!strcmp(w->name, promised[i].name) ||
			    !strcmp(w->alias, promised[i].name));
		assert_string_equal(guest_workload_reason(w, GUEST_SVM), promised[i].svm);
		assert_string_equal(guest_workload_reason(w, GUEST_VMX), promised[i].vmx);
	}
}

static void no_other_name_is_found(void **state)
{
	assert_null(guest_workload_find(""));
	assert_null(guest_workload_find("cpui"));
	assert_null(guest_workload_find("cpuid "));
	assert_null(guest_workload_find("CPUID"));
}

static void every_row_is_whole(void **state)
{
	const struct guest_workload *w;

	for (size_t i = 0; (w = guest_workload_at(i)); i++) {
		assert_ptr_equal(guest_workload_find(w->name), w); /* so names are unique */
		assert_non_null(w->summary);
		if (w->alias)
			assert_ptr_equal(guest_workload_find(w->alias), w);
		for (int isa = 0; isa < GUEST_ISA_CNT; isa++) {
			assert_null(w->exits[isa][GUEST_EXITS_MAX - 1].reason); /* the end */
			assert_non_null(w->code[isa].start);
			assert_true(w->code[isa].end > w->code[isa].start);
			assert_true(w->code[isa].end - w->code[isa].start <= GUEST_CODE_SIZE);
		}
	}
}

/* What the kernel's device handles does not come to user space. */
static void devices_and_events_exclude_each_other(void **state)
{
	const struct guest_workload *w;

	for (size_t i = 0; (w = guest_workload_at(i)); i++)
		if (w->device != GUEST_NO_DEVICE)
			assert_int_equal(w->event, GUEST_EVENT_NONE);
}

/* The end of a run must not add to a measured reason. */
static void the_end_has_another_reason(void **state)
{
	static const struct {
		const char *of[GUEST_ISA_CNT];
	} ends[] = {
		[GUEST_EVENT_HLT] = { { "HLT", "HLT" } },
		[GUEST_EVENT_PIO_END] = { { "IOIO", "IO_INSTRUCTION" } },
		[GUEST_EVENT_MMIO_END] = { { "NPF", "EPT_MISCONFIG" } },
	};
	const struct guest_workload *w;

	for (size_t i = 0; (w = guest_workload_at(i)); i++) {
		for (int isa = 0; isa < GUEST_ISA_CNT; isa++) {
			assert_non_null(ends[w->end].of[isa]);
			for (const struct guest_exits *e = w->exits[isa]; e->reason; e++)
				assert_string_not_equal(e->reason, ends[w->end].of[isa]);
		}
	}
}

/* With an interrupt controller in the kernel, user space does not see HLT: it would hang. */
static void no_end_is_waited_for_in_vain(void **state)
{
	const struct guest_workload *w;

	for (size_t i = 0; (w = guest_workload_at(i)); i++) {
		if (w->features & GUEST_IRQCHIP)
			assert_int_equal(w->end, GUEST_EVENT_MMIO_END);
		if (w->features & (GUEST_INTERRUPT | GUEST_TSC_DEADLINE))
			assert_true(w->features & GUEST_IRQCHIP);
	}
}

/* The code ends with what the row says it does, and a jump back for the next run. */
static void the_code_ends_as_the_row_says(void **state)
{
	/* hlt; out %al, (%dx); mov %eax, 16(%r13) */
	static const unsigned char last[] = {
		[GUEST_EVENT_HLT] = 0xf4,
		[GUEST_EVENT_PIO_END] = 0xee,
		[GUEST_EVENT_MMIO_END] = GUEST_MMIO_END,
	};
	const struct guest_workload *w;

	for (size_t i = 0; (w = guest_workload_at(i)); i++) {
		for (int isa = 0; isa < GUEST_ISA_CNT; isa++) {
			const unsigned char *end = w->code[isa].end;

			assert_int_equal(end[-2], 0xeb); /* JMP rel8 */
			assert_int_equal(end[-3], last[w->end]);
		}
	}
}

static void what_is_expected_is_told(void **state)
{
	const struct guest_workload *w = guest_workload_find("self_ipi_tpr");
	char text[64], few[8];

	assert_string_equal(guest_workload_expects(w, GUEST_SVM, text, sizeof(text)),
			    "MSR 2 + WRITE_CR8");
	assert_int_equal(guest_workload_exit_cnt(w, GUEST_SVM), 3);
	assert_string_equal(guest_workload_expects(w, GUEST_SVM, few, sizeof(few)), "MSR 2 +");
	w = guest_workload_find("mov_to_cr8");
	assert_string_equal(guest_workload_expects(w, GUEST_VMX, text, sizeof(text)), "none");
	assert_int_equal(guest_workload_exit_cnt(w, GUEST_VMX), 0);
	assert_int_equal(guest_workload_exit_cnt(&guest_workload_empty, GUEST_SVM), 0);
}

static void what_is_left_out_has_its_reason(void **state)
{
	const struct guest_left_out *l;

	for (size_t i = 0; (l = guest_left_out_at(i)); i++) {
		assert_null(guest_workload_find(l->name));
		assert_true(strlen(l->why) > 0);
	}
}

static void statistics_are_differences(void **state)
{
	struct guest_stats a = {
		.known = true, .exits = 10, .interrupts = 2, .faults = 3, .mmio_pages = 1
	};
	struct guest_stats b = {
		.known = true, .exits = 110, .interrupts = 7, .faults = 4, .mmio_pages = 1
	};
	struct guest_stats d = guest_stats_since(&a, &b);

	assert_true(d.known);
	assert_int_equal(d.exits, 100);
	assert_int_equal(d.interrupts, 5);
	assert_int_equal(d.faults, 1);
	assert_int_equal(d.mmio_pages, 0);
	b.known = false;
	assert_false(guest_stats_since(&a, &b).known);
}

static void statistics_of_no_vcpu_are_unknown(void **state)
{
	struct guest_stats stats = { .known = true, .exits = 1 };

	guest_stats_read(-1, &stats);
	assert_false(stats.known);
	assert_int_equal(stats.exits, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_promised_workload_is_there),
		cmocka_unit_test(no_other_name_is_found),
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(devices_and_events_exclude_each_other),
		cmocka_unit_test(the_end_has_another_reason),
		cmocka_unit_test(no_end_is_waited_for_in_vain),
		cmocka_unit_test(what_is_expected_is_told),
		cmocka_unit_test(what_is_left_out_has_its_reason),
		cmocka_unit_test(the_code_ends_as_the_row_says),
		cmocka_unit_test(statistics_are_differences),
		cmocka_unit_test(statistics_of_no_vcpu_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
