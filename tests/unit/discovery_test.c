// SPDX-License-Identifier: GPL-2.0
/* What the function tracer prints, and the list that is made of it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "target/discovered.h"
#include "target/host.h"
#include "util/cleanup.h"

static void expect_line(const char *text, enum discovery_line kind, const char *name, u64 lost)
{
	_cleanup_free_ char *line = strdup(text);
	const char *name_found = NULL;
	u64 lost_found = 0;

	assert_int_equal(discovery_parse(line, &name_found, &lost_found), kind);
	if (name)
		assert_string_equal(name_found, name);
	assert_int_equal(lost_found, lost);
}

static void lines_of_the_tracer_are_understood(void **state)
{
	expect_line("kvm_vcpu_ioctl", DISCOVERY_LINE_CALL, "kvm_vcpu_ioctl", 0);
	expect_line(" __svm_skip_emulated_instruction", DISCOVERY_LINE_CALL,
		    "__svm_skip_emulated_instruction", 0);
	expect_line("linearize.isra.0", DISCOVERY_LINE_CALL, "linearize.isra.0", 0);
	expect_line("kvm_cpuid <-kvm_emulate_cpuid", DISCOVERY_LINE_CALL, "kvm_cpuid", 0);
	expect_line("CPU:0 [LOST 63510 EVENTS]", DISCOVERY_LINE_LOST, NULL, 63510);
	expect_line("CPU:12 [LOST EVENTS]", DISCOVERY_LINE_OTHER, NULL, 0);
	expect_line("##### CPU 1 buffer started ####", DISCOVERY_LINE_OTHER, NULL, 0);
	expect_line("", DISCOVERY_LINE_OTHER, NULL, 0);
	expect_line("  ", DISCOVERY_LINE_OTHER, NULL, 0);
	expect_line("0xffffffffc0001234", DISCOVERY_LINE_OTHER, NULL, 0);
}

/* Three functions of kvm, one of them not to be traced, and one of kvm_amd. */
static struct target_host *make_host(void)
{
	static const char *const names[] = { "kvm_cpuid", "kvm_guest_state", "kvm_vcpu_ioctl",
					     "svm_vcpu_run" };
	struct target_host *host = NULL;

	assert_int_equal(target_host_new(ISA_SVM, &host), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct target_function *f;

		assert_int_equal(target_host_add(host, names[i], i == 3, &f), 0);
	}
	target_host_sort(host);
	target_function_set(target_host_find(host, "kvm_guest_state"), TARGET_DENIED, "no");
	return host;
}

static bool is_discovered(struct target_host *host, const char *name)
{
	return target_host_find(host, name)->is_discovered;
}

static void a_list_is_read_as_printed(void **state)
{
	_cleanup_(target_host_free) struct target_host *host = make_host(), *again = make_host();
	const struct discovery_counts counts = { 61200, 5 };
	struct discovered found, found_again;
	_cleanup_free_ char *text = NULL;
	size_t size;

	target_host_find(host, "kvm_cpuid")->is_discovered = true;
	target_host_find(host, "svm_vcpu_run")->is_discovered = true;
	target_host_find(host, "kvm_guest_state")->is_discovered = true;
	discovered_count(host, "2 VMs", &counts, &found);
	assert_int_equal(found.cnt, 2);
	assert_int_equal(found.other_cnt, 1);
	assert_int_equal(discovered_format(host, &found, &text, &size), 0);
	assert_non_null(strstr(text, "\n# 61200 calls seen, 5 lost\n"
				     "kvm:kvm_cpuid\nkvm_amd:svm_vcpu_run\n"
				     "# kvm:kvm_guest_state ran and cannot be traced: no\n"));
	assert_int_equal(discovered_parse(text, again, &found_again), 0);
	assert_true(is_discovered(again, "kvm_cpuid"));
	assert_true(is_discovered(again, "svm_vcpu_run"));
	assert_false(is_discovered(again, "kvm_vcpu_ioctl"));
	assert_int_equal(found_again.cnt, 2);
	assert_string_equal(found_again.when, found.when);
	assert_string_equal(found_again.whose, "2 VMs");
}

/* Nothing in the text makes a function more than marked, and nothing of it is printed unchecked. */
static void hostile_lists_do_no_harm(void **state)
{
	static const char *const none[] = {
		"",
		"\n\n\n",
		"# kvm:kvm_cpuid\n",
		"kvm:kvm_cpui\n",
		"vmlinux:kvm_cpuid\n",
		":\n",
		"kvm:\n",
		"*\n",
		"kvm:kvm_*\n",
		"kvm_amd:kvm_cpuid\n",
		"kvm:kvm_cpuid extra\n",
		"kvm:kvm_guest_state\n",
	};
	struct discovered found = { 0 };
	_cleanup_(target_host_free) struct target_host *host = make_host();
	char odd[] = "# 9 functions of " /* longer than there is room for */
		     "0123456789012345678901234567890123456789012345678901234567890123456789"
		     ", discovered 2026-11-21 12:00:05 UTC\033[2J on Linux 1\n"
		     "# 1 functions of x, discovered %s%s%n\n"
		     "kvm:kvm_cpuid\n";

	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		_cleanup_free_ char *text = strdup(none[i]);

		assert_int_equal(discovered_parse(text, host, &found), -EBADMSG);
	}
	assert_int_equal(target_host_find(host, "kvm_guest_state")->verdict, TARGET_DENIED);
	assert_int_equal(discovered_parse(odd, host, &found), 0);
	assert_string_equal(found.when, "2026-11-21 12:00:05 UTC");
	assert_int_equal(strlen(found.whose), sizeof(found.whose) - 1);
	assert_int_equal(found.cnt, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_the_tracer_are_understood),
		cmocka_unit_test(a_list_is_read_as_printed),
		cmocka_unit_test(hostile_lists_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
