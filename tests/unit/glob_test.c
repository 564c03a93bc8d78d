// SPDX-License-Identifier: GPL-2.0
/* Which functions a pattern of the user's means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "target/select.h"
#include "util/cleanup.h"

static const struct {
	const char *pattern;
	const char *module;
	const char *name;
	bool is_default;
	bool matches;
} cases[] = {
	{ "kvm_cpuid", "kvm", "kvm_cpuid", false, true },
	{ "kvm_cpuid", "kvm", "kvm_cpuid_x", false, false },
	{ "kvm_cpui", "kvm", "kvm_cpuid", false, false },
	{ "*", "kvm", "kvm_cpuid", false, true },
	{ "kvm_*", "kvm", "kvm_cpuid", false, true },
	{ "*_cpuid", "kvm", "kvm_cpuid", false, true },
	{ "kvm_?puid", "kvm", "kvm_cpuid", false, true },
	{ "kvm_[a-d]puid", "kvm", "kvm_cpuid", false, true },
	{ "kvm_[!c]puid", "kvm", "kvm_cpuid", false, false },
	{ "kvm_\\cpuid", "kvm", "kvm_cpuid", false, true },
	{ "kvm_\\*", "kvm", "kvm_cpuid", false, false },
	{ "kvm_[", "kvm", "kvm_cpuid", false, false },
	{ "kvm_cpuid?", "kvm", "kvm_cpuid", false, false },
	{ "kvm_cpuid*", "kvm", "kvm_cpuid", false, true },
	{ "cpuid", "kvm", "kvm_cpuid", false, false },
	{ "KVM_CPUID", "kvm", "kvm_cpuid", false, false },
	{ "", "kvm", "kvm_cpuid", false, false },
	{ "kvm:kvm_cpuid", "kvm", "kvm_cpuid", false, true },
	{ "kvm:*", "kvm_amd", "svm_seg", false, false },
	{ "kvm_amd:svm_*", "kvm_amd", "svm_seg", false, true },
	{ "kvm_*:svm_*", "kvm_amd", "svm_seg", false, true },
	{ "kvm_intel:svm_*", "kvm_amd", "svm_seg", false, false },
	{ ":kvm_cpuid", "kvm", "kvm_cpuid", false, false },
	{ "kvm:", "kvm", "kvm_cpuid", false, false },
	{ "default", "kvm", "kvm_cpuid", true, true },
	{ "default", "kvm", "kvm_cpuid", false, false },
	{ "a-module-name-which-is-longer-than-any-that-linux-allows-a-module-to-have:*", "kvm",
	  "kvm_cpuid", false, false },
};

static void patterns_match_what_they_say(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct target_function f = {
			.name = (char *)cases[i].name,
			.module = (char *)cases[i].module,
			.is_default = cases[i].is_default,
		};

		if (target_pattern_matches(cases[i].pattern, &f) != cases[i].matches)
			fail_msg("'%s' and %s:%s", cases[i].pattern, f.module, f.name);
	}
}

static void names_are_told_from_globs(void **state)
{
	assert_true(target_pattern_is_glob("kvm_*"));
	assert_true(target_pattern_is_glob("kvm_?puid"));
	assert_true(target_pattern_is_glob("kvm_[ab]"));
	assert_false(target_pattern_is_glob("kvm_cpuid"));
	assert_false(target_pattern_is_glob("kvm:kvm_set_cr8.part.0"));
	assert_false(target_pattern_is_glob(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_what_they_say),
		cmocka_unit_test(names_are_told_from_globs),
	};

	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
