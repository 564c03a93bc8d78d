// SPDX-License-Identifier: GPL-2.0
/* Profiles compared: nothing where there is nothing, and what was slowed down. */
#include "compare_fixture.h"

static void slow_down(struct dist *dist, u64 per_cent)
{
	struct dist slower = {};

	/* Each bucket's values are at most as far from its middle as the bucket is wide. */
	hist_for_each(i, &dist->hist)
	{
		u64 middle = (xg_hist_lower_ns(i) + xg_hist_upper_ns(i)) / 2;

		hist_add(&slower.hist, xg_hist_bucket(middle * (100 + per_cent) / 100),
			 hist_count(&dist->hist, i));
	}
	slower.count = dist->count;
	slower.total_ns = dist->total_ns * (100 + per_cent) / 100;
	slower.min_ns = dist->min_ns * (100 + per_cent) / 100;
	slower.max_ns = dist->max_ns * (100 + per_cent) / 100;
	dist_clear(dist);
	*dist = slower;
}

static struct vcpu *vcpu_of(const struct profile *profile, u32 number)
{
	struct vcpu *vcpu = profile->first->first_vcpu;

	while (number--)
		vcpu = vcpu->next;
	return vcpu;
}

static void test_itself(void **state)
{
	_cleanup_(profile_free) struct profile *a = fixture_profile(), *b = fixture_profile();

	for (u32 i = 0; i < 3; i++) {
		_cleanup_(compare_free) struct compare *c = fixture_compare(
			a->first, vcpu_of(a, i), b->first, vcpu_of(b, i), ALIGN_AUTO);

		assert_true(c->tested_cnt > 1);
		assert_int_equal(c->significant_cnt, 0);
		for (size_t k = 0; k < c->reason_cnt; k++) {
			u32 depth = 0;

			assert_true(c->reasons[k].latency.difference_ns == 0);
			assert_false(compared_is_worse(&c->reasons[k], 0));
			for (struct aligned_node *n = c->reasons[k].first_child; n;
			     n = aligned_next(n, &depth)) {
				assert_int_equal(n->inclusive.verdict, VERDICT_SAME);
				assert_int_equal(n->self.verdict, VERDICT_SAME);
				assert_non_null(n->side[SIDE_A].example);
				assert_non_null(n->side[SIDE_B].example);
			}
		}
	}
}

/* A profile against what its own histograms give when drawn from again: 100 of 100. */
static void test_resampled(void **state)
{
	size_t found = 0, differing = 0;
	u64 seed = 11;

	for (int round = 0; round < 100; round++) {
		_cleanup_(profile_free) struct profile *a = fixture_profile(),
						       *b = fixture_profile();

		for (u32 i = 0; i < 3; i += 2) {
			struct vcpu *again = fixture_resample(b->first, vcpu_of(b, i), &seed);
			_cleanup_(compare_free) struct compare *c = fixture_compare(
				a->first, vcpu_of(a, i), b->first, again, ALIGN_AUTO);

			found += c->significant_cnt;
			differing += c->reasons[0].latency.difference_ns != 0;
		}
	}
	assert_int_equal(found, 0);
	assert_true(differing > 150);
}

/* The same work, recorded again: another draw from the truth, not from a sample of it. */
static void test_recorded_again(void **state)
{
	u64 seed = 99;

	for (int round = 0; round < 50; round++) {
		_cleanup_(profile_free) struct profile *a = fixture_profile();
		_cleanup_(compare_free) struct compare *c = NULL;
		struct vcpu *again;

		assert_int_equal(recording_add_vcpu(a->first, 0, 7, ISA_SVM, &again), 0);
		fixture_exits(a->first, again, 0x72, fixture_cpuid, ARRAY_SIZE(fixture_cpuid), 2000,
			      &seed);
		c = fixture_compare(a->first, vcpu_of(a, 0), a->first, again, ALIGN_AUTO);
		assert_int_equal(c->significant_cnt, 0);
	}
}

