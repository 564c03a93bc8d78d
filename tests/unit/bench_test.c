// SPDX-License-Identifier: GPL-2.0
/* The benchmark without KVM: its plan, what its rounds come to, and how that is shown. */
#include "bench_fixture.h"

#include <jansson.h>
#include <math.h>

#include "analyze/bench_costs.h"
#include "bench/plan.h"
#include "render/bench.h"

static void plans_fit_into_the_time(void **state)
{
	struct bench_options o = { .time_ns = 500000000 };
	struct bench_plan plan = bench_plan(&o, 1000);

	assert_int_equal(plan.rounds, BENCH_ROUNDS);
	assert_int_equal(plan.iterations, 500000 / BENCH_ROUNDS);
	/* Slow ones: first the iterations shrink, then the rounds; a few are made in any case. */
	plan = bench_plan(&o, 1000000);
	assert_int_equal(plan.iterations, BENCH_ITERATIONS_MIN);
	assert_int_equal(plan.rounds, 500 / BENCH_ITERATIONS_MIN);
	plan = bench_plan(&o, 1e9);
	assert_int_equal(plan.iterations, BENCH_ITERATIONS_MIN);
	assert_int_equal(plan.rounds, MEDIAN_VALUES_MIN);
	plan = bench_plan(&o, 0);
	assert_true(plan.iterations <= BENCH_ITERATIONS_MAX);
	assert_int_equal(plan.rounds, BENCH_ROUNDS);
}

static void plans_keep_to_what_was_asked_for(void **state)
{
	struct bench_options o = { .time_ns = 1000, .rounds = 100, .iterations = 7 };
	struct bench_plan plan = bench_plan(&o, 1000000);

	assert_int_equal(plan.rounds, 100);
	assert_int_equal(plan.iterations, 7);
	o.iterations = 0;
	assert_int_equal(bench_plan(&o, 1000000).rounds, 100);
	assert_int_equal(bench_plan(&o, 1000000).iterations, BENCH_ITERATIONS_MIN);
	o = (struct bench_options){ .time_ns = 1000000000, .iterations = 1000 };
	assert_int_equal(bench_plan(&o, 100000).rounds, 10);
}

static struct profile *make_profile(void)
{
	struct profile *profile = fixture_profile();

	bench_fixture_add(profile);
	return profile;
}

static struct bench_costs *make_costs(const struct profile *profile)
{
	struct bench_costs *costs;

	assert_int_equal(bench_costs_new(profile, &costs), 0);
	return costs;
}

static void costs_are_without_the_loop(void **state)
{
	_cleanup_(profile_free) struct profile *profile = make_profile();
	_cleanup_(bench_costs_free) struct bench_costs *costs = make_costs(profile);
	const struct bench_line *line = &costs->lines[0];

	assert_int_equal(costs->line_cnt, 3);
	assert_int_equal(costs->khz, BENCH_FIXTURE_KHZ);
	assert_false(costs->measured);
	assert_true(fabs(costs->loop.cycles.value - 4) < 1e-9);
	assert_true(fabs(line->cost[BENCH_UNTRACED].cycles.value - 1000) < 1e-9);
	assert_true(fabs(line->cost[BENCH_UNTRACED].ns.value - 500) < 1e-9);
	/* Two of ten cycles in the rounds and two in the loop's. */
	assert_true(fabs(median_uncertainty(line->cost[BENCH_UNTRACED].cycles) - 4) < 1e-9);
	assert_true(fabs(bench_inflation(line, BENCH_BOUNDARIES) - 1.5) < 1e-9);
	assert_true(fabs(bench_inflation(line, BENCH_TRACED) - 4) < 1e-9);
	assert_true(isnan(bench_inflation(&costs->lines[2], BENCH_TRACED)));
}

static void what_does_not_exit_is_no_cheap_exit(void **state)
{
	_cleanup_(profile_free) struct profile *profile = make_profile();
	_cleanup_(bench_costs_free) struct bench_costs *costs = make_costs(profile);
	struct bench_line nobody_counted = costs->lines[0];

	assert_true(bench_exits(&costs->lines[0]));
	assert_true(costs->lines[0].exits == 1);
	assert_false(bench_exits(&costs->lines[1]));
	assert_true(bench_exits(&costs->lines[2]));
	nobody_counted.exits = NAN;
	assert_true(bench_exits(&nobody_counted));
}

static void clocks_that_disagree_are_measured(void **state)
{
	_cleanup_(profile_free) struct profile *profile = make_profile();
	_cleanup_(bench_costs_free) struct bench_costs *costs = NULL;

	profile->bench->measured_khz = BENCH_FIXTURE_KHZ / 2;
	costs = make_costs(profile);
	assert_true(costs->measured);
	assert_true(fabs(costs->lines[0].cost[BENCH_UNTRACED].ns.value - 1000) < 1e-9);
	bench_costs_free(&costs);
	profile->bench->tsc_khz = 0;
	profile->bench->measured_khz = BENCH_FIXTURE_KHZ;
	costs = make_costs(profile);
	assert_true(costs->measured);
	assert_true(fabs(costs->lines[0].cost[BENCH_UNTRACED].ns.value - 500) < 1e-9);
	bench_costs_free(&costs);
	/* None at all: cycles are still cycles. */
	profile->bench->measured_khz = 0;
	costs = make_costs(profile);
	assert_true(isnan(costs->lines[0].cost[BENCH_UNTRACED].ns.value));
	assert_true(fabs(costs->lines[0].cost[BENCH_UNTRACED].cycles.value - 1000) < 1e-9);
}

