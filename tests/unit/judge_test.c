// SPDX-License-Identifier: GPL-2.0
/*
 * The verdicts, on a made-up kernel: a symbol table and ftrace's list as texts, and BTF
 * built in memory, that of the modules split from vmlinux's as in a real one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "target/host.h"
#include "target/proto.h"
#include "util/cleanup.h"

static const char kallsyms_text[] = "ffff T amd_pmu_init\n"
				    "ffff T elsewhere\n"
				    "ffff t plain\t[kvm]\n"
				    "ffff t elsewhere\t[kvm]\n"
				    "ffff t twice\t[kvm]\n"
				    "ffff t twice\t[kvm]\n"
				    "ffff t noinstr\t[kvm]\n"
				    "ffff t no_type\t[kvm]\n"
				    "ffff t cloned.isra.0\t[kvm]\n"
				    "ffff t sealed.part.0\t[kvm]\n"
				    "ffff t double.part.0\t[kvm]\n"
				    "ffff t double.part.0\t[kvm]\n"
				    "ffff t kvm_guest_state.part.0\t[kvm]\n"
				    "ffff t half\t[kvm]\n"
				    "ffff t half.cold\t[kvm]\n"
				    "ffff t __pfx_half\t[kvm]\n"
				    "ffff t many_args\t[kvm]\n"
				    "ffff t six_args\t[kvm]\n"
				    "ffff t struct_arg\t[kvm]\n"
				    "ffff t large_arg\t[kvm]\n"
				    "ffff t struct_return\t[kvm]\n"
				    "ffff t variadic\t[kvm]\n"
				    "ffff t kvm_suspend\t[kvm]\n"
				    "ffff t __traceiter_kvm_exit\t[kvm]\n"
				    "ffff t init_module\t[kvm]\n"
				    "ffff t svm_vcpu_run\t[kvm_amd]\n"
				    "ffff t amd_pmu_init\t[kvm_amd]\n";

/* All but noinstr and sealed.part.0; a real one has no clones' bases either. */
static const char sites_text[] =
	"elsewhere\nplain [kvm]\nelsewhere [kvm]\ntwice [kvm]\nno_type [kvm]\n"
	"double.part.0 [kvm]\nkvm_guest_state.part.0 [kvm]\n"
	"cloned.isra.0 [kvm]\nhalf [kvm]\nmany_args [kvm]\nsix_args [kvm]\n"
	"struct_arg [kvm]\nlarge_arg [kvm]\nstruct_return [kvm]\nvariadic [kvm]\n"
	"kvm_suspend [kvm]\n__traceiter_kvm_exit [kvm]\n"
	"svm_vcpu_run [kvm_amd]\namd_pmu_init [kvm_amd]\n";

struct kernel {
	struct btf *vmlinux, *kvm, *amd;
	int int_id, small_id, large_id, pointer_id;
	struct kallsyms *kallsyms;
	struct sites *sites;
	struct target_host *host;
};

/* A function of @cnt arguments of the type @type, which returns @result (0 is void). */
static int add_function(struct btf *btf, const char *name, int result, int type, int cnt)
{
	int proto = btf__add_func_proto(btf, result);

	assert_true(proto > 0);
	for (int i = 0; i < cnt; i++)
		assert_int_equal(btf__add_func_param(btf, type ? "x" : "", type), 0);
	return btf__add_func(btf, name, BTF_FUNC_STATIC, proto);
}

static void make_types(struct kernel *k)
{
	k->int_id = btf__add_int(k->vmlinux, "int", 4, BTF_INT_SIGNED);
	k->small_id = btf__add_struct(k->vmlinux, "small", 16);
	btf__add_field(k->vmlinux, "a", k->int_id, 0, 0);
	k->large_id = btf__add_union(k->vmlinux, "large", 24);
	btf__add_field(k->vmlinux, "a", k->int_id, 0, 0);
	/* Types are seen through typedef and const; a pointer to a large type is no large type. */
	k->small_id = btf__add_typedef(k->vmlinux, "small_t", k->small_id);
	k->small_id = btf__add_const(k->vmlinux, k->small_id);
	k->pointer_id = btf__add_ptr(k->vmlinux, k->large_id);
}

