// SPDX-License-Identifier: GPL-2.0
/* The symbol table's reader, on made-up tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "target/kallsyms.h"
#include "target/sites.h"
#include "util/cleanup.h"

static const char *const modules[] = { "kvm", "kvm_amd" };

static struct kallsyms *read_text(const char *text)
{
	_cleanup_fclose_ FILE *f = fmemopen((void *)text, strlen(text), "r");
	struct kallsyms *k = NULL;

	assert_non_null(f);
	assert_int_equal(kallsyms_read(f, modules, ARRAY_SIZE(modules), &k), 0);
	assert_non_null(k);
	return k;
}

static void expect(const struct kallsyms *k, const char *name, u32 cnt, const char *first,
		   const char *last)
{
	struct kallsyms_name found;

	kallsyms_find(k, name, &found);
	assert_int_equal(found.cnt, cnt);
	if (!cnt)
		return;
	assert_string_equal(found.name, name);
	assert_string_equal(found.first_module, first);
	assert_string_equal(found.last_module, last);
}

static void names_are_counted_over_vmlinux_and_modules(void **state)
{
	_cleanup_(kallsyms_free) struct kallsyms *k =
		read_text("ffffffff81000000 T amd_pmu_init\n"
			  "ffffffff81000010 t only_vmlinux\n"
			  "ffffffff81000020 t twice_in_vmlinux\n"
			  "ffffffff81000030 t twice_in_vmlinux\n"
			  "ffffffff81000040 d shared_with_data\n"
			  "ffffffffc0000000 t kvm_cpuid\t[kvm]\n"
			  "ffffffffc0000010 t shared_with_data\t[kvm]\n"
			  "ffffffffc0000020 t twice_in_kvm\t[kvm]\n"
			  "ffffffffc0000030 t twice_in_kvm\t[kvm]\n"
			  "ffffffffc0000040 t in_a_third\t[kvm]\n"
			  "ffffffffc0001000 t amd_pmu_init\t[kvm_amd]\n"
			  "ffffffffc0002000 t in_a_third\t[nf_tables]\n");

	expect(k, "amd_pmu_init", 2, "vmlinux", "kvm_amd");
	expect(k, "only_vmlinux", 1, "vmlinux", "vmlinux");
	expect(k, "twice_in_vmlinux", 2, "vmlinux", "vmlinux");
	expect(k, "shared_with_data", 2, "vmlinux", "kvm");
	expect(k, "kvm_cpuid", 1, "kvm", "kvm");
	expect(k, "twice_in_kvm", 2, "kvm", "kvm");
	expect(k, "in_a_third", 2, "kvm", "nf_tables");
	expect(k, "kvm_cpui", 0, NULL, NULL);
	expect(k, "kvm_cpuid ", 0, NULL, NULL);
	expect(k, "", 0, NULL, NULL);
}

static void functions_of_the_modules_are_kept(void **state)
{
	_cleanup_(kallsyms_free) struct kallsyms *k =
		read_text("ffffffff81000000 T vmlinux_function\n"
			  "ffffffffc0000000 t local\t[kvm]\n"
			  "ffffffffc0000010 T global\t[kvm]\n"
			  "ffffffffc0000020 W weak\t[kvm]\n"
			  "ffffffffc0000030 w weak_too\t[kvm]\n"
			  "ffffffffc0000040 b data\t[kvm]\n"
			  "ffffffffc0000050 t other\t[nf_tables]\n"
			  "ffffffffc0000060 t vendor\t[kvm_amd]\n");
	const struct kallsyms_function *f;
	size_t cnt;

	f = kallsyms_functions(k, &cnt);
	assert_int_equal(cnt, 5);
	assert_string_equal(f[0].name, "local");
	assert_string_equal(f[0].module, "kvm");
	assert_string_equal(f[3].name, "weak_too");
	assert_string_equal(f[4].name, "vendor");
	assert_string_equal(f[4].module, "kvm_amd");
}

/* Made while the kernel runs: BPF programs, trampolines of ftrace and kprobes. */
static void made_up_symbols_do_not_count(void **state)
{
	_cleanup_(kallsyms_free) struct kallsyms *k =
		read_text("ffffffffc0000000 t kvm_cpuid\t[kvm]\n"
			  "ffffffffc0001000 t kvm_cpuid\t[bpf]\n"
			  "ffffffffc0002000 t kvm_cpuid\t[__builtin__ftrace]\n"
			  "ffffffffc0003000 t kvm_cpuid\t[__builtin__kprobes]\n");

	expect(k, "kvm_cpuid", 1, "kvm", "kvm");
}

