// SPDX-License-Identifier: GPL-2.0
/* What is put into the copies of the template programs, and what a kernel's BTF tells of them. */
#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "attach/features.h"
#include "attach/template.h"
#include "util/cleanup.h"
#include "xg_log.h"
#include "xg_template.h"

#define MOVE(what)                                                                       \
	{                                                                                \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = (what) \
	}
#define EXIT                               \
	{                                  \
		.code = BPF_JMP | BPF_EXIT \
	}

static void an_id_becomes_both_codes(void **state)
{
	struct bpf_insn insns[] = { MOVE(XG_TEMPLATE_CODE), MOVE(XG_TEMPLATE_RETURN_CODE), MOVE(3),
				    EXIT };
	const struct template_use use = { .id = 1234 };

	assert_int_equal(template_fill(insns, ARRAY_SIZE(insns), &use), 0);
	assert_int_equal(insns[0].imm, XG_CODE_ENTRY(1234));
	assert_int_equal(insns[1].imm, XG_CODE_RETURN(1234));
	assert_int_equal(insns[2].imm, 3);
}

static void the_question_for_the_return_becomes_a_call(void **state)
{
	struct bpf_insn insns[] = { MOVE(XG_TEMPLATE_IS_RETURN), EXIT };
	const struct template_use use = { .is_return_id = 77 };

	assert_int_equal(template_fill(insns, ARRAY_SIZE(insns), &use), 0);
	assert_int_equal(insns[0].code, BPF_JMP | BPF_CALL);
	assert_int_equal(insns[0].src_reg, BPF_PSEUDO_KFUNC_CALL);
	assert_int_equal(insns[0].dst_reg, 0);
	assert_int_equal(insns[0].imm, 77);
}

/* Whatever the compiler may make of a template, no wrong program is attached. */
static void what_does_not_fit_is_refused(void **state)
{
	const struct template_use id = { .id = 1 }, none = { 0 }, session = { .is_return_id = 1 };
	struct bpf_insn nothing[] = { MOVE(3), EXIT };
	struct bpf_insn code[] = { MOVE(XG_TEMPLATE_CODE), EXIT };
	struct bpf_insn question[] = { MOVE(XG_TEMPLATE_IS_RETURN), EXIT };
	struct bpf_insn added[] = {
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .imm = XG_TEMPLATE_CODE }, EXIT
	};

	assert_int_equal(template_fill(nothing, 2, &id), -EINVAL);
	assert_int_equal(template_fill(nothing, 2, &session), -EINVAL);
	assert_int_equal(template_fill(nothing, 2, &none), 0);
	assert_int_equal(template_fill(code, 2, &none), -EINVAL);
	assert_int_equal(template_fill(question, 2, &none), -EINVAL);
	assert_int_equal(template_fill(added, 2, &id), -EINVAL);
}

/* BTF of a kernel with bpf_session_is_return() and these attach types, where it has them. */
static struct btf *kernel(bool with_kfunc, const char *const *types, size_t cnt)
{
	struct btf *btf = btf__new_empty();
	int proto;

	assert_non_null(btf);
	proto = btf__add_func_proto(btf, 0);
	if (with_kfunc)
		assert_true(btf__add_func(btf, "bpf_session_is_return", BTF_FUNC_STATIC, proto) >
			    0);
	assert_true(btf__add_enum(btf, "bpf_attach_type", 4) > 0);
	for (size_t i = 0; i < cnt; i++)
		assert_int_equal(btf__add_enum_value(btf, types[i], i), 0);
	return btf;
}

static struct features features_of(bool with_kfunc, const char *const *types, size_t cnt)
{
	struct btf *btf = kernel(with_kfunc, types, cnt);
	struct features features = { 0 };

	features_from_btf(btf, &features);
	btf__free(btf);
	return features;
}

static void btf_tells_what_a_kernel_has(void **state)
{
	static const char *const types[] = { "BPF_TRACE_FENTRY", "BPF_TRACE_KPROBE_SESSION",
					     "BPF_TRACE_FSESSION", "BPF_TRACE_FSESSION_MULTI" };
	struct features f;

	f = features_of(false, types, 1);
	assert_int_equal(f.is_return_id, 0);
	assert_false(f.kprobe_session || f.fsession || f.fsession_multi);
	f = features_of(true, types, 2);
	assert_int_not_equal(f.is_return_id, 0);
	assert_true(f.kprobe_session);
	assert_false(f.fsession || f.fsession_multi);
	f = features_of(true, types, 3);
	assert_true(f.kprobe_session && f.fsession && !f.fsession_multi);
	f = features_of(true, types, 4);
	assert_true(f.kprobe_session && f.fsession && f.fsession_multi);
	/* A name alone is not enough. */
	f = features_of(false, types, 4);
	assert_false(f.kprobe_session || f.fsession || f.fsession_multi);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_becomes_both_codes),
		cmocka_unit_test(the_question_for_the_return_becomes_a_call),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(btf_tells_what_a_kernel_has),
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
