// SPDX-License-Identifier: GPL-2.0
/* Reports: what is chosen, merged, hidden and shown, as text and as JSON. */
#include "fixture.h"

#include <errno.h>
#include <jansson.h>

#include "profile/tree.h"
#include "render/report.h"

/* A view of @profile's first recording, as chosen by the lists (NULL = all). */
static struct view *make_view(const struct profile *profile, const char *reasons, const char *vcpus,
			      bool per_vcpu)
{
	struct selection selection = {};
	struct view *view;

	if (reasons)
		assert_int_equal(selection_add_reasons(&selection, reasons), 0);
	if (vcpus)
		assert_int_equal(selection_add_vcpus(&selection, vcpus), 0);
	assert_int_equal(selection_check(&selection, profile, NULL), 0);
	assert_int_equal(view_new(profile->first, 1, &selection, per_vcpu, &view), 0);
	selection_clear(&selection);
	return view;
}

static void views_merge_and_choose(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	_cleanup_(view_free) struct view *all = make_view(profile, NULL, NULL, false);
	_cleanup_(view_free) struct view *each = make_view(profile, NULL, NULL, true);
	_cleanup_(view_free) struct view *some =
		make_view(profile, "cpuid,E?R", "4711:1,4720:0", false);
	struct vcpu *again;
	struct reason *reason;
	u64 exits = 0;

	assert_int_equal(all->group_cnt, 1);
	assert_null(all->groups[0].vcpu);
	assert_int_equal(all->groups[0].reason_cnt, 5);
	assert_int_equal(all->groups[0].reasons[0]->code, 0x78);
	assert_int_equal(all->groups[0].exits.count, 7136);
	assert_int_equal(all->groups[0].others.count, 0);
	assert_int_equal(each->group_cnt, 3);
	for (size_t i = 0; i < 3; i++)
		exits += each->groups[i].exits.count;
	assert_int_equal(exits, 7136);
	assert_int_equal(some->groups[0].vcpu_cnt, 2);
	assert_int_equal(some->groups[0].reason_cnt, 2);
	assert_int_equal(some->groups[0].reasons[0]->latency.count, 12);
	assert_int_equal(some->groups[0].others.count, 2003);
	/* A vCPU that was destroyed and created again is one; another ISA is another group. */
	view_free(&each);
	view_free(&all);
	recording_add_vcpu(profile->first, 0, 1, ISA_SVM, &again);
	vcpu_add_reason(again, 0x72, &reason);
	dist_add(&reason->latency, 3000);
	recording_add_vcpu(profile->first, 0, 2, ISA_VMX, &again);
	each = make_view(profile, NULL, NULL, true);
	all = make_view(profile, NULL, NULL, false);
	assert_int_equal(each->group_cnt, 4);
	assert_int_equal(each->groups[1].vcpu_cnt, 2);
	assert_int_equal(each->groups[1].exits.count, 16);
	assert_int_equal(all->group_cnt, 2);
}

static void wrong_selections_say_what_there_is(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	static const char *const bad_vcpus[] = { "",	  "x",	"1:",	      ":1",
						 "1:2:3", "-1", "4294967296", "0," };
	struct selection selection = {};
	struct fixture_stderr caught;
	char line[2048];

	for (size_t i = 0; i < ARRAY_SIZE(bad_vcpus); i++) {
		caught = fixture_catch_stderr();
		assert_int_equal(selection_add_vcpus(&selection, bad_vcpus[i]), -EINVAL);
		assert_int_equal(fixture_release_stderr(&caught, line), 1);
	}
	selection_clear(&selection);
	selection_add_reasons(&selection, "CPUID,NPF");
	caught = fixture_catch_stderr();
	assert_int_equal(selection_check(&selection, profile, NULL), -ENOENT);
	assert_int_equal(fixture_release_stderr(&caught, line), 1);
	assert_non_null(strstr(line, "'NPF'; there are CPUID, HLT, 0xdead, IOIO, ERR\n"));
	selection_clear(&selection);
	selection_add_vcpus(&selection, "4720:1");
	caught = fixture_catch_stderr();
	assert_int_equal(selection_check(&selection, profile, NULL), -ENOENT);
	assert_int_equal(fixture_release_stderr(&caught, line), 1);
	assert_non_null(strstr(line, "no vCPU 4720:1; there are 4711:0, 4711:1, 4720:0"));
	selection_clear(&selection);
}