static void make_kvm_btf(struct kernel *k)
{
	static const char *const plain[] = { "elsewhere", "twice",	 "noinstr", "cloned",
					     "half",	  "kvm_suspend", "inlined", "init_module" };

	k->kvm = btf__new_empty_split(k->vmlinux);
	assert_non_null(k->kvm);
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		add_function(k->kvm, plain[i], 0, k->int_id, 1);
	add_function(k->kvm, "plain", k->int_id, k->pointer_id, 3);
	add_function(k->kvm, "six_args", 0, k->int_id, 6);
	add_function(k->kvm, "many_args", 0, k->int_id, 7);
	add_function(k->kvm, "struct_arg", 0, k->small_id, 2);
	add_function(k->kvm, "large_arg", 0, k->large_id, 1);
	add_function(k->kvm, "struct_return", k->small_id, 0, 0);
	add_function(k->kvm, "variadic", 0, 0, 1);
	add_function(k->kvm, "__traceiter_kvm_exit", 0, k->int_id, 1);
	k->amd = btf__new_empty_split(k->vmlinux);
	add_function(k->amd, "svm_vcpu_run", 0, k->int_id, 1);
	add_function(k->amd, "amd_pmu_init", 0, k->int_id, 1);
}

static int make_kernel(void **state)
{
	static const char *const modules[] = { "kvm", "kvm_amd" };
	_cleanup_fclose_ FILE *symbols =
		fmemopen((void *)kallsyms_text, strlen(kallsyms_text), "r");
	_cleanup_fclose_ FILE *sites = fmemopen((void *)sites_text, strlen(sites_text), "r");
	struct kernel *k = calloc(1, sizeof(*k));

	assert_non_null(k);
	k->vmlinux = btf__new_empty();
	make_types(k);
	make_kvm_btf(k);
	assert_int_equal(kallsyms_read(symbols, modules, 2, &k->kallsyms), 0);
	assert_int_equal(sites_read(sites, modules, 2, &k->sites), 0);
	*state = k;
	return 0;
}

static int free_kernel(void **state)
{
	struct kernel *k = *state;

	btf__free(k->amd);
	btf__free(k->kvm);
	btf__free(k->vmlinux);
	kallsyms_free(&k->kallsyms);
	sites_free(&k->sites);
	target_host_free(&k->host);
	free(k);
	return 0;
}

/* A host of the kernel's, with and without BTF for modules, as of @max_args registers. */
static struct target_host *judge(struct kernel *k, bool has_btf, u32 max_args)
{
	struct target_sources sources = {
		.kallsyms = k->kallsyms,
		.sites = k->sites,
		.btf = (struct btf *[]){ has_btf ? k->kvm : NULL, has_btf ? k->amd : NULL },
		.max_args = max_args,
	};

	target_host_free(&k->host);
	assert_int_equal(target_host_new(ISA_SVM, &k->host), 0);
	assert_int_equal(target_judge(k->host, &sources), 0);
	return k->host;
}

static void expect(const struct target_host *host, const char *name, enum target_verdict verdict)
{
	const struct target_function *f = target_host_find(host, name);

	if (!f)
		fail_msg("%s is not there", name);
	if (f->verdict != verdict)
		fail_msg("%s: %s (%s), not %s", name, target_verdict_name(f->verdict), f->why,
			 target_verdict_name(verdict));
	if (verdict == TARGET_OK)
		assert_null(f->why);
	else
		assert_true(strlen(f->why) > 10);
}

static void each_function_gets_its_verdict(void **state)
{
	const struct target_host *host = judge(*state, true, 6);

	expect(host, "plain", TARGET_OK);
	expect(host, "half", TARGET_OK);
	expect(host, "six_args", TARGET_OK);
	expect(host, "elsewhere", TARGET_NOT_UNIQUE);
	expect(host, "twice", TARGET_NOT_UNIQUE);
	expect(host, "noinstr", TARGET_NO_SITE);
	expect(host, "no_type", TARGET_NO_BTF);
	expect(host, "cloned", TARGET_CLONE);
	expect(host, "inlined", TARGET_NO_SYMBOL);
	expect(host, "many_args", TARGET_ARGS);
	expect(host, "large_arg", TARGET_STRUCT_ARG);
	expect(host, "struct_return", TARGET_STRUCT_RETURN);
	expect(host, "variadic", TARGET_VARIADIC);
	expect(host, "kvm_suspend", TARGET_DENIED);
	expect(host, "__traceiter_kvm_exit", TARGET_GLUE);
	expect(host, "svm_vcpu_run", TARGET_OK);
	expect(host, "kvm_amd:amd_pmu_init", TARGET_DENIED);
	assert_non_null(strstr(target_host_find(host, "elsewhere")->why, "vmlinux"));
}

