// SPDX-License-Identifier: GPL-2.0
/* The selection rules, on a made-up host. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "target/host.h"
#include "target/select.h"
#include "util/cleanup.h"

static const struct {
	const char *name;
	size_t module;
	enum target_verdict verdict;
} functions[] = {
	{ "kvm_vcpu_ioctl", 0, TARGET_OK }, /* default */
	{ "kvm_cpuid", 0, TARGET_OK },	    /* default */
	{ "kvm_pmu_reset", 0, TARGET_OK },
	{ "kvm_pmu_init", 0, TARGET_OK },
	{ "kvm_suspend", 0, TARGET_DENIED },
	{ "linearize.isra.0", 0, TARGET_CLONE },
	{ "svm_vcpu_run", 1, TARGET_OK }, /* default */
	{ "svm_set_cr0", 1, TARGET_OK },
	{ "__svm_vcpu_run", 1, TARGET_NO_SITE },
	{ "amd_pmu_init", 1, TARGET_NOT_UNIQUE },
};

static int make_host(void **state)
{
	struct target_host *host = NULL;

	assert_int_equal(target_host_new(ISA_SVM, &host), 0);
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		struct target_function *f;

		assert_int_equal(target_host_add(host, functions[i].name, functions[i].module, &f),
				 0);
		if (functions[i].verdict != TARGET_OK)
			target_function_set(f, functions[i].verdict, "for a reason");
	}
	target_host_sort(host);
	*state = host;
	return 0;
}

static int free_host(void **state)
{
	target_host_free((struct target_host **)state);
	assert_null(*state);
	return 0;
}

/* Select by @include and @exclude (comma-separated, NULL for none); the names, space-separated. */
static int select_names(void *host, const char *include, const char *exclude, char *names,
			size_t size)
{
	struct target_selection selection = { 0 };
	struct target_rules rules = { 0 };
	int r = 0;

	if (include)
		r = target_rules_add(&rules, include, false);
	if (!r && exclude)
		r = target_rules_add(&rules, exclude, true);
	if (!r)
		r = target_select(host, &rules, NULL, &selection);
	*names = '\0';
	for (size_t i = 0; i < selection.cnt; i++)
		snprintf(names + strlen(names), size - strlen(names), "%s%s", i ? " " : "",
			 selection.v[i]->name);
	target_selection_free(&selection);
	target_rules_free(&rules);
	return r;
}

static void expect(void *host, const char *include, const char *exclude, const char *wanted)
{
	char names[512];

	assert_int_equal(select_names(host, include, exclude, names, sizeof(names)), 0);
	assert_string_equal(names, wanted);
}

static void expect_error(void *host, const char *include, const char *exclude)
{
	char names[512];

	assert_int_equal(select_names(host, include, exclude, names, sizeof(names)), -EINVAL);
	assert_string_equal(names, "");
}

static void without_rules_it_is_the_default_list(void **state)
{
	expect(*state, NULL, NULL, "kvm_cpuid kvm_vcpu_ioctl svm_vcpu_run");
}

static void names_and_globs_add_up_each_function_once(void **state)
{
	expect(*state, "kvm_cpuid", NULL, "kvm_cpuid");
	expect(*state, "kvm_pmu_*,kvm_cpuid", NULL, "kvm_cpuid kvm_pmu_init kvm_pmu_reset");
	expect(*state, "kvm_pmu_*,*_init,kvm_pmu_init", NULL, "kvm_pmu_init kvm_pmu_reset");
	expect(*state, "kvm_amd:*", NULL, "svm_set_cr0 svm_vcpu_run");
	expect(*state, "kvm_amd:svm_set_cr0", NULL, "svm_set_cr0");
	expect(*state, "default,kvm_pmu_init", NULL,
	       "kvm_cpuid kvm_pmu_init kvm_vcpu_ioctl svm_vcpu_run");
}

static void only_what_can_be_traced_is_selected(void **state)
{
	expect(*state, "*", NULL,
	       "kvm_cpuid kvm_pmu_init kvm_pmu_reset kvm_vcpu_ioctl svm_set_cr0 svm_vcpu_run");
}

static void exclusions_come_last(void **state)
{
	expect(*state, NULL, "svm_*", "kvm_cpuid kvm_vcpu_ioctl");
	expect(*state, "*", "kvm:*", "svm_set_cr0 svm_vcpu_run");
	expect(*state, "kvm_cpuid,kvm_pmu_*", "kvm_pmu_init", "kvm_cpuid kvm_pmu_reset");
	expect(*state, "*", "default", "kvm_pmu_init kvm_pmu_reset svm_set_cr0");
	/* Nothing to exclude is worth a warning, no more. */
	expect(*state, "kvm_cpuid", "nosuch,no*such", "kvm_cpuid");
}

static void a_glob_that_matches_nothing_is_a_warning(void **state)
{
	expect(*state, "kvm_cpuid,no*such", NULL, "kvm_cpuid");
	expect(*state, "kvm_cpuid,kvm_susp*", NULL, "kvm_cpuid");
}