static char *text_report(const struct profile *profile, const struct report_options *options,
			 bool per_vcpu)
{
	_cleanup_(view_free) struct view *view = make_view(profile, NULL, NULL, per_vcpu);

	return FIXTURE_PRINTED(report_text.render(&view, 1, options, out));
}

static void text_report_has_it_all(void **state)
{
	static const char *const expected[] = {
		"all VMs for 10s\n",
		"kvm7, Linux 6.12.107-amd64, AMD EPYC 9654 96-Core Processor (SVM)\n",
		"2025-11-20 17:30:12 UTC, for 10.0 s, by exitgraph 0.1\n",
		"2 VMs with 3 vCPUs\n",
		"29 functions by fentry+fexit",
		"7,136, 713.31 per second\n",
		"as measured, the probes' own cost included; \"corrected\" without it, by ",
		"\n  CPUID   5,012   70.24%",
		"\n  TOTAL   7,136  100.00%",
		"`-kvm_skip_emulated_instruction [kvm]\n",
		"| |-<guest>\n",
		"|-<userspace>\n",
		"`-<off-cpu>\n",
		"`-eventfd_signal\n",
		"losses: none\n",
		"cycles_unfinished",
	};
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	struct report_options options = {};
	_cleanup_free_ char *text = text_report(profile, &options, false), *each = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		if (!strstr(text, expected[i]))
			fail_msg("not in the report: %s", expected[i]);
	}
	assert_null(strstr(text, " \n"));
	each = text_report(profile, &options, true);
	assert_non_null(strstr(each, "VM 4711 db, \"main\", vCPU 1 (thread 4723)\n"));
	/* Elsewhere than at the tracepoint, the boundary is explained. */
	recording_set(&profile->first->exit_boundary, "svm_vcpu_run return");
	free(text);
	text = text_report(profile, &options, false);
	assert_non_null(strstr(text, "from the exit (svm_vcpu_run return)"));
}

static void hidden_nodes_are_counted(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	struct report_options options = { .depth = 1 };
	_cleanup_free_ char *flat = text_report(profile, &options, false), *large = NULL;

	assert_null(strstr(flat, "svm_vcpu_run [kvm_amd]"));
	assert_non_null(strstr(flat, "  (19 nodes deeper than 1 not shown)\n"));
	options = (struct report_options){ .min_share = 20 };
	large = text_report(profile, &options, false);
	assert_non_null(strstr(large, "svm_vcpu_run [kvm_amd]"));
	assert_null(strstr(large, "kvm_cpuid"));
	assert_non_null(strstr(large, " nodes under 20 % of the cycle not shown)\n"));
}

static void children_can_be_sorted_by_time(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	struct report_options options = {};
	_cleanup_free_ char *text = text_report(profile, &options, false), *sorted = NULL;

	assert_true(strstr(text, "svm_prepare_switch_to_guest") <
		    strstr(text, "kvm_load_guest_xsave_state"));
	options.sort = SORT_TIME;
	sorted = text_report(profile, &options, false);
	assert_true(strstr(sorted, "svm_prepare_switch_to_guest") >
		    strstr(sorted, "kvm_load_guest_xsave_state"));
}

