// SPDX-License-Identifier: GPL-2.0
/*
 * Times with the probes' cost taken out: trees that a made-up kernel lived through with probes of a
 * known cost, and must come out as if there had been none.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/correct.h"
#include "fixture.h"

#define FUNCTIONS 12
#define CODE	  0x72
#define DEPTH	  6

/* Costs of a call by its arguments, and of a boundary, in ns. */
#define OWN_NS(args)	((160 + 2 * (args)) * costs / 100)
#define AROUND_NS(args) ((290 + 3 * (args)) * costs / 100)
#define REST_NS		135

/* In per cent of what the calibration says. */
static u32 costs;

struct made {
	struct recording *recording;
	struct reason *reason;
	u64 seed;
	u64 calls, true_ns; /* of all cycles */
	u64 alone_ns;	    /* their latencies with the boundaries alone */
};

static void add_row(struct calibration *calibration, const char *mechanism, u32 args, double own,
		    double around, double error)
{
	struct calibration_row row = { .arg_cnt = args, .sample_cnt = 100 };

	snprintf(row.mechanism, sizeof(row.mechanism), "%s", mechanism);
	row.own.ns = own;
	row.around.ns = around;
	row.own.error_ns = own * error;
	row.around.error_ns = around * error;
	assert_int_equal(calibration_add(calibration, &row), 0);
}

static void calibrate(struct calibration *calibration, double error)
{
	calibration->measured_unix_ns = 1;
	add_row(calibration, "fentry+fexit", 1, OWN_NS(1), AROUND_NS(1), error);
	add_row(calibration, "fentry+fexit", 6, OWN_NS(6), AROUND_NS(6), error);
	add_row(calibration, CALIBRATION_BOUNDARY, 0, 0, REST_NS, error);
}

static int make(void **state)
{
	static struct profile *profile;
	static struct made made;
	struct vcpu *vcpu;
	u32 vm, index;

	profile = NULL;
	made = (struct made){ .seed = 20261121 };
	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(profile_add_recording(profile, &made.recording), 0);
	costs = 100;
	calibrate(&made.recording->calibration, 0.01);
	for (u32 i = 0; i < FUNCTIONS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "f%u", i);
		assert_int_equal(recording_add_function(made.recording, name, "kvm", &index), 0);
		assert_int_equal(function_set_probe(&made.recording->functions[index],
						    "fentry+fexit", i % 7),
				 0);
	}
	assert_int_equal(recording_add_vm(made.recording, 1, "vm", &vm), 0);
	assert_int_equal(recording_add_vcpu(made.recording, vm, 0, ISA_SVM, &vcpu), 0);
	assert_int_equal(vcpu_add_reason(vcpu, CODE, &made.reason), 0);
	*state = &made;
	made.recording->title[0] = '\0';
	return 0;
}

/* What is true of a node is kept where no measured value is: in its maximum. */
static void live(struct made *made, struct node *node, u64 true_ns, u64 measured_ns)
{
	node->dist.count++;
	node->dist.total_ns += measured_ns;
	node->dist.max_ns += true_ns;
}

/* One call below @parent; its true time, and by *@measured_ns what its caller is longer by. */
static u64 call(struct made *made, struct node *parent, u32 depth, u64 *measured_ns)
{
	u32 function = 1 + fixture_random(&made->seed) % (FUNCTIONS - 1), args = function % 7;
	u64 true_ns = fixture_random(&made->seed) % 1000, inside_ns;
	u32 children = depth < DEPTH ? fixture_random(&made->seed) % 4 : 0;
	struct node *node;

	assert_int_equal(tree_child(made->reason, parent, NODE_CALL, function, &node), 0);
	inside_ns = true_ns;
	made->calls++;
	for (u32 i = 0; i < children; i++) {
		u64 below_ns;

		true_ns += call(made, node, depth + 1, &below_ns);
		inside_ns += below_ns;
	}
	inside_ns += OWN_NS(args);
	live(made, node, true_ns, inside_ns);
	*measured_ns = inside_ns + AROUND_NS(args);
	return true_ns;
}

