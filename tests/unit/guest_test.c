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
	};

	for (size_t i = 0; i < sizeof(promised) / sizeof(promised[0]); i++) {
		const struct guest_workload *w = guest_workload_find(promised[i].name);

		assert_non_null(w);
		assert_string_equal(w->name, promised[i].name);
		assert_string_equal(w->exit[GUEST_SVM], promised[i].svm);
		assert_string_equal(w->exit[GUEST_VMX], promised[i].vmx);
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
		for (int isa = 0; isa < GUEST_ISA_CNT; isa++) {
			assert_non_null(w->exit[isa]);
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

/* The end of a run must not add to the measured reason. */
static void the_end_has_another_reason(void **state)
{
	const struct guest_workload *w;

	for (size_t i = 0; (w = guest_workload_at(i)); i++) {
		const char *of_end[GUEST_ISA_CNT] = { "HLT", "HLT" };

		assert_true(w->end == GUEST_EVENT_HLT || w->end == GUEST_EVENT_PIO_END);
		if (w->end == GUEST_EVENT_PIO_END) {
			of_end[GUEST_SVM] = "IOIO";
			of_end[GUEST_VMX] = "IO_INSTRUCTION";
		}
		for (int isa = 0; isa < GUEST_ISA_CNT; isa++)
			assert_string_not_equal(w->exit[isa], of_end[isa]);
	}
}

/* The code ends with what the row says it does, and a jump back for the next run. */
static void the_code_ends_as_the_row_says(void **state)
{
	static const unsigned char hlt = 0xf4, out = 0xee;
	const struct guest_workload *w;

	for (size_t i = 0; (w = guest_workload_at(i)); i++) {
		for (int isa = 0; isa < GUEST_ISA_CNT; isa++) {
			const unsigned char *end = w->code[isa].end;

			assert_int_equal(end[-2], 0xeb); /* JMP rel8 */
			assert_int_equal(end[-3], w->end == GUEST_EVENT_HLT ? hlt : out);
		}
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
		cmocka_unit_test(the_code_ends_as_the_row_says),
		cmocka_unit_test(statistics_are_differences),
		cmocka_unit_test(statistics_of_no_vcpu_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