/* Phases are of an iteration: the cycles of each reason, as often as it has one. */
static void phases_add_up_to_the_cycle(void **state)
{
	_cleanup_(profile_free) struct profile *profile = make_profile();
	_cleanup_(bench_costs_free) struct bench_costs *costs = NULL;
	double sum = 0, cycles = 0, ns = 0;

	recording_for_each_vcpu (vcpu, profile->first) {
		vcpu_for_each_reason (reason, vcpu) {
			if (reason->code == 0x72) {
				ns = (double)reason->cycle_ns;
				cycles = (double)reason->cycle_cnt;
				sum += ns / cycles;
			}
		}
	}
	assert_true(cycles > 0);
	costs = make_costs(profile);
	for (int i = 0; i < PHASE_COUNT; i++)
		sum -= costs->lines[0].phase_ns[i];
	assert_true(fabs(sum) < 1e-6);
	assert_true(isnan(costs->lines[1].phase_ns[0]));
}

static void the_text_says_it(void **state)
{
	_cleanup_(profile_free) struct profile *profile = make_profile();
	_cleanup_(bench_costs_free) struct bench_costs *costs = make_costs(profile);
	_cleanup_free_ char *text = FIXTURE_PRINTED(bench_text(costs, true, false, out));

	assert_non_null(strstr(text, "\ncpuid         CPUID "));
	assert_non_null(strstr(text, " 1,000    500 +-2.00 "));
	assert_non_null(strstr(text, " 750 +-2.00  1.50x "));
	assert_non_null(strstr(text, "MSR 2"));
	assert_null(strstr(text, "\nmov_to_cr8"));
	assert_non_null(strstr(text, "by itself: mov_to_cr8 (2.00 cycles)"));
	assert_non_null(strstr(text, "note: self_ipi_tpr: first; and 2\n"));
	assert_non_null(strstr(text, "the loop's own 2.00 ns (4.00 cycles)"));
	assert_non_null(strstr(text, "\ncpuid: an iteration, "));
	assert_null(strstr(text, "keeps one rate"));
}

static void csv_has_a_line_each(void **state)
{
	_cleanup_(profile_free) struct profile *profile = make_profile();
	_cleanup_(bench_costs_free) struct bench_costs *costs = make_costs(profile);
	_cleanup_free_ char *text = FIXTURE_PRINTED((bench_csv(costs, out), 0));
	size_t lines = 0, commas = 0;

	assert_non_null(strstr(text, "workload,exits,untraced_ns,untraced_low_ns,"));
	assert_non_null(strstr(text, "\ncpuid,1,500,498,502,1000,7,10,750,"));
	assert_non_null(strstr(text, ",1.5,"));
	assert_non_null(strstr(text, "\nmov_to_cr8,0,"));
	for (const char *c = text; *c; c++) {
		lines += *c == '\n';
		commas += *c == ',';
	}
	assert_int_equal(lines, 4);
	assert_int_equal(commas % 4, 0);
}

static void json_has_all_of_it(void **state)
{
	_cleanup_(profile_free) struct profile *profile = make_profile();
	_cleanup_(bench_costs_free) struct bench_costs *costs = make_costs(profile);
	json_t *json = bench_json(costs), *workload;

	assert_non_null(json);
	assert_int_equal(json_integer_value(json_object_get(json, "tsc_khz")), BENCH_FIXTURE_KHZ);
	workload = json_array_get(json_object_get(json, "workloads"), 0);
	assert_string_equal(json_string_value(json_object_get(workload, "workload")), "cpuid");
	assert_true(fabs(json_real_value(json_object_get(workload, "traced_inflation")) - 4) <
		    1e-9);
	assert_int_equal(json_array_size(json_object_get(workload, "reasons")), 2);
	assert_true(json_is_real(
		json_object_get(json_object_get(workload, "traced_phases_ns"), "exit_handler")));
	workload = json_array_get(json_object_get(json, "workloads"), 1);
	assert_true(json_is_null(json_object_get(workload, "traced_ns")));
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_fit_into_the_time),
		cmocka_unit_test(plans_keep_to_what_was_asked_for),
		cmocka_unit_test(costs_are_without_the_loop),
		cmocka_unit_test(what_does_not_exit_is_no_cheap_exit),
		cmocka_unit_test(clocks_that_disagree_are_measured),
		cmocka_unit_test(phases_add_up_to_the_cycle),
		cmocka_unit_test(the_text_says_it),
		cmocka_unit_test(csv_has_a_line_each),
		cmocka_unit_test(json_has_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