/* A cycle: the run function, with a guest phase and calls in it, and others behind it. */
static void cycle(struct made *made)
{
	u64 guest_true_ns = fixture_random(&made->seed) % 2000, guest_ns = guest_true_ns + REST_NS;
	u64 phase_true_ns = guest_true_ns, phase_ns;
	u64 run_true_ns = 300, run_ns = 300 + REST_NS, cycle_ns, true_ns;
	u32 in_guest = 1 + fixture_random(&made->seed) % 3;
	struct node *run, *guest, *node;

	assert_int_equal(tree_child(made->reason, NULL, NODE_CALL, 0, &run), 0);
	assert_int_equal(tree_child(made->reason, run, NODE_GUEST, 0, &guest), 0);
	for (u32 i = 0; i < in_guest; i++) {
		u64 call_ns = fixture_random(&made->seed) % 300;

		assert_int_equal(tree_child(made->reason, run, NODE_CALL, 1 + i, &node), 0);
		live(made, node, call_ns, call_ns + OWN_NS(1 + i));
		guest_ns += AROUND_NS(1 + i);
		run_ns += call_ns + OWN_NS(1 + i);
		run_true_ns += call_ns;
		phase_true_ns += call_ns;
		made->reason->guest_call_cnt++;
		made->calls++;
	}
	/* From entry to exit: the guest, the calls in it, and what is around those. */
	phase_ns = guest_ns + run_ns - 300 - REST_NS;
	live(made, guest, guest_true_ns, guest_ns);
	run_ns += guest_ns + OWN_NS(0);
	run_true_ns += guest_true_ns;
	live(made, run, run_true_ns, run_ns);
	made->calls++;
	cycle_ns = run_ns + AROUND_NS(0);
	true_ns = run_true_ns;
	for (u32 i = 0; i < 3; i++) {
		u64 call_ns;

		true_ns += call(made, NULL, 1, &call_ns);
		cycle_ns += call_ns;
	}
	made->reason->cycle_cnt++;
	made->reason->cycle_ns += cycle_ns;
	made->true_ns += true_ns;
	dist_add(&made->reason->latency, cycle_ns - phase_ns);
	made->alone_ns += true_ns - phase_true_ns + REST_NS;
}

static void check_node(const struct correction *c, const struct made *made, const struct node *node)
{
	struct corrected inclusive = correct_inclusive(c, made->reason, node), self;
	double self_ns = node->dist.max_ns;

	tree_for_each_child (child, node->first_child) {
		check_node(c, made, child);
		self_ns -= child->dist.max_ns;
	}
	assert_true(inclusive.is_known);
	assert_float_equal(inclusive.ns, node->dist.max_ns, 1);
	self = correct_self(c, made->reason, node);
	assert_float_equal(self.ns, self_ns, 1);
	assert_true(self.uncertainty_ns > 0 && inclusive.uncertainty_ns >= 0);
}

static void test_recovers_truth(void **state)
{
	struct made *made = *state;
	struct correction *c;
	struct corrected whole;

	for (int i = 0; i < 200; i++)
		cycle(made);
	assert_int_equal(correction_new(made->recording, &c), 0);
	assert_true(correction_is_known(c));
	tree_for_each_child (node, made->reason->first_child)
		check_node(c, made, node);
	whole = correct_cycle(c, made->reason);
	assert_float_equal(whole.ns, made->true_ns, 1);
	/* Errors of one per cent in what is taken out. */
	assert_float_equal(whole.uncertainty_ns, 0.02 * (made->reason->cycle_ns - made->true_ns),
			   0.003 * made->reason->cycle_ns);
	correction_free(&c);
}

