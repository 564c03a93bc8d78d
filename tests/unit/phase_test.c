// SPDX-License-Identifier: GPL-2.0
/* Functions to phases, and what a tree's self times add up to. */
#include "fixture.h"

#include <math.h>

#include "analyze/phase.h"
#include "profile/tree.h"

static const struct {
	const char *name, *module;
	enum phase phase; /* PHASE_COUNT: its caller's */
} functions[] = {
	{ "svm_vcpu_run", "kvm_amd", PHASE_RUN },
	{ "vmx_vcpu_run", "kvm_intel", PHASE_RUN },
	{ "svm_complete_interrupts", "kvm_amd", PHASE_RUN },
	{ "__vmx_complete_interrupts", "kvm_intel", PHASE_RUN },
	{ "svm_handle_exit", "kvm_amd", PHASE_HANDLER },
	{ "handle_exit", "kvm_amd", PHASE_HANDLER },
	{ "vmx_handle_exit", "kvm_intel", PHASE_HANDLER },
	{ "vmx_handle_exit_irqoff", "kvm_intel", PHASE_HANDLER },
	{ "npf_interception", "kvm_amd", PHASE_HANDLER },
	{ "handle_ept_misconfig", "kvm_intel", PHASE_HANDLER },
	{ "handle_changed_spte_acc_track", "kvm", PHASE_COUNT },
	{ "handle_mm_fault", "vmlinux", PHASE_COUNT },
	{ "kvm_emulate_cpuid", "kvm", PHASE_HANDLER },
	{ "kvm_emulate_instruction", "kvm", PHASE_EMULATION },
	{ "svm_skip_emulated_instruction", "kvm_amd", PHASE_EMULATION },
	{ "__svm_skip_emulated_instruction", "kvm_amd", PHASE_EMULATION },
	{ "skip_emulated_instruction", "kvm_intel", PHASE_EMULATION },
	{ "x86_decode_insn", "kvm", PHASE_EMULATION },
	{ "emulator_write_emulated", "kvm", PHASE_EMULATION },
	{ "segmented_write.isra.0", "kvm", PHASE_EMULATION },
	{ "emulator_pio_in_out", "kvm", PHASE_DEVICE },
	{ "write_mmio", "kvm", PHASE_DEVICE },
	{ "kvm_io_bus_get_first_dev", "kvm", PHASE_DEVICE },
	{ "eventfd_signal_mask", "vmlinux", PHASE_DEVICE },
	{ "svm_prepare_switch_to_guest", "kvm_amd", PHASE_ENTRY },
	{ "svm_prepare_guest_switch", "kvm_amd", PHASE_ENTRY },
	{ "vmx_sync_pir_to_irr", "kvm_intel", PHASE_ENTRY },
	{ "kvm_arch_vcpu_ioctl_run", "kvm", PHASE_ENTRY },
	{ "kvm_vcpu_ioctl", "kvm", PHASE_USERSPACE },
	{ "vmx_vcpu_load", "kvm_intel", PHASE_USERSPACE },
	{ "kvm_sched_in", "kvm", PHASE_SCHEDULER },
	{ "svm_get_rflags", "kvm_amd", PHASE_COUNT },
	{ "vmx_cache_reg", "kvm_intel", PHASE_COUNT },
	{ "__srcu_read_lock", "vmlinux", PHASE_COUNT },
};

static void test_functions(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		enum phase phase = phase_of_function(functions[i].name, functions[i].module);

		if (phase != functions[i].phase)
			fail_msg("%s is in phase %d", functions[i].name, phase);
	}
}

static void test_names(void **state)
{
	for (int i = 0; i < PHASE_COUNT; i++) {
		assert_true(strlen(phase_name(i)) > 0);
		assert_null(strpbrk(phase_key(i), " -"));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(phase_key(i), phase_key(k));
	}
}

