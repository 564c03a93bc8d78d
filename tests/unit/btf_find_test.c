// SPDX-License-Identifier: GPL-2.0
/* Types by name: the same ids that libbpf finds, in a BTF of its own and in one that is split. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "target/anchors.h"
#include "target/btf_find.h"

struct pair {
	struct btf *vmlinux, *kvm;
};

static int make(void **state)
{
	static struct pair p;
	int proto;

	p.vmlinux = btf__new_empty();
	assert_int_equal(btf__add_int(p.vmlinux, "int", 4, BTF_INT_SIGNED), 1);
	proto = btf__add_func_proto(p.vmlinux, 1);
	btf__add_func(p.vmlinux, "xshared", BTF_FUNC_GLOBAL, proto);
	btf__add_func(p.vmlinux, "shared", BTF_FUNC_GLOBAL, proto);
	btf__add_typedef(p.vmlinux, "btf_trace_sched_process_exit", 1);
	p.kvm = btf__new_empty_split(p.vmlinux);
	btf__add_struct(p.kvm, "shared", 0);
	btf__add_func(p.kvm, "shared", BTF_FUNC_GLOBAL, proto);
	btf__add_typedef(p.kvm, "btf_trace_kvm_entry_more", 1);
	btf__add_typedef(p.kvm, "btf_trace_kvm_entry", 1);
	btf__add_func(p.kvm, "kvm_arch_vcpu_ioctl_run", BTF_FUNC_GLOBAL, proto);
	*state = &p;
	return 0;
}

static int drop(void **state)
{
	struct pair *p = *state;

	btf__free(p->kvm);
	btf__free(p->vmlinux);
	return 0;
}

static void of_vmlinux(void **state)
{
	const struct pair *p = *state;

	assert_int_equal(btf_find_own(p->vmlinux, "int", BTF_KIND_INT), 1);
	assert_int_equal(btf_find_own(p->vmlinux, "shared", BTF_KIND_FUNC),
			 btf__find_by_name_kind(p->vmlinux, "shared", BTF_KIND_FUNC));
	assert_int_equal(btf_find_own(p->vmlinux, "shared", BTF_KIND_STRUCT), 0);
	assert_int_equal(btf_find_own(p->vmlinux, "share", BTF_KIND_FUNC), 0);
	assert_int_equal(btf_find_own(p->vmlinux, "hared", BTF_KIND_FUNC), 0);
	assert_int_equal(btf_find_own(p->vmlinux, "btf_trace_kvm_entry", BTF_KIND_TYPEDEF), 0);
}

/* Its own: not vmlinux' function of the same name, whose string it shares. */
static void of_a_module(void **state)
{
	const struct pair *p = *state;
	u32 base = btf__type_cnt(p->vmlinux);

	assert_int_equal(btf_find_own(p->kvm, "shared", BTF_KIND_STRUCT), base);
	assert_int_equal(btf_find_own(p->kvm, "shared", BTF_KIND_FUNC), base + 1);
	assert_int_equal(btf_find_own(p->kvm, "btf_trace_kvm_entry", BTF_KIND_TYPEDEF), base + 3);
	assert_int_equal(btf_find_own(p->kvm, "xshared", BTF_KIND_FUNC), 0);
	assert_int_equal(btf_find_own(p->kvm, "int", BTF_KIND_INT), 0);
}

static void anchors_are_those_that_are_there(void **state)
{
	const struct pair *p = *state;
	struct target_anchor anchors[TARGET_ANCHORS_MAX];

	assert_int_equal(target_anchors_find(p->vmlinux, p->kvm, 7, true, anchors), 3);
	assert_string_equal(anchors[0].section, "tp_btf/kvm_entry");
	assert_int_equal(anchors[0].btf_fd, 7);
	assert_string_equal(anchors[1].section, "tp_btf/sched_process_exit");
	assert_int_equal(anchors[1].btf_fd, 0);
	assert_int_equal(anchors[1].btf_id, 5);
	assert_string_equal(anchors[2].section, "fexit");
	assert_int_equal(anchors[2].btf_id, btf__type_cnt(p->vmlinux) + 4);
	assert_int_equal(target_anchors_find(p->vmlinux, NULL, -1, true, anchors), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_vmlinux),
		cmocka_unit_test(of_a_module),
		cmocka_unit_test(anchors_are_those_that_are_there),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