/* Probes that cost a third more here than at the start: the windows know. */
static void test_windows(void **state)
{
	struct made *made = *state;
	double scale, error, start_ns;
	struct corrected whole;
	struct window window = { .code = CODE, .exit_cnt = 2000, .spread_ns = 100 };
	struct correction *c;

	costs = 133;
	for (int i = 0; i < 2000; i++)
		cycle(made);
	assert_int_equal(correction_new(made->recording, &c), 0);
	assert_false(correction_scale(c, &scale, &error));
	start_ns = correct_cycle(c, made->reason).ns;
	assert_true(start_ns > 1.2 * made->true_ns);
	correction_free(&c);

	window.busy_ns = made->alone_ns;
	assert_int_equal(window_add(made->recording, &window), 0);
	assert_int_equal(correction_new(made->recording, &c), 0);
	assert_true(correction_scale(c, &scale, &error));
	assert_float_equal(scale, 1.33, 0.01);
	whole = correct_cycle(c, made->reason);
	assert_float_equal(whole.ns, made->true_ns, 0.03 * made->true_ns);
	assert_true(fabs(whole.ns - made->true_ns) < whole.uncertainty_ns);
	correction_free(&c);
}

/* Windows in which a reason was too rare, or too scattered, say nothing of it. */
static void test_poor_windows(void **state)
{
	struct made *made = *state;
	struct window window = { .code = CODE, .exit_cnt = 50, .busy_ns = 50 * 1000 };
	double scale, error;
	struct correction *c;

	for (int i = 0; i < 200; i++)
		cycle(made);
	assert_int_equal(window_add(made->recording, &window), 0);
	made->recording->windows[0].exit_cnt = 50;
	assert_int_equal(correction_new(made->recording, &c), 0);
	assert_false(correction_scale(c, &scale, &error));
	correction_free(&c);
	made->recording->windows[0].exit_cnt = 200;
	made->recording->windows[0].spread_ns = 1000 * 1000;
	assert_int_equal(correction_new(made->recording, &c), 0);
	assert_false(correction_scale(c, &scale, &error));
	correction_free(&c);
}

static void test_quantiles_stay_ordered(void **state)
{
	struct made *made = *state;
	struct correction *c;
	struct corrected sum;
	double before = -1;

	for (int i = 0; i < 50; i++)
		cycle(made);
	assert_int_equal(correction_new(made->recording, &c), 0);
	sum = correct_latency(c, made->reason);
	for (double q = 0; q <= 1; q += 0.01) {
		struct corrected at = corrected_quantile(&made->reason->latency, &sum, q);

		assert_true(at.is_known && at.ns >= before && at.ns >= 0);
		assert_true(at.ns <= dist_quantile_ns(&made->reason->latency, q));
		before = at.ns;
	}
	correction_free(&c);
}

/* What is not known is said, and of no more than it concerns. */
static void test_unknown_mechanism(void **state)
{
	struct made *made = *state;
	struct node *outer, *inner, *other;
	struct correction *c;

	assert_int_equal(function_set_probe(&made->recording->functions[3], "kprobe", 1), 0);
	assert_int_equal(tree_child(made->reason, NULL, NODE_CALL, 1, &outer), 0);
	assert_int_equal(tree_child(made->reason, outer, NODE_CALL, 3, &inner), 0);
	assert_int_equal(tree_child(made->reason, NULL, NODE_CALL, 2, &other), 0);
	live(made, outer, 0, 3000);
	live(made, inner, 0, 1000);
	live(made, other, 0, 1000);
	made->reason->cycle_cnt = 1;
	made->reason->cycle_ns = 4000;
	assert_int_equal(correction_new(made->recording, &c), 0);
	assert_false(correct_inclusive(c, made->reason, inner).is_known);
	assert_false(correct_inclusive(c, made->reason, outer).is_known);
	assert_true(correct_inclusive(c, made->reason, other).is_known);
	assert_false(correct_cycle(c, made->reason).is_known);
	correction_free(&c);
}

static void test_not_calibrated(void **state)
{
	struct made *made = *state;
	struct correction *c;

	cycle(made);
	made->recording->calibration = (struct calibration){ 0 };
	assert_int_equal(correction_new(made->recording, &c), 0);
	assert_false(correction_is_known(c));
	assert_false(correct_cycle(c, made->reason).is_known);
	correction_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_recovers_truth, make),
		cmocka_unit_test_setup(test_windows, make),
		cmocka_unit_test_setup(test_poor_windows, make),
		cmocka_unit_test_setup(test_quantiles_stay_ordered, make),
		cmocka_unit_test_setup(test_unknown_mechanism, make),
		cmocka_unit_test_setup(test_not_calibrated, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
