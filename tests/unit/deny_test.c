// SPDX-License-Identifier: GPL-2.0
/* What must never be attached, and that it is said why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "target/defaults.h"
#include "target/deny.h"
#include "util/cleanup.h"

static void every_entry_has_a_reason(void **state)
{
	const struct deny_entry *entries;
	size_t cnt;

	entries = deny_table(&cnt);
	assert_true(cnt > 0);
	for (size_t i = 0; i < cnt; i++) {
		assert_true(strlen(entries[i].pattern) > 0);
		assert_non_null(entries[i].reason);
		assert_true(strlen(entries[i].reason) > 10);
		assert_true(entries[i].verdict == TARGET_DENIED ||
			    entries[i].verdict == TARGET_GLUE);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(entries[i].pattern, entries[j].pattern);
	}
}

static void the_dangerous_are_denied(void **state)
{
	static const char *const dangerous[] = {
		"amd_pmu_init",
		"intel_pmu_init",
		"kvm_guest_state",
		"kvm_guest_get_ip",
		"kvm_handle_intel_pt_intr",
		"kvm_is_in_guest",
		"kvm_is_user_mode",
		"kvm_get_guest_ip",
		"pvclock_gtod_notify",
		"kvm_suspend",
		"kvm_resume",
		"kvm_reboot",
		"svm_emergency_disable_virtualization_cpu",
		"vmx_emergency_disable_virtualization_cpu",
		"vmx_emergency_disable",
		"svm_hardware_disable",
		"kvm_arch_hardware_enable",
		"vmx_disable_virtualization_cpu",
	};

	for (size_t i = 0; i < ARRAY_SIZE(dangerous); i++) {
		const struct deny_entry *entry = deny_find(dangerous[i]);

		if (!entry || entry->verdict != TARGET_DENIED)
			fail_msg("%s is not denied", dangerous[i]);
	}
}

static void glue_is_told_from_work(void **state)
{
	static const char *const glue[] = {
		"__traceiter_kvm_exit",	      "__probestub_kvm_exit",
		"__bpf_trace_kvm_exit",	      "trace_event_raw_event_kvm_exit",
		"perf_trace_kvm_exit",	      "trace_raw_output_kvm_exit",
		"do_trace_event_raw_event_x", "trace_kvm_nested_vmenter_failed",
	};

	for (size_t i = 0; i < ARRAY_SIZE(glue); i++) {
		assert_non_null(deny_find(glue[i]));
		assert_int_equal(deny_find(glue[i])->verdict, TARGET_GLUE);
	}
	assert_null(deny_find("kvm_vcpu_ioctl"));
	assert_null(deny_find("svm_vcpu_run"));
	assert_null(deny_find("vmx_handle_exit_irqoff"));
	assert_null(deny_find("kvm_arch_vcpu_load"));
}

static void nothing_is_denied_and_default(void **state)
{
	const char *const *names;
	size_t cnt;

	names = defaults_names(&cnt);
	for (size_t i = 0; i < cnt; i++) {
		if (deny_find(names[i]))
			fail_msg("%s is denied and in the default list", names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_entry_has_a_reason),
		cmocka_unit_test(the_dangerous_are_denied),
		cmocka_unit_test(glue_is_told_from_work),
		cmocka_unit_test(nothing_is_denied_and_default),
	};

	return cmocka_run_group_tests_name("deny", tests, NULL, NULL);
}
