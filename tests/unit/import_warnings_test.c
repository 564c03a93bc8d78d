// SPDX-License-Identifier: GPL-2.0
/* What a report says that an imported trace's numbers do not support. */
#include "import_fixture.h"

#include "render/tracer_cost.h"
#include "render/warnings.h"

static const char page[] = "AMD\n\n```\n"
			   " 98)               |  vcpu_enter_guest [kvm]() {\n"
			   " 98)   0.080 us    |    svm_prepare_guest_switch [kvm_amd]();\n"
			   " 98)   0.090 us    |    rcu_qs();\n"
			   " 98)   2.000 us    |    svm_vcpu_run [kvm_amd]();\n"
			   " 98)               |    handle_exit [kvm_amd]() {\n"
			   " 98)               |      cpuid_interception [kvm_amd]() {\n"
			   " 98)   0.150 us    |        kvm_cpuid [kvm]();\n"
			   " 98)   0.300 us    |      }\n"
			   " 98)   0.520 us    |    }\n"
			   " 98)   4.000 us    |  }\n"
			   "```\n\nIntel\n\n```\n"
			   " 25)               |  kvm_emulate_cpuid [kvm]() {\n"
			   " 25)               |    kvm_cpuid [kvm]() {\n"
			   " 25)   0.100 us    |      vmx_get_msr [kvm_intel]();\n"
			   " 25)   0.300 us    |    }\n"
			   " 25)   0.600 us    |  }\n"
			   " 25)   0.600 us    |  kvm_emulate_cpuid [kvm]();\n"
			   "```\n";

struct views {
	struct view *view[2];
};

static struct views make_views(const struct profile *profile)
{
	static const struct selection all;
	struct views views = {};

	assert_int_equal(view_new(profile->first, 1, &all, false, &views.view[0]), 0);
	assert_int_equal(view_new(profile->first->next, 2, &all, false, &views.view[1]), 0);
	return views;
}

static void free_views(struct views *views)
{
	view_free(&views->view[0]);
	view_free(&views->view[1]);
}

/* Is there a warning with all of that in it? */
static bool warned(const struct warnings *warnings, const char *a, const char *b)
{
	for (size_t i = 0; i < warnings->cnt; i++) {
		if (strstr(warnings->text[i], a) && strstr(warnings->text[i], b))
			return true;
	}
	return false;
}

static void warns(void **state)
{
	_cleanup_(profile_free) struct profile *profile = import_text(page);
	_cleanup_(free_views) struct views views = make_views(profile);
	_cleanup_(warnings_clear) struct warnings amd = {}, intel = {};

	assert_int_equal(warnings_find(views.view, 2, 0, true, &amd), 0);
	assert_true(warned(&amd, "CPUID", "a single sample"));
	assert_true(warned(&amd, "vcpu_enter_guest", "kvm_emulate_cpuid in 2"));
	assert_true(warned(&amd, "outside of kvm's modules", "recording 2"));
	assert_true(warned(&amd, "svm_vcpu_run is 2.00 us (50.00%)", "guest's own time"));
	assert_true(warned(&amd, "own cost", "reads 80 ns"));
	assert_int_equal(warnings_find(views.view, 2, 1, true, &intel), 0);
	assert_false(warned(&intel, "a single sample", ""));
	assert_true(warned(&intel, "kvm_cpuid", "nothing in recording 1"));
	assert_false(warned(&intel, "guest's own time", ""));
}

static void none_for_a_recording(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	_cleanup_(warnings_clear) struct warnings warnings = {};
	_cleanup_(view_free) struct view *view = NULL;
	static const struct selection all;

	assert_int_equal(view_new(profile->first, 1, &all, false, &view), 0);
	assert_int_equal(warnings_find(&view, 1, 0, true, &warnings), 0);
	assert_int_equal(warnings.cnt, 0);
}

/* The floors: 80 ns in a call, and (300 - 150 - 80) / 1 = 70 ns around one. */
static void tracer_costs(void **state)
{
	_cleanup_(profile_free) struct profile *profile = import_text(page);
	_cleanup_(free_views) struct views views = make_views(profile);
	const struct reason *cpuid = fixture_reason(profile->first, 0x72);
	struct tracer_cost cost;
	double calls;

	tracer_cost_estimate(views.view[0], &cost);
	assert_true(cost.known);
	assert_int_equal(cost.inside_ns, 80);
	assert_int_equal(cost.outside_ns, 70);
	assert_int_equal(tracer_cost_of(&cost, cpuid, &calls), 7 * 80 + 6 * 70);
	assert_int_equal(calls, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(warns),
		cmocka_unit_test(none_for_a_recording),
		cmocka_unit_test(tracer_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
