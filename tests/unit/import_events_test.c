// SPDX-License-Identifier: GPL-2.0
/* kvm_entry and kvm_exit among the calls: reasons, and where cycles begin and end. */
#include "import_fixture.h"

#include "import/line.h"

/* Exits for @code, and what they and their cycles take. */
static void reason_is(const struct profile *profile, u64 code, u64 exits, u64 latency_ns,
		      u64 cycle_ns)
{
	struct reason *reason = fixture_reason(profile->first, code);

	assert_non_null(reason);
	assert_int_equal(reason->latency.count, exits);
	assert_int_equal(reason->latency.total_ns, latency_ns);
	assert_int_equal(reason->cycle_ns, cycle_ns);
}

static u64 total_of(const struct profile *profile, u64 code, const char *function)
{
	const struct reason *reason = fixture_reason(profile->first, code);
	u64 total_ns = 0;
	u32 depth = 0;

	assert_non_null(reason);
	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth)) {
		const char *name = n->kind == NODE_GUEST
					   ? "<guest>"
					   : profile->first->functions[n->function].name;

		if (!strcmp(name, function))
			total_ns += n->dist.total_ns;
	}
	return total_ns;
}

/* Intel: kvm_exit in the run function; two whole cycles, and parts around them. */
static void without_times(void **state)
{
	_cleanup_(profile_free) struct profile *profile = import_text(
		" 0)               |  vcpu_run [kvm]() {\n"
		" 0)               |    vcpu_enter_guest [kvm]() {\n"
		" 0)   0.100 us    |      before [kvm]();\n"
		" 0)               |      vmx_vcpu_run [kvm_intel]() {\n"
		" 0)               |        /* kvm_entry: vcpu 0, rip 0x7026 */\n"
		" 0)               |        /* kvm_exit: vcpu 0 reason CPUID rip 0x7025 info1 0x1 "
		"info2 0x0 */\n"
		" 0)   3.000 us    |      }\n"
		" 0)   0.500 us    |      handle_io [kvm_intel]();\n"
		" 0)   4.000 us    |    }\n"
		" 0)               |    vcpu_enter_guest [kvm]() {\n"
		" 0)   0.100 us    |      before [kvm]();\n"
		" 0)               |      vmx_vcpu_run [kvm_intel]() {\n"
		" 0)               |        /* kvm_entry: vcpu 0, rip 0x7026 */\n"
		" 0)               |        /* kvm_pio: pio_write at 0x5 size 1 count 1 */\n"
		" 0)               |        /* kvm_exit: vcpu 0 reason 0x99 rip 0x7025 info1 0x1 "
		"info2 0x0 */\n"
		" 0)   5.000 us    |      }\n"
		" 0)   0.700 us    |      handle_io [kvm_intel]();\n"
		" 0)               |      vmx_vcpu_run [kvm_intel]() {\n"
		" 0)               |        /* kvm_entry: vcpu 0, rip 0x7026 */\n"
		" 0)               |        /* kvm_exit: vcpu 0 reason HLT rip 0x7025 info1 0x1 "
		"info2 0x0 */\n"
		" 0)   9.000 us    |      }\n"
		" 0) + 20.000 us   |    }\n"
		" 0) + 25.000 us   |  }\n");

	assert_int_equal(profile->first->first_vcpu->isa, ISA_VMX);
	reason_is(profile, 10, 1, 4000, 4000);
	reason_is(profile, 0x99, 1, 5700, 5700);
	assert_int_equal(total_of(profile, 10, "vmx_vcpu_run"), 3000);
	assert_int_equal(total_of(profile, 10, "<guest>"), 0);
	/* What is before the first entry, and after the last: 25 us in all. */
	reason_is(profile, REASON_INCOMPLETE, 0, 0, 25000 - 4000 - 5700);
	assert_null(fixture_reason(profile->first, REASON_NONE));
}