/* What is in no row is where its caller is; what runs below the scheduler is the scheduler's. */
static const struct fixture_call calls[] = {
	CALL(0, "vcpu_run", "kvm", 100),
	CALL(1, "svm_vcpu_run", "kvm_amd", 100),
	CALL(2, "svm_get_rflags", "kvm_amd", 100),
	PSEUDO(2, NODE_GUEST, 100),
	CALL(1, "svm_get_rflags", "kvm_amd", 100),
	CALL(1, "svm_handle_exit", "kvm_amd", 100),
	CALL(2, "kvm_sched_in", "kvm", 100),
	CALL(3, "kvm_arch_vcpu_load", "kvm", 100),
	PSEUDO(2, NODE_OFF_CPU, 100),
	CALL(1, "kvm_arch_vcpu_load", "kvm", 100),
	CALL(0, "svm_get_rflags", "kvm_amd", 100),
	PSEUDO(0, NODE_USERSPACE, 100),
};
static const enum phase phases[] = {
	PHASE_ENTRY,	 PHASE_RUN,	  PHASE_RUN,	   PHASE_HARDWARE,
	PHASE_ENTRY,	 PHASE_HANDLER,	  PHASE_SCHEDULER, PHASE_SCHEDULER,
	PHASE_SCHEDULER, PHASE_USERSPACE, PHASE_OTHER,	   PHASE_USERSPACE,
};

static struct reason *tree(struct profile *profile, struct recording **r)
{
	struct vcpu *vcpu;
	u32 vm;
	u64 seed = 3;

	assert_int_equal(profile_add_recording(profile, r), 0);
	assert_int_equal(recording_add_vm(*r, 1, "vm", &vm), 0);
	assert_int_equal(recording_add_vcpu(*r, vm, 0, ISA_SVM, &vcpu), 0);
	fixture_exits(*r, vcpu, 0x72, calls, ARRAY_SIZE(calls), 50, &seed);
	return vcpu->first_reason;
}

static void test_tree(void **state)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	struct recording *r;
	struct reason *reason;
	size_t i = 0;
	u32 depth = 0;

	assert_int_equal(profile_new(&profile), 0);
	reason = tree(profile, &r);
	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth), i++)
		assert_int_equal(phase_of_node(r, n), phases[i]);
	assert_int_equal(i, ARRAY_SIZE(phases));
}

static double ten(const struct node *node, const void *data)
{
	return *(const double *)data;
}

static void test_sums(void **state)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	double ns[PHASE_COUNT], all = 0, each_ns = 50 * 10;
	struct recording *r;
	struct reason *reason, empty = {};

	assert_int_equal(profile_new(&profile), 0);
	reason = tree(profile, &r);
	phase_sums(r, reason, NULL, NULL, ns);
	for (int i = 0; i < PHASE_COUNT; i++)
		all += ns[i];
	assert_true(fabs(all * 50 - (double)reason->cycle_ns) < 1e-3);
	assert_true(ns[PHASE_OTHER] * 50 >= (double)reason_self_ns(reason));
	phase_sums(r, reason, ten, &each_ns, ns);
	assert_true(ns[PHASE_SCHEDULER] == 30 && ns[PHASE_OTHER] == 10 && ns[PHASE_RUN] == 20);
	phase_sums(r, &empty, NULL, NULL, ns);
	assert_true(ns[PHASE_OTHER] == 0);
}

/* The made-up recording's trees leave little that has no phase. */
static void test_fixture(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	const struct recording *r = profile->first;

	recording_for_each_vcpu (vcpu, r) {
		vcpu_for_each_reason (reason, vcpu) {
			double ns[PHASE_COUNT];

			phase_sums(r, reason, NULL, NULL, ns);
			if (reason->code == 0x72)
				assert_true(ns[PHASE_HANDLER] > 600 && ns[PHASE_OTHER] < 200);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions), cmocka_unit_test(test_names),
		cmocka_unit_test(test_tree),	  cmocka_unit_test(test_sums),
		cmocka_unit_test(test_fixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
