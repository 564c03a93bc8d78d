// SPDX-License-Identifier: GPL-2.0
/* The text of single cycles is the kernel's, byte for byte. */
#include "cycle_fixture.h"

#include <errno.h>

#include "profile/reasons.h"
#include "render/funcgraph.h"
#include "render/funcgraph_line.h"

static void duration_is(u64 ns, const char *expected)
{
	_cleanup_free_ char *text = FIXTURE_PRINTED(
		(funcgraph_put_duration(ns, FUNCGRAPH_DURATION | FUNCGRAPH_OVERHEAD, out), 0));

	assert_string_equal(text, expected);
}

static void durations(void **state)
{
	_cleanup_free_ char *plain =
		FIXTURE_PRINTED((funcgraph_put_duration(61770, FUNCGRAPH_DURATION, out), 0));
	_cleanup_free_ char *opening =
		FIXTURE_PRINTED((funcgraph_put_no_duration(FUNCGRAPH_DURATION, out), 0));
	_cleanup_free_ char *none =
		FIXTURE_PRINTED((funcgraph_put_duration(61770, 0, out),
				 funcgraph_put_no_duration(FUNCGRAPH_OVERHEAD, out), 0));

	duration_is(0, "  0.000 us    |  ");
	duration_is(109, "  0.109 us    |  ");
	duration_is(1382, "  1.382 us    |  ");
	duration_is(9999, "  9.999 us    |  ");
	/* Marks are strictly above. */
	duration_is(10000, "  10.000 us   |  ");
	duration_is(10001, "+ 10.001 us   |  ");
	duration_is(61770, "+ 61.770 us   |  ");
	duration_is(100000, "+ 100.000 us  |  ");
	duration_is(100001, "! 100.001 us  |  ");
	duration_is(1000000, "! 1000.000 us |  ");
	duration_is(1837709, "# 1837.709 us |  ");
	duration_is(9999999, "# 9999.999 us |  ");
	duration_is(10000000, "# 10000.00 us |  ");
	/* Cut off, not rounded. */
	duration_is(33998599, "* 33998.59 us |  ");
	duration_is(119760299, "@ 119760.2 us |  ");
	duration_is(999999999, "@ 999999.9 us |  ");
	duration_is(1000000000, "@ 1000000 us  |  ");
	duration_is(3594274999, "$ 3594274 us  |  ");
	duration_is(10000000000, "$ 10000000 us |  ");
	duration_is(1000000000000, "$ 1000000000 us |  ");
	assert_string_equal(plain, "  61.770 us   |  ");
	assert_string_equal(opening, "              |  ");
	assert_string_equal(none, "");
}

static void columns(void **state)
{
	static const struct {
		const char *comm;
		u32 tid;
		const char *expected;
	} tasks[] = {
		{ "<...>", 2690, "  <...>-2690  " },
		{ "<idle>", 0, "   <idle>-0   " },
		{ "kvm-help", 2690, " kvm-hel-2690 " },
		{ "CPU 0/KVM", 123456, "CPU 0/K-123456" },
		{ "CPU 0/KVM", 4194304, "CPU 0/K-4194304" },
	};
	_cleanup_free_ char *times = FIXTURE_PRINTED((funcgraph_put_abstime(7123456999, out),
						      funcgraph_put_abstime(1234567000000999, out),
						      funcgraph_put_reltime(61999, out), 0));
	_cleanup_free_ char *cpus =
		FIXTURE_PRINTED((funcgraph_put_cpu(25, 2, out), funcgraph_put_cpu(3, 3, out), 0));

	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++) {
		_cleanup_free_ char *text =
			FIXTURE_PRINTED((funcgraph_put_task(tasks[i].comm, tasks[i].tid, out), 0));

		assert_string_equal(text, tasks[i].expected);
	}
	assert_string_equal(times, "    7.123456 |  1234567.000000 |         61 us |  ");
	assert_string_equal(cpus, " 25)    3) ");
}

static void headings(void **state)
{
	static const struct {
		u32 options;
		const char *expected;
	} cases[] = {
		{ FUNCGRAPH_DEFAULT, "# CPU  DURATION                  FUNCTION CALLS\n"
				     "# |     |   |                     |   |   |   |\n" },
		{ FUNCGRAPH_DEFAULT | FUNCGRAPH_ABSTIME | FUNCGRAPH_PROC,
		  "#     TIME        CPU  TASK/PID         DURATION                  FUNCTION "
		  "CALLS\n"
		  "#      |          |     |    |           |   |                     |   |   |   "
		  "|\n" },
		{ 0, "#               FUNCTION CALLS\n#               |   |   |   |\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text =
			FIXTURE_PRINTED((funcgraph_put_headings(cases[i].options, out), 0));

		assert_string_equal(text, cases[i].expected);
	}
}

static void options_by_name(void **state)
{
	static const char *const bad[] = { "",	 "cpus", "cpu,,tail",  "nonsense",
					   "no", "CPU",	 "funcgraph-", "nofuncgraph-irqs" };
	u32 options = FUNCGRAPH_DEFAULT;

	assert_int_equal(funcgraph_options_parse("abstime,funcgraph-proc,nocpu", &options), 0);
	assert_int_equal(options, FUNCGRAPH_ABSTIME | FUNCGRAPH_PROC | FUNCGRAPH_DURATION |
					  FUNCGRAPH_OVERHEAD | FUNCGRAPH_EVENTS);
	assert_int_equal(funcgraph_options_parse("nofuncgraph-overhead,noevents,tail", &options),
			 0);
	assert_int_equal(options,
			 FUNCGRAPH_ABSTIME | FUNCGRAPH_PROC | FUNCGRAPH_DURATION | FUNCGRAPH_TAIL);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct fixture_stderr caught = fixture_catch_stderr();
		char line[2048];
		int err = funcgraph_options_parse(bad[i], &options);

		assert_int_equal(fixture_release_stderr(&caught, line), 1);
		assert_int_equal(err, -EINVAL);
		assert_non_null(strstr(line, "there are cpu, "));
	}
}