static void with_times(void **state)
{
	_cleanup_(profile_free) struct profile *profile = import_text(
		" 1000.000010 |   0)               |  vcpu_run [kvm]() {\n"
		" 1000.000011 |   0)               |    vcpu_enter_guest [kvm]() {\n"
		" 1000.000012 |   0)               |      vmx_vcpu_run [kvm_intel]() {\n"
		" 1000.000013 |   0)               |        /* kvm_entry: vcpu 0, rip 0x7026 */\n"
		" 1000.000014 |   0)   0.300 us    |        inside [kvm]();\n"
		" 1000.000018 |   0)               |        /* kvm_exit: vcpu 0 reason "
		"EPT_VIOLATION rip 0x7025 info1 0x1 info2 0x0 */\n"
		" 1000.000020 |   0)   8.200 us    |      }\n"
		" 1000.000021 |   0)   1.500 us    |      handle_ept_violation [kvm_intel]();\n"
		" 1000.000024 |   0)   13.00 us    |    }\n"
		" 1000.000030 |   0)               |    vcpu_enter_guest [kvm]() {\n"
		" 1000.000031 |   0)               |      vmx_vcpu_run [kvm_intel]() {\n"
		" 1000.000033 |   0)               |        /* kvm_entry: vcpu 0, rip 0x7026 */\n"
		" 1000.000034 |   0)               |        /* kvm_exit: vcpu 0 reason HLT rip "
		"0x7025 info1 0x1 info2 0x0 */\n"
		" 1000.000035 |   0)   4.000 us    |      }\n"
		" 1000.000036 |   0)   6.000 us    |    }\n"
		" 1000.000037 |   0)   27.00 us    |  }\n");

	/* Entry at 13, exit at 18, entry at 33. */
	reason_is(profile, 48, 1, 15000, 20000);
	assert_int_equal(total_of(profile, 48, "<guest>"), 5000 - 300);
	/* 12 to 20.2, of which the first us is in the cycle before; 31 to 33. */
	assert_int_equal(total_of(profile, 48, "vmx_vcpu_run"), 7200 + 2000);
	assert_int_equal(total_of(profile, 48, "vcpu_enter_guest"), 11000 + 3000);
	assert_int_equal(total_of(profile, 48, "vcpu_run"), 20000);
}

/* SVM on 6.1: kvm_exit comes in handle_exit, the exit is the run function's return. */
static void exit_after_the_run_function(void **state)
{
	_cleanup_(profile_free) struct profile *profile = import_text(
		" 1000.000010 |   0)               |  kvm_arch_vcpu_ioctl_run [kvm]() {\n"
		" 1000.000011 |   0)               |    svm_vcpu_run [kvm_amd]() {\n"
		" 1000.000012 |   0)               |      /* kvm_entry: vcpu 0, rip 0x7026 */\n"
		" 1000.000020 |   0)   9.500 us    |    }\n"
		" 1000.000021 |   0)   2.000 us    |    svm_handle_exit_irqoff [kvm_amd]();\n"
		" 1000.000024 |   0)               |    svm_handle_exit [kvm_amd]() {\n"
		" 1000.000025 |   0)               |      /* kvm_exit: vcpu 0 reason PF excp rip "
		"0x7025 info1 0x1 info2 0x0 */\n"
		" 1000.000030 |   0)   6.000 us    |    }\n"
		" 1000.000031 |   0)               |    svm_vcpu_run [kvm_amd]() {\n"
		" 1000.000032 |   0)               |      /* kvm_entry: vcpu 0, rip 0x7026 */\n"
		" 1000.000040 |   0)   9.000 us    |    }\n");

	assert_int_equal(profile->first->first_vcpu->isa, ISA_SVM);
	assert_int_equal(total_of(profile, 0x4e, "<guest>"), 8500);
	/* Out of the guest at 20.5, which is 20 in whole microseconds. */
	reason_is(profile, 0x4e, 1, 12000, 20000);
}