/* What is odd, but may occur, is shown without a fault. */
static void odd_recordings(void **state)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	_cleanup_free_ char *empty = NULL, *odd = NULL;
	const struct report_options options = {};
	struct reason *reason;
	struct recording *r;
	struct vcpu *vcpu;
	struct node *node;
	u32 index;

	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(profile_add_recording(profile, &r), 0);
	empty = text_report(profile, &options, false);
	assert_non_null(strstr(empty, "losses: none\n"));
	recording_add_vm(r, 1, "", &index);
	recording_add_function(r, "vcpu_run", "kvm", &index);
	recording_add_vcpu(r, 0, 0, ISA_VMX, &vcpu);
	vcpu_add_reason(vcpu, 10, &reason);
	vcpu_add_reason(vcpu, 12, &reason);
	dist_add(&reason->latency, 100);
	/* A call that stays open has time, but has not returned. */
	reason->cycle_cnt = 1;
	reason->cycle_ns = 1000;
	tree_child(reason, NULL, NODE_CALL, 0, &node);
	node->dist.total_ns = 900;
	odd = text_report(profile, &options, false);
	assert_non_null(strstr(odd, "no call tree: no cycle was seen whole"));
	assert_non_null(strstr(odd, "900 ns   90.00%     900 ns      0   0.00"));
}

/* The sums of JSON's trees are those of the model. */
static u64 check_json_level(const json_t *nodes, const struct recording *recording,
			    struct node *first)
{
	u64 self_ns = 0;
	size_t i = 0;

	tree_for_each_child (node, first) {
		const json_t *object = json_array_get(nodes, i++), *buckets;
		u64 values = 0;

		assert_string_equal(json_string_value(json_object_get(object, "function")),
				    node_name(recording, node));
		assert_string_equal(json_string_value(json_object_get(object, "kind")),
				    node_kind_name(node->kind));
		assert_int_equal(json_integer_value(json_object_get(object, "inclusive_ns")),
				 node->dist.total_ns);
		assert_int_equal(json_integer_value(json_object_get(object, "calls")),
				 node->dist.count);
		buckets = json_object_get(object, "histogram");
		for (size_t k = 0; k < json_array_size(buckets); k++)
			values += json_integer_value(json_array_get(json_array_get(buckets, k), 2));
		assert_int_equal(values, node->dist.count);
		self_ns += json_integer_value(json_object_get(object, "self_ns"));
		self_ns += check_json_level(json_object_get(object, "children"), recording,
					    node->first_child);
	}
	assert_int_equal(json_array_size(nodes), i);
	return self_ns;
}

static void json_holds_everything(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	_cleanup_(view_free) struct view *view = make_view(profile, NULL, NULL, true);
	const struct report_options options = {};
	_cleanup_free_ char *text = FIXTURE_PRINTED(report_json.render(&view, 1, &options, out));
	json_t *root = json_loads(text, 0, NULL), *recording, *groups;

	assert_non_null(root);
	recording = json_array_get(json_object_get(root, "recordings"), 0);
	groups = json_object_get(recording, "groups");
	assert_int_equal(json_array_size(groups), 3);
	for (size_t i = 0; i < 3; i++) {
		json_t *reasons = json_object_get(json_array_get(groups, i), "reasons");

		assert_int_equal(json_array_size(reasons), view->groups[i].reason_cnt);
		for (size_t k = 0; k < json_array_size(reasons); k++) {
			const struct reason *reason = view->groups[i].reasons[k];
			json_t *object = json_array_get(reasons, k);
			u64 self_ns = json_integer_value(json_object_get(object, "self_ns"));

			self_ns += check_json_level(json_object_get(object, "tree"), profile->first,
						    reason->first_child);
			assert_int_equal(self_ns, reason->cycle_ns);
			assert_int_equal(json_integer_value(json_object_get(object, "cycle_ns")),
					 reason->cycle_ns);
			if (reason->code == UINT64_MAX)
				assert_string_equal(
					json_string_value(json_object_get(object, "code")),
					"0xffffffffffffffff");
		}
	}
	assert_int_equal(json_array_size(json_object_get(recording, "losses")), 1);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_merge_and_choose),
		cmocka_unit_test(wrong_selections_say_what_there_is),
		cmocka_unit_test(text_report_has_it_all),
		cmocka_unit_test(hidden_nodes_are_counted),
		cmocka_unit_test(children_can_be_sorted_by_time),
		cmocka_unit_test(odd_recordings),
		cmocka_unit_test(json_holds_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