static void a_name_that_cannot_be_traced_is_an_error(void **state)
{
	expect_error(*state, "kvm_cpuid,nosuch", NULL);
	expect_error(*state, "kvm_cpuid,kvm_suspend", NULL);
	expect_error(*state, "amd_pmu_init", NULL);
	expect_error(*state, "kvm_cpuid,linearize", NULL);
	expect_error(*state, "kvm:svm_set_cr0", NULL);
}

/* The last test, for it changes the host. */
static void clones_are_chosen_like_others_once_they_are_allowed(void **state)
{
	expect_error(*state, "linearize", NULL);
	target_host_allow_clones(*state);
	expect(*state, "linearize", NULL, "linearize.isra.0");
	expect(*state, "linearize.isra.0,kvm_cpuid", NULL, "kvm_cpuid linearize.isra.0");
	expect(*state, "*.isra.*", NULL, "linearize.isra.0");
	expect(*state, NULL, NULL, "kvm_cpuid kvm_vcpu_ioctl linearize.isra.0 svm_vcpu_run");
	expect(*state, NULL, "linearize,svm_*", "kvm_cpuid kvm_vcpu_ioctl");
	expect_error(*state, "lineari", NULL);
}

static void something_must_remain(void **state)
{
	expect_error(*state, "no*such", NULL);
	expect_error(*state, "kvm_cpuid", "kvm_*");
	expect_error(*state, NULL, "*");
	expect_error(*state, "", NULL);
	expect_error(*state, "kvm_cpuid,,kvm_pmu_init", NULL);
}

static void find_takes_a_module_and_knows_clones(void **state)
{
	const struct target_host *host = *state;

	assert_string_equal(target_host_find(host, "kvm_cpuid")->name, "kvm_cpuid");
	assert_string_equal(target_host_find(host, "kvm:kvm_cpuid")->name, "kvm_cpuid");
	assert_null(target_host_find(host, "kvm_amd:kvm_cpuid"));
	assert_null(target_host_find(host, "kvm_cpui"));
	assert_null(target_host_find(host, "kvm_cpuid_"));
	assert_null(target_host_find(host, ""));
	assert_string_equal(target_host_find(host, "linearize")->name, "linearize.isra.0");
	assert_string_equal(target_host_find(host, "linearize.isra.0")->name, "linearize.isra.0");
	assert_string_equal(target_host_vendor(host), "kvm_amd");
	assert_int_equal(target_host_btf_fd(host, "kvm"), -1);
}

/* A file of @text; the caller's path is "@" and its name, as --functions takes it. */
static void write_file(const char *text, char path[32])
{
	_cleanup_close_ int fd = -1;

	strcpy(path, "@/tmp/select_test.XXXXXX");
	fd = mkstemp(path + 1);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void files_hold_a_rule_a_line(void **state)
{
	char path[32];

	write_file("# the functions that matter\n"
		   "\n"
		   "kvm_cpuid\n"
		   "  kvm_pmu_*   # all of these\n"
		   "\tsvm_set_cr0\r\n"
		   "kvm_vcpu_ioctl",
		   path);
	expect(*state, path, NULL,
	       "kvm_cpuid kvm_pmu_init kvm_pmu_reset kvm_vcpu_ioctl svm_set_cr0");
	expect(*state, "*", path, "svm_vcpu_run");
	unlink(path + 1);
}

/* A list that was made on another kernel still serves. */
static void what_a_file_names_in_vain_is_a_warning(void **state)
{
	char path[32];

	write_file("kvm_cpuid\nvcpu_enter_guest\nkvm_suspend\nhandle_ept_*\n", path);
	expect(*state, path, NULL, "kvm_cpuid");
	expect_error(*state, "nosuch", path);
	unlink(path + 1);
}

/* It does not stand for the default list; but to exclude nothing is fine. */
static void an_empty_file_includes_nothing(void **state)
{
	char path[32];

	write_file("# nothing\n", path);
	expect_error(*state, path, NULL);
	expect(*state, NULL, path, "kvm_cpuid kvm_vcpu_ioctl svm_vcpu_run");
	unlink(path + 1);
}

static void a_missing_file_is_an_error(void **state)
{
	struct target_rules rules = { 0 };

	assert_int_equal(target_rules_add(&rules, "@/nonexistent/file", false), -ENOENT);
	assert_int_equal(target_rules_add_file(&rules, "/", false), -EISDIR);
	target_rules_free(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_rules_it_is_the_default_list),
		cmocka_unit_test(names_and_globs_add_up_each_function_once),
		cmocka_unit_test(only_what_can_be_traced_is_selected),
		cmocka_unit_test(exclusions_come_last),
		cmocka_unit_test(a_glob_that_matches_nothing_is_a_warning),
		cmocka_unit_test(a_name_that_cannot_be_traced_is_an_error),
		cmocka_unit_test(something_must_remain),
		cmocka_unit_test(find_takes_a_module_and_knows_clones),
		cmocka_unit_test(files_hold_a_rule_a_line),
		cmocka_unit_test(what_a_file_names_in_vain_is_a_warning),
		cmocka_unit_test(an_empty_file_includes_nothing),
		cmocka_unit_test(a_missing_file_is_an_error),
		cmocka_unit_test(clones_are_chosen_like_others_once_they_are_allowed),
	};

	return cmocka_run_group_tests_name("select", tests, make_host, free_host);
}