/* trace-cmd has events as lines of their own, and its plugin's names for reasons. */
static void trace_cmd_events(void **state)
{
	_cleanup_(profile_free) struct profile *profile = import_text(
		" CPU 0/KVM-77 [003] d..1. 1000.000010: funcgraph_entry:                   |  "
		"svm_vcpu_run() {\n"
		" CPU 0/KVM-77 [003] d..1. 1000.000011: kvm_entry:            vcpu 0, rip 0x7026\n"
		" CPU 0/KVM-77 [003] d..1. 1000.000015: kvm_exit:             reason EXIT_NPF rip "
		"0x7026 info 1 2\n"
		" CPU 0/KVM-77 [003] d..1. 1000.000017: funcgraph_exit:         7.000 us   |  }\n"
		" CPU 0/KVM-77 [003] d..1. 1000.000018: funcgraph_entry:        1.000 us   |  "
		"npf_interception();\n"
		" CPU 0/KVM-77 [003] d..1. 1000.000019: sched_switch:         prev_comm=a "
		"prev_pid=1\n"
		" CPU 0/KVM-77 [003] d..1. 1000.000020: kvm_entry:            vcpu 0, rip 0x7026\n"
		" CPU 0/KVM-77 [003] d..1. 1000.000021: kvm_exit:             reason UNKNOWN (65) "
		"rip 0x1 info 1 2\n"
		" CPU 0/KVM-77 [003] d..1. 1000.000022: kvm_entry:            vcpu 0, rip "
		"0x7026\n");

	reason_is(profile, 0x400, 1, 5000, 9000);
	reason_is(profile, 65, 1, 1000, 2000);
	assert_int_equal(total_of(profile, 0x400, "<guest>"), 4000);
	assert_int_equal(profile->first->losses[XG_LOSS_LINES_OTHER], 1);
	assert_int_equal(profile->first->duration_ns, 12000);
}

/* No entries: cycles are what they are without events, but the reason is the event's. */
static void exits_alone(void **state)
{
	_cleanup_(profile_free) struct profile *profile = import_text(
		" 0)               |  vcpu_enter_guest [kvm]() {\n"
		" 0)               |    vmx_vcpu_run [kvm_intel]() {\n"
		" 0)               |      /* kvm_exit: reason MSR_WRITE rip 0x1 info 0 0 */\n"
		" 0)   1.000 us    |    }\n"
		" 0)   0.500 us    |    handle_io [kvm_intel]();\n"
		" 0)   2.000 us    |  }\n"
		" 0)               |  vcpu_enter_guest [kvm]() {\n"
		" 0)               |    vmx_vcpu_run [kvm_intel]() {\n"
		" 0)               |      /* kvm_exit: reason NO_SUCH_REASON rip 0x1 info 0 0 */\n"
		" 0)   1.000 us    |    }\n"
		" 0)   0.500 us    |    handle_io [kvm_intel]();\n"
		" 0)   3.000 us    |  }\n");

	reason_is(profile, 32, 1, 2000, 2000);
	/* What the kernel calls it is not known: the handler tells. */
	reason_is(profile, 30, 1, 3000, 3000);
}

/* An entry without its exit, or two exits: something is missing, and nothing is guessed. */
static void events_that_do_not_fit(void **state)
{
	_cleanup_(profile_free) struct profile *profile =
		import_text(" 0)               |  /* kvm_entry: vcpu 0, rip 0x7026 */\n"
			    " 0)   1.000 us    |  a();\n"
			    " 0)               |  /* kvm_exit: vcpu 0 reason CPUID rip 0x7025 "
			    "info1 0x1 info2 0x0 */\n"
			    " 0)               |  /* kvm_entry: vcpu 0, rip 0x7026 */\n"
			    " 0)   2.000 us    |  a();\n"
			    " 0)               |  /* kvm_entry: vcpu 0, rip 0x7026 */\n"
			    " 0)   4.000 us    |  a();\n"
			    " 0)               |  /* kvm_exit: vcpu 0 reason CPUID rip 0x7025 "
			    "info1 0x1 info2 0x0 */\n"
			    " 0)               |  /* kvm_exit: vcpu 0 reason CPUID rip 0x7025 "
			    "info1 0x1 info2 0x0 */\n"
			    " 0)               |  /* kvm_entry: vcpu 0, rip 0x7026 */\n"
			    " 0)   8.000 us    |  a();\n"
			    "CPU:0 [LOST 3 EVENTS]\n"
			    " 0)               |  /* kvm_exit: vcpu 0 reason CPUID rip 0x7025 "
			    "info1 0x1 info2 0x0 */\n"
			    " 0)               |  /* kvm_entry: vcpu 0, rip 0x7026 */\n"
			    " 0)  16.000 us    |  a();\n"
			    " 0)               |  /* kvm_exit: vcpu 0 reason CPUID rip 0x7025 "
			    "info1 0x1 info2 0x0 */\n"
			    " 0)               |  /* kvm_entry: vcpu 0, rip 0x7026 */\n");

	reason_is(profile, 10, 2, 17000, 17000);
	reason_is(profile, REASON_INCOMPLETE, 0, 0, 14000);
}