/* As an unprivileged reader sees it, cut off, with junk: nothing of it may be fatal. */
static void odd_tables_are_read(void **state)
{
	_cleanup_(kallsyms_free) struct kallsyms *hidden =
		read_text("0000000000000000 t a\t[kvm]\n0000000000000000 t b\t[kvm]\n");
	_cleanup_(kallsyms_free) struct kallsyms *cut = read_text("ffff T whole\nffff T cut");
	_cleanup_(kallsyms_free) struct kallsyms *junk =
		read_text("\n\nffff\nffff T\n   \nffff T fine\nffff T x []\nffff t y [kvm\n");

	expect(hidden, "a", 1, "kvm", "kvm");
	expect(hidden, "b", 1, "kvm", "kvm");
	expect(cut, "whole", 1, "vmlinux", "vmlinux");
	expect(cut, "cut", 1, "vmlinux", "vmlinux");
	expect(junk, "fine", 1, "vmlinux", "vmlinux");
	expect(junk, "y", 1, "kvm", "kvm");
}

/* More names than any table that a first guess would have room for. */
static void large_tables_are_read(void **state)
{
	_cleanup_(kallsyms_free) struct kallsyms *k = NULL;
	_cleanup_free_ char *text = malloc(50000 * 40);
	size_t len = 0;
	char name[32];

	assert_non_null(text);
	for (int i = 0; i < 50000; i++)
		len += sprintf(text + len, "ffff t f%d\t[m%d]\n", i / 2, i % 200);
	k = read_text(text);
	for (int i = 0; i < 25000; i++) {
		struct kallsyms_name found;

		snprintf(name, sizeof(name), "f%d", i);
		kallsyms_find(k, name, &found);
		assert_int_equal(found.cnt, 2);
	}
}

static void sites_are_kept_by_module(void **state)
{
	static const char text[] = "do_one_initcall\n"
				   "kvm_cpuid [kvm]\n"
				   "svm_vcpu_run [kvm_amd]\n"
				   "nft_do_chain [nf_tables]\n"
				   "kvm_spurious [kvm\n"
				   "\n";
	_cleanup_fclose_ FILE *f = fmemopen((void *)text, strlen(text), "r");
	_cleanup_(sites_free) struct sites *sites = NULL;

	assert_int_equal(sites_read(f, modules, ARRAY_SIZE(modules), &sites), 0);
	assert_true(sites_have(sites, "kvm", "kvm_cpuid"));
	assert_true(sites_have(sites, "kvm_amd", "svm_vcpu_run"));
	assert_false(sites_have(sites, "kvm", "svm_vcpu_run"));
	assert_false(sites_have(sites, "nf_tables", "nft_do_chain"));
	assert_false(sites_have(sites, "kvm", "do_one_initcall"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_counted_over_vmlinux_and_modules),
		cmocka_unit_test(functions_of_the_modules_are_kept),
		cmocka_unit_test(made_up_symbols_do_not_count),
		cmocka_unit_test(odd_tables_are_read),
		cmocka_unit_test(large_tables_are_read),
		cmocka_unit_test(sites_are_kept_by_module),
	};

	return cmocka_run_group_tests_name("kallsyms", tests, NULL, NULL);
}
