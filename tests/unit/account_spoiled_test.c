// SPDX-License-Identifier: GPL-2.0
/* A cycle in which the kernel skipped a probe is dropped by a record that fits nowhere. */
#include "account_fixture.h"

/* cpuid_cycle() of the fixture, spoilt at its end. */
static void spoilt_cycle(struct fixture *f)
{
	enter(f, F_LOAD, 100);
	leave(f, F_LOAD, 50);
	vm_exit(f, REASON_CPUID, 850, 77);
	leave(f, F_RUN, 100);
	enter(f, F_HANDLE, 100);
	leave(f, F_HANDLE, 100);
	enter(f, F_RUN, 300);
	put(f, XG_CODE_SPOIL, 400);
	vm_entry(f, 0, 33);
}

static void a_spoilt_cycle_is_in_no_tree(void **state)
{
	struct fixture *f = *state;
	struct xg_reason *reason;

	/* A KVM_RUN that is seen whole, and the path until it is known. */
	vm_exit(f, REASON_IO, 10, 1);
	leave(f, F_RUN, 1);
	leave(f, F_RUN_IOCTL, 1);
	leave(f, F_VCPU_IOCTL, 1);
	enter(f, F_VCPU_IOCTL, 1);
	enter(f, F_RUN_IOCTL, 1);
	enter(f, F_RUN, 1);
	vm_entry(f, 1, 1);
	for (int i = 0; i < 5; i++)
		cpuid_cycle(f);
	for (u64 i = 1; i <= 5; i++) {
		spoilt_cycle(f);
		assert_int_equal(f->st->bad, XG_LOSS_MISMATCH + 1);
		assert_int_equal(f->st->loss[XG_LOSS_MISMATCH], i);
		reason = reason_of(f->st, REASON_CPUID);
		assert_int_equal(f->st->nodes[reason->root].calls, 5);
		assert_int_equal(f->st->nodes[reason->latency].calls, 5 + i);
		assert_sound(f->st);
	}
	/* What comes after it is whole again. */
	cpuid_cycle(f);
	assert_int_equal(f->st->bad, 0);
	assert_int_equal(f->st->nodes[reason->root].calls, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_spoilt_cycle_is_in_no_tree, setup, teardown),
	};

	return cmocka_run_group_tests_name("account_spoiled", tests, NULL, NULL);
}