/* What kvm_print_exit_reason() gives. */
static void reasons_of_the_tracepoint(void **state)
{
	static const struct {
		enum isa isa;
		u64 code;
		const char *expected;
	} cases[] = {
		{ ISA_VMX, 10, "CPUID" },
		{ ISA_VMX, VMX_FAILED_VMENTRY | 33, "INVALID_STATE FAILED_VMENTRY" },
		{ ISA_VMX, 65, "0x41" },
		{ ISA_SVM, 0x72, "cpuid" },
		{ ISA_SVM, 0x7b, "io" },
		{ ISA_SVM, 0x4e, "PF excp" },
		{ ISA_SVM, 0x42, "0x42" },
		{ ISA_SVM, 0x400, "npf" },
		{ ISA_SVM, UINT64_MAX, "invalid_guest_state" },
		{ ISA_SVM, REASON_NONE, "NONE" },
	};
	char buffer[REASON_NAME_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(reason_trace_name(cases[i].isa, cases[i].code, buffer),
				    cases[i].expected);
}

/* KVM_RUN, the run function; exit, handler with a leaf, off to another CPU, and in again. */
static struct profile *one_cycle(void)
{
	static const struct {
		const char *name, *module;
	} functions[] = {
		{ "kvm_vcpu_ioctl", "kvm" },
		{ "svm_vcpu_run", "kvm_amd" },
		{ "kvm_load_guest_xsave_state", "kvm" },
		{ "svm_handle_exit", "kvm_amd" },
		{ "try_to_wake_up", "vmlinux" },
	};
	static const struct cycle_event events[] = {
		{ .ns = 100, .kind = CYCLE_ENTRY, .function = 2 },
		{ .ns = 180, .kind = CYCLE_RETURN, .function = 2 },
		{ .ns = 1000, .kind = CYCLE_EXIT },
		{ .ns = 1200, .kind = CYCLE_RETURN, .function = 1 },
		{ .ns = 1300, .kind = CYCLE_ENTRY, .function = 3 },
		{ .ns = 1400, .kind = CYCLE_ENTRY, .function = 4 },
		{ .ns = 1480, .kind = CYCLE_RETURN, .function = 4 },
		{ .ns = 1500, .kind = CYCLE_OFF_CPU },
		{ .ns = 30000, .kind = CYCLE_ON_CPU, .cpu = 12 },
		{ .ns = 30100, .kind = CYCLE_ENTRY, .function = 4 },
		{ .ns = 30200, .kind = CYCLE_RETURN, .function = 4 },
		{ .ns = 40000, .kind = CYCLE_RETURN, .function = 3 },
		{ .ns = 60000, .kind = CYCLE_ENTRY, .function = 1 },
	};
	struct profile *profile;
	struct recording *r;
	struct vcpu *vcpu;
	struct cycle *c;
	u32 index;

	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(profile_add_recording(profile, &r), 0);
	assert_int_equal(recording_add_vm(r, 2687, "db", &index), 0);
	assert_int_equal(recording_add_vcpu(r, index, 1, ISA_SVM, &vcpu), 0);
	vcpu->tid = 2690;
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		assert_int_equal(recording_add_function(r, functions[i].name, functions[i].module,
							&index),
				 0);
	assert_int_equal(vcpu_add_cycle(vcpu, &c), 0);
	c->code = 0x72;
	c->why = CYCLE_SLOWEST;
	c->known = CYCLE_KNOWN_RIP | CYCLE_KNOWN_NEXT_RIP | CYCLE_KNOWN_INFO1 | CYCLE_KNOWN_INFO2 |
		   CYCLE_KNOWN_INTR_INFO;
	c->started_unix_ns = 1790000000123456789;
	c->started_mono_ns = 7123456000;
	c->guest_ns = 1000;
	c->latency_ns = 60780;
	c->duration_ns = 61780;
	c->rip = 0xffffffff81000abc;
	c->next_rip = 0xffffffff81000abe;
	c->info2 = 0x80000b0e;
	c->intr_info = 0x30;
	c->cpu = 3;
	c->base = calloc(2, sizeof(*c->base));
	c->events = malloc(sizeof(events));
	assert_true(c->base && c->events);
	c->base[1] = 1;
	c->base_cnt = 2;
	memcpy(c->events, events, sizeof(events));
	c->event_cnt = ARRAY_SIZE(events);
	return profile;
}

static void text_is(u32 options, const char *expected)
{
	_cleanup_(profile_free) struct profile *profile = one_cycle();
	const struct selection all = {};
	_cleanup_free_ char *text = NULL;
	struct cycle_list list;

	assert_int_equal(cycle_list_fill(&list, profile->first, &all, 0), 0);
	text = FIXTURE_PRINTED(funcgraph_write(&list, options, out));
	cycle_list_clear(&list);
	assert_string_equal(text, expected);
}

#define RULE " ------------------------------------------\n"
#define HEAD                                                                             \
	"#\n#  cycle 1 of 1: VM 2687 db, vCPU 1, CPUID, kept: slowest, "                 \
	"2026-09-21 14:13:20.123456 UTC, latency 60.8 us, with the guest 61.8 us\n" RULE \
	"  3)    <...>-0     =>   <...>-2690  \n" RULE "\n"

static void whole_cycle(void **state)
{
	text_is(FUNCGRAPH_DEFAULT,
		"# tracer: function_graph\n"
		"#\n"
		"# CPU  DURATION                  FUNCTION CALLS\n"
		"# |     |   |                     |   |   |   |\n" HEAD
		"  3)               |  kvm_vcpu_ioctl [kvm]() {\n"
		"  3)               |    svm_vcpu_run [kvm_amd]() {\n"
		"  3)               |      /* kvm_entry: vcpu 1 */\n"
		"  3)   0.080 us    |      kvm_load_guest_xsave_state [kvm]();\n"
		"  3)               |      /* kvm_exit: vcpu 1 reason cpuid rip 0xffffffff81000abc "
		"info1 0x0000000000000000 info2 0x0000000080000b0e intr_info 0x00000030 */\n"
		"  3)   1.200 us    |    }\n"
		"  3)               |    svm_handle_exit [kvm_amd]() {\n"
		"  3)   0.080 us    |      try_to_wake_up();\n"
		"  3)               |      /* off-cpu: vcpu 1 leaves CPU 3 */\n" RULE
		" 12)    <...>-0     =>   <...>-2690  \n" RULE "\n"
		" 12)               |  /* on-cpu: vcpu 1 on CPU 12 after 28.5 us */\n"
		" 12)   0.100 us    |      try_to_wake_up();\n"
		" 12) + 38.700 us   |    } /* svm_handle_exit [kvm_amd] */\n"
		" 12)               |    svm_vcpu_run [kvm_amd]() {\n"
		" 12)               |      /* kvm_entry: vcpu 1, rip 0xffffffff81000abe */\n"
		" 12)   1.780 us    |    }\n"
		" 12) + 61.780 us   |  } /* kvm_vcpu_ioctl [kvm] */\n");
}

/* No events: the run function's call at the end is a leaf, then. */
static void all_columns_and_no_events(void **state)
{
	text_is(FUNCGRAPH_CPU | FUNCGRAPH_PROC | FUNCGRAPH_ABSTIME | FUNCGRAPH_DURATION |
			FUNCGRAPH_TAIL,
		"# tracer: function_graph\n"
		"#\n"
		"#     TIME        CPU  TASK/PID         DURATION                  FUNCTION CALLS\n"
		"#      |          |     |    |           |   |                     |   |   |   "
		"|\n" HEAD
		"    7.123456 |    3)   <...>-2690   |               |  kvm_vcpu_ioctl [kvm]() {\n"
		"    7.123456 |    3)   <...>-2690   |               |    svm_vcpu_run [kvm_amd]() "
		"{\n"
		"    7.123456 |    3)   <...>-2690   |   0.080 us    |      "
		"kvm_load_guest_xsave_state [kvm]();\n"
		"    7.123457 |    3)   <...>-2690   |   1.200 us    |    "
		"} /* svm_vcpu_run [kvm_amd] */\n"
		"    7.123457 |    3)   <...>-2690   |               |    "
		"svm_handle_exit [kvm_amd]() {\n"
		"    7.123457 |    3)   <...>-2690   |   0.080 us    |      "
		"try_to_wake_up();\n" RULE " 12)    <...>-0     =>   <...>-2690  \n" RULE "\n"
		"    7.123486 |   12)   <...>-2690   |   0.100 us    |      try_to_wake_up();\n"
		"    7.123496 |   12)   <...>-2690   |   38.700 us   |    "
		"} /* svm_handle_exit [kvm_amd] */\n"
		"    7.123516 |   12)   <...>-2690   |   1.780 us    |    svm_vcpu_run "
		"[kvm_amd]();\n"
		"    7.123517 |   12)   <...>-2690   |   61.780 us   |  "
		"} /* kvm_vcpu_ioctl [kvm] */\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(columns),
		cmocka_unit_test(headings),
		cmocka_unit_test(options_by_name),
		cmocka_unit_test(reasons_of_the_tracepoint),
		cmocka_unit_test(whole_cycle),
		cmocka_unit_test(all_columns_and_no_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
