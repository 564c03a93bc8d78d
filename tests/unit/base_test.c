// SPDX-License-Identifier: GPL-2.0
/* Which of the attached functions are taken to be open at every guest entry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "attach/base.h"
#include "util/cleanup.h"
#include "xg_log.h"

#define MAX 8

/* The names that base_tell() finds in @attached (space-separated; "-name": was refused). */
static void expect(const char *attached, const char *wanted)
{
	struct attach_function functions[MAX] = { 0 };
	struct target_function targets[MAX] = { 0 };
	struct xg_control control = { 0 };
	char names[256], found[256] = "";
	size_t cnt = 0;

	snprintf(names, sizeof(names), "%s", attached);
	for (char *name = strtok(names, " "); name; name = strtok(NULL, " ")) {
		assert_true(cnt < MAX);
		functions[cnt].attached = *name != '-';
		targets[cnt].name = name + (*name == '-');
		functions[cnt].target = &targets[cnt];
		cnt++;
	}
	base_tell(&control, functions, cnt);
	for (u32 i = 0; i < control.base_n; i++)
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s", i ? " " : "",
			 functions[control.base_id[i] - XG_ID_FUNCTION].target->name);
	assert_string_equal(found, wanted);
}

static void they_are_found_outermost_first(void **state)
{
	expect("svm_vcpu_run kvm_cpuid vcpu_enter_guest kvm_vcpu_ioctl",
	       "kvm_vcpu_ioctl vcpu_enter_guest svm_vcpu_run");
	expect("kvm_vcpu_ioctl -vcpu_run svm_vcpu_run", "kvm_vcpu_ioctl svm_vcpu_run");
	expect("kvm_cpuid", "");
}

static void a_whole_clone_stands_for_its_source(void **state)
{
	expect("vcpu_enter_guest.constprop.0", "vcpu_enter_guest.constprop.0");
	expect("vcpu_run.isra.12", "vcpu_run.isra.12");
	expect("vcpu_run.constprop.0.isra.0", "vcpu_run.constprop.0.isra.0");
}

static void a_piece_of_a_function_does_not(void **state)
{
	expect("vcpu_run.part.0", "");
	expect("kvm_vcpu_ioctl.cold svm_vcpu_run", "svm_vcpu_run");
	expect("vcpu_run.isra.0.cold vcpu_run.isra.0.part.0 vcpu_run.part.0.isra.0", "");
	expect("kvm_vcpu_ioctl_x vcpu_run.", "");
	expect("vcpu_run.isra vcpu_run.isranot.0 vcpu_run.isra.x", "");
}

static void each_call_is_told_once(void **state)
{
	expect("vcpu_run.part.0 vcpu_run svm_vcpu_run", "vcpu_run svm_vcpu_run");
	expect("vcpu_run.isra.0 vcpu_run", "vcpu_run");
	expect("vcpu_run.isra.0 -vcpu_run", "vcpu_run.isra.0");
	expect("vcpu_run.constprop.0 vcpu_run.constprop.1", "vcpu_run.constprop.0");
}

static void the_ioctl_is_told_apart(void **state)
{
	struct target_function targets[] = { { .name = "svm_vcpu_run" },
					     { .name = "kvm_arch_vcpu_ioctl_run" } };
	struct attach_function functions[] = { { .target = &targets[0], .attached = true },
					       { .target = &targets[1], .attached = true } };
	struct xg_control control = { 0 };

	base_tell(&control, functions, ARRAY_SIZE(functions));
	assert_int_equal(control.run_ioctl_id, XG_ID_FUNCTION + 1);
	assert_int_equal(control.base_n, 2);
	assert_int_equal(control.base_id[0], XG_ID_FUNCTION + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_found_outermost_first),
		cmocka_unit_test(a_whole_clone_stands_for_its_source),
		cmocka_unit_test(a_piece_of_a_function_does_not),
		cmocka_unit_test(each_call_is_told_once),
		cmocka_unit_test(the_ioctl_is_told_apart),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