/* 10 % in one node, of profiles drawn apart: it is found, and what does not hold it is not. */
static void test_slow_node(void **state)
{
	static const char *const names[] = { "kvm_cpuid", "svm_get_rflags", "apic_update_ppr",
					     "kvm_skip_emulated_instruction" };
	u64 seed = 5;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_(profile_free) struct profile *a = fixture_profile(),
						       *b = fixture_profile();
		_cleanup_(compare_free) struct compare *c = NULL;
		struct vcpu *again = fixture_resample(b->first, vcpu_of(b, 0), &seed);
		struct compared_reason *reason;
		struct node *node;
		u32 depth = 0;
		u64 before_ns;

		node = fixture_node(b->first, again->first_reason, names[i]);
		before_ns = node->dist.total_ns;
		slow_down(&node->dist, 10);
		for (struct node *n = node->parent; n; n = n->parent)
			n->dist.total_ns += node->dist.total_ns - before_ns;
		c = fixture_compare(a->first, vcpu_of(a, 0), b->first, again, ALIGN_AUTO);
		reason = fixture_reason(c, "CPUID");
		assert_int_equal(fixture_aligned(reason, names[i])->inclusive.verdict,
				 VERDICT_SIGNIFICANT);
		for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth)) {
			struct aligned_node *above = fixture_aligned(reason, names[i]);

			while (above && above != n)
				above = above->parent;
			if (!above)
				assert_false(aligned_is_significant(n));
		}
	}
}

/* A slow exit, and only by how much: what --threshold goes by. */
static void test_slow_exit(void **state)
{
	_cleanup_(profile_free) struct profile *a = fixture_profile(), *b = fixture_profile();
	_cleanup_(compare_free) struct compare *c = NULL, *back = NULL;
	struct compared_reason *reason;

	slow_down(&vcpu_of(b, 0)->first_reason->latency, 10);
	c = fixture_compare(a->first, vcpu_of(a, 0), b->first, vcpu_of(b, 0), ALIGN_AUTO);
	/* The first of the list is what differs. */
	reason = &c->reasons[0];
	assert_string_equal(reason->name, "CPUID");
	assert_int_equal(reason->latency.verdict, VERDICT_SIGNIFICANT);
	assert_true(compared_is_worse(reason, 0.05));
	assert_false(compared_is_worse(reason, 0.11));
	assert_false(compared_is_worse(fixture_reason(c, "HLT"), 0));
	assert_true(fabs(compared_ratio(reason->side[SIDE_A].latency.ns,
					reason->side[SIDE_B].latency.ns) -
			 1.1) < 0.001);
	back = fixture_compare(b->first, vcpu_of(b, 0), a->first, vcpu_of(a, 0), ALIGN_AUTO);
	assert_false(compared_is_worse(fixture_reason(back, "CPUID"), 0));
}

/* Half as many exits take as long each. */
static void test_numbers(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	_cleanup_(compare_free) struct compare *c = NULL;
	struct recording *r = profile->first;
	struct compared_reason *reason;
	struct vcpu *half;
	u64 seed = 1;

	assert_int_equal(recording_add_vcpu(r, 0, 9, ISA_SVM, &half), 0);
	fixture_exits(r, half, 0x72, fixture_cpuid, ARRAY_SIZE(fixture_cpuid), 2500, &seed);
	c = fixture_compare(r, vcpu_of(profile, 0), r, half, ALIGN_AUTO);
	assert_int_equal(c->significant_cnt, 0);
	reason = fixture_reason(c, "CPUID");
	assert_true(fabs(compared_ratio(reason->side[SIDE_A].latency.ns,
					reason->side[SIDE_B].latency.ns) -
			 1) < 0.03);
	/* What only one has is there, and is no comparison. */
	reason = fixture_reason(c, "HLT");
	assert_non_null(reason->side[SIDE_A].reason);
	assert_null(reason->side[SIDE_B].reason);
	assert_null(reason->first_child);
	assert_true(reason->contribution_ns < 0);
	assert_int_equal(reason->latency.verdict, VERDICT_SAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_itself),	       cmocka_unit_test(test_resampled),
		cmocka_unit_test(test_recorded_again), cmocka_unit_test(test_slow_node),
		cmocka_unit_test(test_slow_exit),      cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