/* The head of a cycle says where it begins, and its reason, unless an event does. */
static void heads_of_cycles(void **state)
{
	_cleanup_(profile_free) struct profile *profile = import_text(
		"#  cycle 1 of 2: VM 7 a, vCPU 5, b, vCPU 0, IOIO, kept: over, latency 1 us\n"
		" 0)               |  kvm_vcpu_ioctl [kvm]() {\n"
		" 0)   1.000 us    |    svm_vcpu_run [kvm_amd]();\n"
		" 0)   0.500 us    |    cpuid_interception [kvm_amd]();\n"
		" 0)   1.000 us    |    svm_vcpu_run [kvm_amd]();\n"
		" 0)   4.000 us    |  }\n"
		" 0)   6.000 us    |  b();\n"
		"#\n"
		"#  cycle 2 of 2: VM 7 a, vCPU 0, IOIO, latency 1 us\n"
		" 0)   6.000 us    |  kvm_vcpu_ioctl [kvm]();\n");

	assert_int_equal(profile->first->first_vcpu->isa, ISA_SVM);
	reason_is(profile, 0x7b, 2, 16000, 16000);
	assert_null(profile->first->first_vcpu->first_reason->next);
}

/* The events' lines, as older and newer kernels and trace-cmd print them. */
static void forms_of_events(void **state)
{
	static const struct {
		const char *text; /* of the comment */
		enum line_kind kind;
		const char *reason;
	} forms[] = {
		{ "kvm_entry: vcpu 0", LINE_VM_ENTRY, "" },
		{ "kvm_entry: vcpu 0, rip 0x7026[immediate exit]", LINE_VM_ENTRY, "" },
		{ "kvm_entry: vcpu 0, rip 0x7000 intr_info 0x0 error_code 0x0", LINE_VM_ENTRY, "" },
		{ "kvm_exit: reason EPT_VIOLATION rip 0x1 info 181 0", LINE_VM_EXIT,
		  "EPT_VIOLATION" },
		{ "kvm_exit: vcpu 0 reason INVALID_STATE FAILED_VMENTRY rip 0x1 info1 0x0",
		  LINE_VM_EXIT, "INVALID_STATE FAILED_VMENTRY" },
		{ "kvm_exit: vcpu 0 reason PF excp rip 0x1 info1 0x0", LINE_VM_EXIT, "PF excp" },
		{ "kvm_exit: vcpu 3 reason io", LINE_VM_EXIT, "io" },
		{ "kvm_exit: vcpu 3 reason io intr_info 0x00000000", LINE_VM_EXIT, "io" },
		{ "kvm_exit: vcpu 3", LINE_VM_EXIT, "" },
		{ "kvm_exit_of_another: reason io", LINE_QUIET, "" },
		{ "kvm_entry", LINE_QUIET, "" },
		{ "", LINE_QUIET, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		_cleanup_free_ char *text = NULL;
		struct line line;
		int length = asprintf(&text, " 0)               |      /* %s */", forms[i].text);

		line_parse(text, text + length, false, &line);
		assert_int_equal(line.kind, forms[i].kind);
		assert_int_equal(line.reason.length, strlen(forms[i].reason));
		assert_memory_equal(line.reason.text ?: "", forms[i].reason, line.reason.length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_events),
		cmocka_unit_test(without_times),
		cmocka_unit_test(with_times),
		cmocka_unit_test(exit_after_the_run_function),
		cmocka_unit_test(trace_cmd_events),
		cmocka_unit_test(exits_alone),
		cmocka_unit_test(events_that_do_not_fit),
		cmocka_unit_test(heads_of_cycles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
