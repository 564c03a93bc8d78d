// SPDX-License-Identifier: GPL-2.0
/* Trees of both vendors laid over each other. */
#include "compare_fixture.h"

static const struct fixture_call amd_cpuid[] = {
	CALL(0, "vcpu_enter_guest", "kvm", 300),
	CALL(1, "svm_prepare_guest_switch", "kvm_amd", 80),
	CALL(1, "svm_vcpu_run", "kvm_amd", 640),
	CALL(2, "kvm_load_guest_xsave_state", "kvm", 90),
	PSEUDO(2, NODE_GUEST, 1000),
	CALL(1, "svm_handle_exit", "kvm_amd", 200),
	CALL(2, "svm_invoke_exit_handler", "kvm_amd", 100),
	CALL(3, "cpuid_interception", "kvm_amd", 110),
	CALL(4, "kvm_emulate_cpuid", "kvm", 240),
	CALL(5, "kvm_cpuid", "kvm", 100),
	CALL(5, "kvm_skip_emulated_instruction", "kvm", 150),
	CALL(6, "svm_get_rflags", "kvm_amd", 85),
	CALL(6, "svm_skip_emulated_instruction", "kvm_amd", 95),
	CALL(7, "__svm_skip_emulated_instruction", "kvm_amd", 90),
};

static const struct fixture_call intel_cpuid[] = {
	CALL(0, "vcpu_enter_guest", "kvm", 300),
	CALL(1, "vmx_prepare_switch_to_guest", "kvm_intel", 80),
	CALL(1, "vmx_sync_pir_to_irr", "kvm_intel", 100),
	CALL(1, "vmx_vcpu_run", "kvm_intel", 640),
	CALL(2, "clear_atomic_switch_msr", "kvm_intel", 100),
	CALL(2, "kvm_load_guest_xsave_state", "kvm", 90),
	PSEUDO(2, NODE_GUEST, 1100),
	CALL(1, "vmx_handle_exit", "kvm_intel", 200),
	CALL(2, "kvm_emulate_cpuid", "kvm", 240),
	CALL(3, "kvm_cpuid", "kvm", 100),
	CALL(3, "kvm_skip_emulated_instruction", "kvm", 150),
	CALL(4, "vmx_get_rflags", "kvm_intel", 85),
	CALL(4, "vmx_skip_emulated_instruction", "kvm_intel", 95),
	CALL(5, "skip_emulated_instruction", "kvm_intel", 90),
	CALL(6, "vmx_cache_reg", "kvm_intel", 70),
};

/* Depth, key, and which sides have it: as it is to be. */
static const struct {
	u32 depth;
	const char *key;
	const char *sides;
} wanted[] = {
	{ 0, "vcpu_enter_guest", "ab" },
	{ 1, "*_prepare_switch_to_guest", "ab" },
	{ 1, "*_sync_pir_to_irr", "b" },
	{ 1, "*_vcpu_run", "ab" },
	{ 2, "clear_atomic_switch_msr", "b" },
	{ 2, "kvm_load_guest_xsave_state", "ab" },
	{ 2, "<guest>", "ab" },
	{ 1, "*_handle_exit", "ab" },
	{ 2, "(exit handler)", "ab" },
	{ 3, "kvm_cpuid", "ab" },
	{ 3, "kvm_skip_emulated_instruction", "ab" },
	{ 4, "*_get_rflags", "ab" },
	{ 4, "*_skip_emulated_instruction", "ab" },
	{ 5, "*_cache_reg", "b" },
};

struct pair {
	struct profile *profile;
	struct recording *r[SIDE_CNT];
	struct vcpu *vcpu[SIDE_CNT];
};

static void add_side(struct pair *pair, enum side side, enum isa isa)
{
	u32 vm;

	assert_int_equal(profile_add_recording(pair->profile, &pair->r[side]), 0);
	assert_int_equal(recording_add_vm(pair->r[side], 1, "vm", &vm), 0);
	assert_int_equal(recording_add_vcpu(pair->r[side], vm, 0, isa, &pair->vcpu[side]), 0);
}

static struct pair *pair_new(void)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	assert_int_equal(profile_new(&pair->profile), 0);
	add_side(pair, SIDE_A, ISA_SVM);
	add_side(pair, SIDE_B, ISA_VMX);
	return pair;
}

static void pair_free(struct pair **pair)
{
	profile_free(&(*pair)->profile);
	free(*pair);
}

static struct compare *pair_compare(struct pair *pair, enum align_match match)
{
	return fixture_compare(pair->r[SIDE_A], pair->vcpu[SIDE_A], pair->r[SIDE_B],
			       pair->vcpu[SIDE_B], match);
}

#define EXITS(pair, side, code, calls, seed)                                                    \
	fixture_exits((pair)->r[side], (pair)->vcpu[side], code, calls, ARRAY_SIZE(calls), 200, \
		      seed)