/* Reached by name, through kprobes, and only where the user wants it. */
static void clones_can_be_allowed(void **state)
{
	struct target_host *host = judge(*state, true, 6);

	expect(host, "cloned.isra.0", TARGET_CLONE);
	assert_non_null(strstr(target_host_find(host, "cloned")->why, "--clones"));
	expect(host, "sealed.part.0", TARGET_NO_SITE);
	expect(host, "double.part.0", TARGET_NOT_UNIQUE);
	expect(host, "kvm_guest_state.part.0", TARGET_DENIED);
	target_host_allow_clones(host);
	expect(host, "cloned.isra.0", TARGET_OK);
	assert_true(target_host_find(host, "cloned")->is_clone);
	assert_false(target_host_find(host, "plain")->is_clone);
	expect(host, "sealed.part.0", TARGET_NO_SITE);
	expect(host, "double.part.0", TARGET_NOT_UNIQUE);
	expect(host, "kvm_guest_state.part.0", TARGET_DENIED);
	expect(host, "noinstr", TARGET_NO_SITE);
}

static void halves_and_aliases_are_no_functions(void **state)
{
	const struct target_host *host = judge(*state, true, 6);

	assert_null(target_host_find(host, "half.cold"));
	assert_null(target_host_find(host, "__pfx_half"));
	assert_null(target_host_find(host, "init_module"));
}

static void types_and_ids_are_the_modules(void **state)
{
	struct kernel *k = *state;
	const struct target_host *host = judge(k, true, 6);
	const struct target_function *f = target_host_find(host, "plain");

	assert_int_equal(f->arg_cnt, 3);
	assert_false(f->doubtful);
	assert_int_equal(f->btf_id, btf__find_by_name_kind(k->kvm, "plain", BTF_KIND_FUNC));
	assert_true(f->btf_id >= btf__type_cnt(k->vmlinux));
	assert_string_equal(f->module, "kvm");
	f = target_host_find(host, "svm_vcpu_run");
	assert_string_equal(f->module, "kvm_amd");
	assert_true(f->is_default);
	f = target_host_find(host, "struct_arg");
	assert_int_equal(f->arg_cnt, 4);
	assert_true(f->doubtful);
}

static void newer_kernels_take_more_arguments(void **state)
{
	struct kernel *k = *state;

	expect(judge(k, true, 12), "many_args", TARGET_OK);
	assert_int_equal(proto_max_args(k->vmlinux), 6);
	add_function(k->vmlinux, "bpf_modify_return_test2", k->int_id, k->int_id, 7);
	assert_int_equal(proto_max_args(k->vmlinux), 12);
}

static void without_btf_nothing_can_be_traced(void **state)
{
	struct target_host *host = judge(*state, false, 6);
	struct target_function **v;
	size_t cnt;

	v = target_host_functions(host, &cnt);
	assert_true(cnt > 10);
	for (size_t i = 0; i < cnt; i++)
		assert_int_not_equal(v[i]->verdict, TARGET_OK);
	expect(host, "plain", TARGET_NO_BTF);
	expect(host, "kvm_suspend", TARGET_DENIED);
}

static void functions_are_in_order_and_there_once(void **state)
{
	struct target_host *host = judge(*state, true, 6);
	struct target_function **v;
	size_t cnt;

	v = target_host_functions(host, &cnt);
	for (size_t i = 1; i < cnt; i++) {
		int order = strcmp(v[i - 1]->name, v[i]->name);

		assert_true(order < 0 || (!order && strcmp(v[i - 1]->module, v[i]->module) < 0));
	}
}

static void every_verdict_has_its_words(void **state)
{
	for (int i = 0; i < TARGET_VERDICT_COUNT; i++) {
		assert_true(strlen(target_verdict_name(i)) > 0);
		assert_true(strlen(target_verdict_text(i)) > 0);
	}
}

int main(void)
{
	/* The one that adds to vmlinux's BTF, which the others' split from, comes last. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_function_gets_its_verdict),
		cmocka_unit_test(clones_can_be_allowed),
		cmocka_unit_test(halves_and_aliases_are_no_functions),
		cmocka_unit_test(types_and_ids_are_the_modules),
		cmocka_unit_test(without_btf_nothing_can_be_traced),
		cmocka_unit_test(functions_are_in_order_and_there_once),
		cmocka_unit_test(every_verdict_has_its_words),
		cmocka_unit_test(newer_kernels_take_more_arguments),
	};

	return cmocka_run_group_tests_name("judge", tests, make_kernel, free_kernel);
}
