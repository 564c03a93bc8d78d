// SPDX-License-Identifier: GPL-2.0
/*
 * The default list: well-formed, and made of names that kernels have. The table of which
 * kernel has which function lies beside the repository on some machines only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "target/defaults.h"
#include "util/cleanup.h"

#define AVAILABILITY "../shared/tables/function_availability.csv"

static bool defaults_have(const char *name)
{
	const char *const *names;
	size_t cnt;

	names = defaults_names(&cnt);
	for (size_t i = 0; i < cnt; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static void names_are_names_and_there_once(void **state)
{
	const char *const *names;
	size_t cnt;

	names = defaults_names(&cnt);
	assert_true(cnt >= 100);
	for (size_t i = 0; i < cnt; i++) {
		assert_true(strlen(names[i]) > 0);
		assert_null(strpbrk(names[i], "*?[]:, @."));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(names[i], names[j]);
	}
}

/* Where the tree begins on every host, and what the documentation's example shows. */
static void the_roots_are_in(void **state)
{
	static const char *const roots[] = {
		"kvm_vcpu_ioctl",
		"kvm_arch_vcpu_ioctl_run",
		"vmx_vcpu_run",
		"svm_vcpu_run",
		"vmx_handle_exit",
		"svm_handle_exit",
		"kvm_emulate_cpuid",
		"kvm_skip_emulated_instruction",
		"vmx_skip_emulated_instruction",
	};

	for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
		assert_true(defaults_have(roots[i]));
}

/* "function,module,5.10,6.1,6.12,7.2", "fentry" where it can be attached. */
static void those_known_can_be_attached_somewhere(void **state)
{
	_cleanup_fclose_ FILE *f = fopen(AVAILABILITY, "r");
	size_t known = 0, attachable = 0;
	char line[256];

	if (!f)
		skip();
	while (fgets(line, sizeof(line), f)) {
		char *comma = strchr(line, ',');

		if (!comma)
			continue;
		*comma = '\0';
		if (!defaults_have(line))
			continue;
		known++;
		if (strstr(comma + 1, ",fentry"))
			attachable++;
		else
			print_message("%s: %s", line, comma + 1);
	}
	print_message("%zu names of the default list are in the table, %zu attachable\n", known,
		      attachable);
	assert_true(known >= 60);
	assert_true(attachable * 100 >= known * 95);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_names_and_there_once),
		cmocka_unit_test(the_roots_are_in),
		cmocka_unit_test(those_known_can_be_attached_somewhere),
	};

	return cmocka_run_group_tests_name("defaults", tests, NULL, NULL);
}