static void test_across_vendors(void **state)
{
	_cleanup_(pair_free) struct pair *pair = pair_new();
	_cleanup_(compare_free) struct compare *c = NULL;
	struct compared_reason *reason;
	struct aligned_node *n;
	u64 seed = 8, self_ns = 0;
	u32 depth = 0, i = 0;

	EXITS(pair, SIDE_A, 0x72, amd_cpuid, &seed);
	EXITS(pair, SIDE_B, 10, intel_cpuid, &seed);
	c = pair_compare(pair, ALIGN_AUTO);
	assert_true(c->by_class);
	assert_int_equal(c->reason_cnt, 1);
	reason = &c->reasons[0];
	for (n = reason->first_child; n; n = aligned_next(n, &depth), i++) {
		assert_true(i < ARRAY_SIZE(wanted));
		assert_string_equal(n->key, wanted[i].key);
		assert_int_equal(depth, wanted[i].depth);
		assert_int_equal(n->side[SIDE_A].example != NULL,
				 strchr(wanted[i].sides, 'a') != NULL);
		assert_int_equal(n->side[SIDE_B].example != NULL,
				 strchr(wanted[i].sides, 'b') != NULL);
		assert_int_equal(n->side[SIDE_A].traced, n->side[SIDE_A].example != NULL);
		self_ns += (u64)n->side[SIDE_A].self_ns;
	}
	assert_int_equal(i, ARRAY_SIZE(wanted));
	/* Folded or not, all self time is there, and the outer call's inclusive time. */
	assert_int_equal(self_ns, pair->vcpu[SIDE_A]->first_reason->cycle_ns -
					  (u64)reason_self_ns(pair->vcpu[SIDE_A]->first_reason));
	n = fixture_aligned(reason, "(exit handler)");
	assert_int_equal(n->side[SIDE_A].calls.count, 200);
	assert_int_equal(n->side[SIDE_A].inclusive_ns,
			 fixture_node(pair->r[SIDE_A], pair->vcpu[SIDE_A]->first_reason,
				      "cpuid_interception")
				 ->dist.total_ns);
	assert_true(reason->matched_share[SIDE_A] > 0.99 && reason->matched_share[SIDE_A] <= 1);
	assert_true(reason->matched_share[SIDE_B] > 0.8 && reason->matched_share[SIDE_B] < 1);
	/* The phases are all of the cycle, too. */
	for (int side = 0; side < SIDE_CNT; side++) {
		double sum = 0;

		for (int k = 0; k < PHASE_COUNT; k++)
			sum += reason->side[side].phases[k].ns;
		assert_true(fabs(sum * 200 - (double)pair->vcpu[side]->first_reason->cycle_ns) < 1);
	}
}

static void test_by_name(void **state)
{
	_cleanup_(pair_free) struct pair *pair = pair_new();
	_cleanup_(compare_free) struct compare *c = NULL;
	struct compared_reason *reason;
	u64 seed = 8;

	EXITS(pair, SIDE_A, 0x72, amd_cpuid, &seed);
	EXITS(pair, SIDE_B, 10, intel_cpuid, &seed);
	c = pair_compare(pair, ALIGN_NAME);
	reason = fixture_reason(c, "CPUID");
	assert_null(fixture_aligned(reason, "*_vcpu_run"));
	assert_null(fixture_aligned(reason, "svm_vcpu_run")->side[SIDE_B].example);
	assert_non_null(fixture_aligned(reason, "vcpu_enter_guest")->side[SIDE_B].example);
}

static const struct fixture_call short_call[] = { CALL(0, "kvm_vcpu_ioctl", "kvm", 100) };
static const struct fixture_call other_call[] = { CALL(0, "kvm_vcpu_ioctl.isra.0", "kvm", 100),
						  CALL(1, "kvm_arch_vcpu_put", "kvm", 100) };

/* NPF is both of Intel's; what one vendor alone has is there by its own name. */
static void test_reasons(void **state)
{
	_cleanup_(pair_free) struct pair *pair = pair_new();
	_cleanup_(compare_free) struct compare *c = NULL;
	struct compared_reason *reason;
	u64 seed = 8;

	EXITS(pair, SIDE_A, 0x400, short_call, &seed);
	EXITS(pair, SIDE_A, 0x60, short_call, &seed);
	EXITS(pair, SIDE_B, 48, short_call, &seed);
	EXITS(pair, SIDE_B, 52, short_call, &seed);
	EXITS(pair, SIDE_B, 49, other_call, &seed);
	c = pair_compare(pair, ALIGN_AUTO);
	assert_int_equal(c->reason_cnt, 3);
	reason = fixture_reason(c, "NPF");
	assert_int_equal(reason->side[SIDE_B].reason->latency.count, 400);
	assert_string_equal(reason->side[SIDE_B].names, "EPT_VIOLATION + EPT_MISCONFIG");
	/* The clone is the function. */
	assert_int_equal(reason->first_child->side[SIDE_B].calls.count, 400);
	assert_null(reason->first_child->next_sibling);
	assert_null(fixture_reason(c, "INTR")->side[SIDE_B].reason);
	assert_null(fixture_reason(c, "PREEMPTION_TIMER")->side[SIDE_A].reason);
}

static bool wants_npf(const void *data, enum isa isa, u64 code)
{
	return reason_matches(isa, code, data);
}

/* Either side's name chooses what both have. */
static void test_wanted(void **state)
{
	static const char *const names[] = { "NPF", "EPT_MISCONFIG" };
	_cleanup_(pair_free) struct pair *pair = pair_new();
	u64 seed = 8;

	EXITS(pair, SIDE_A, 0x400, short_call, &seed);
	EXITS(pair, SIDE_A, 0x60, short_call, &seed);
	EXITS(pair, SIDE_B, 49, short_call, &seed);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct compare_options options = { .bounds = BOUNDS_DEFAULT,
						   .wants = wants_npf,
						   .data = names[i] };
		_cleanup_(compare_free) struct compare *c = NULL;
		struct fixture_side a, b;

		fixture_side(&a, pair->r[SIDE_A], pair->vcpu[SIDE_A]);
		fixture_side(&b, pair->r[SIDE_B], pair->vcpu[SIDE_B]);
		assert_int_equal(compare_new(&a.side, &b.side, &options, &c), 0);
		assert_int_equal(c->reason_cnt, 1);
		assert_string_equal(c->reasons[0].name, "NPF");
		assert_non_null(c->reasons[0].side[SIDE_B].reason);
		/* Shares are of all exits. */
		assert_true(c->reasons[0].side[SIDE_A].exit_share == 0.5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_across_vendors),
		cmocka_unit_test(test_by_name),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
