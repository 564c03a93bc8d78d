// SPDX-License-Identifier: GPL-2.0
/* Single cycles as trees: every nanosecond is in one line's self time, whatever the cycle. */
#include "cycle_fixture.h"

#include <jansson.h>

#include "render/cycle_list.h"
#include "render/cycle_rows.h"
#include "render/report.h"

/* A row's time is within the one around it, and all self times are the cycle. */
static void check_rows(const struct cycle_rows *rows, const struct cycle *cycle)
{
	u64 self_ns = rows->self_ns, to_ns[CYCLE_DEPTH_MAX + 1] = { cycle->duration_ns };
	u32 guests = 0, depth = 0;

	for (size_t i = 0; i < rows->cnt; i++) {
		const struct cycle_row *row = &rows->rows[i];

		assert_true(row->depth <= depth + (i > 0));
		depth = row->depth;
		self_ns += row->self_ns;
		assert_true(row->self_ns <= row->ns);
		assert_true(row->latency_ns <= row->ns && row->latency_ns <= cycle->latency_ns);
		assert_true(row->from_ns + row->ns <= to_ns[depth]);
		to_ns[depth + 1] = row->from_ns + row->ns;
		guests += row->kind == NODE_GUEST;
		if (i + 1 == rows->cnt)
			assert_true(row->last);
		else if (!row->last)
			assert_true(rows->rows[i + 1].depth >= depth);
	}
	assert_int_equal(guests, 1);
	assert_int_equal(self_ns, cycle->duration_ns);
}

static void random_cycles_add_up(void **state)
{
	u64 seed = 21;

	for (u32 i = 0; i < 2000; i++) {
		struct vcpu vcpu = {};
		struct cycle_rows rows;
		struct cycle *cycle = cycle_fixture_add(&vcpu, &seed, 10, 3, i % 6, i % 100,
							i % 2 ? 10000 : 1000000000000);

		assert_int_equal(cycle_rows_fill(&rows, cycle, 0, 0), 0);
		assert_int_equal(rows.hidden, 0);
		check_rows(&rows, cycle);
		cycle_rows_clear(&rows);
		assert_int_equal(cycle_rows_fill(&rows, cycle, 2, 5), 0);
		for (size_t k = 0; k < rows.cnt; k++) {
			assert_true(rows.rows[k].depth < 2);
			assert_true(rows.rows[k].ns * 20 >= cycle->duration_ns);
		}
		cycle_rows_clear(&rows);
		vcpu_clear(&vcpu);
	}
}

/* A port's exit: out to user space and in again, on another CPU, the guest in the run function. */
static struct cycle *pio_cycle(struct vcpu *vcpu, u64 latency_ns)
{
	const struct cycle_event events[] = {
		{ .ns = 100, .kind = CYCLE_ENTRY, .function = 2 },
		{ .ns = 180, .kind = CYCLE_RETURN, .function = 2 },
		{ .ns = 1000, .kind = CYCLE_EXIT },
		{ .ns = 1200, .kind = CYCLE_RETURN, .function = 1 },
		{ .ns = 1300, .kind = CYCLE_ENTRY, .function = 3 },
		{ .ns = 1400, .kind = CYCLE_OFF_CPU },
		{ .ns = 1700, .kind = CYCLE_ON_CPU, .cpu = 5 },
		{ .ns = 1900, .kind = CYCLE_RETURN, .function = 3 },
		{ .ns = 2000, .kind = CYCLE_RETURN, .function = 0 },
		{ .ns = 2500, .kind = CYCLE_ENTRY, .function = 0 },
		{ .ns = 2600, .kind = CYCLE_ENTRY, .function = 1 },
	};
	struct cycle *c;

	assert_int_equal(vcpu_add_cycle(vcpu, &c), 0);
	c->code = 0x72;
	c->why = CYCLE_SLOWEST | (latency_ns > 1900 ? CYCLE_OVER : 0);
	c->known = CYCLE_KNOWN_RIP | CYCLE_KNOWN_INFO1;
	c->rip = 0xffffffff81000abc;
	c->info1 = 0x3f80010;
	c->started_unix_ns = 1790000000123456789;
	c->cpu = 3;
	c->guest_ns = 1000;
	c->latency_ns = latency_ns;
	c->duration_ns = 1000 + latency_ns;
	c->base = calloc(2, sizeof(*c->base));
	c->events = malloc(sizeof(events));
	assert_true(c->base && c->events);
	c->base[1] = 1;
	c->base_cnt = 2;
	memcpy(c->events, events, sizeof(events));
	c->event_cnt = ARRAY_SIZE(events);
	return c;
}

static struct profile *profile_of_three(void)
{
	struct profile *profile = fixture_profile();
	struct vcpu *vcpu = profile->first->first_vcpu;

	pio_cycle(vcpu, 1800);
	pio_cycle(vcpu, 2000);
	pio_cycle(vcpu->next, 1700);
	return profile;
}

static char *report(const struct profile *profile, const struct report_renderer *renderer,
		    const struct report_options *options)
{
	const struct selection all = {};
	struct view *view;
	char *text;

	assert_int_equal(view_new(profile->first, 1, &all, false, &view), 0);
	text = FIXTURE_PRINTED(renderer->render(&view, 1, options, out));
	view_free(&view);
	return text;
}

static void slowest_as_text(void **state)
{
	const struct report_options options = { .cycles = true, .slowest = true, .cycle_cnt = 1 };
	_cleanup_(profile_free) struct profile *profile = profile_of_three();
	_cleanup_free_ char *text = report(profile, &report_text, &options);

	assert_non_null(strstr(
		text,
		"\nCPUID: 1 of 3 single cycles kept, of 5,012 exits; the slowest first\n"
		"\n"
		"  1. CPUID, 2.00 us from exit to entry, 2026-09-21 14:13:20.123456 UTC, "
		"VM 4711 db, \"main\", vCPU 0 (thread 4713), CPUs 3, 5; kept: slowest, over the "
		"limit\n"
		"     RIP 0xffffffff81000abc, EXITINFO1 0x3f80010\n"
		"          at     time    self    share  call\n"
		"    -1.00 us  3.00 us    0 ns  100.00%  CPUID\n"
		"    -1.00 us  2.00 us  200 ns   50.00%  |-.. vcpu_run [kvm]\n"
		"    -1.00 us  1.20 us  200 ns   10.00%  | |-.. svm_prepare_switch_to_guest "
		"[kvm_amd]\n"
		"     -900 ns    80 ns   80 ns        -  | | |-kvm_lapic_get_cr8 [kvm]\n"
		"    -1.00 us   920 ns  920 ns        -  | | `-<guest>\n"
		"      300 ns   600 ns  300 ns   30.00%  | `-svm_vcpu_run [kvm_amd]\n"
		"      400 ns   300 ns  300 ns   15.00%  |   `-<off-cpu>\n"
		"     1.00 us   500 ns  500 ns   25.00%  |-<userspace>\n"
		"     1.50 us   500 ns  100 ns   25.00%  `-vcpu_run [kvm] ..\n"
		"     1.60 us   400 ns  400 ns   20.00%    `-svm_prepare_switch_to_guest [kvm_amd] "
		"..\n"));
	/* The sums are another report. */
	assert_null(strstr(text, "exit reasons"));
	assert_non_null(strstr(text, "losses"));
}

static void hidden_lines_are_counted(void **state)
{
	const struct report_options options = { .cycles = true, .depth = 1, .unicode = true };
	_cleanup_(profile_free) struct profile *profile = profile_of_three();
	_cleanup_free_ char *text = report(profile, &report_text, &options);

	assert_non_null(strstr(text, "CPUID: 3 single cycles kept, of 5,012 exits; the earliest "));
	assert_non_null(strstr(text, "└ vcpu_run [kvm] ..\n    (6 lines not shown"));
}

static void cycles_as_json(void **state)
{
	const struct report_options options = { .cycles = true, .slowest = true, .cycle_cnt = 2 };
	_cleanup_(profile_free) struct profile *profile = profile_of_three();
	_cleanup_free_ char *text = report(profile, &report_json, &options);
	json_t *root = json_loads(text, 0, NULL), *cycles, *cycle, *call;

	assert_non_null(root);
	cycles = json_object_get(json_array_get(json_object_get(root, "recordings"), 0), "cycles");
	assert_int_equal(json_array_size(cycles), 2);
	cycle = json_array_get(cycles, 0);
	assert_int_equal(json_integer_value(json_object_get(cycle, "latency_ns")), 2000);
	assert_int_equal(json_array_size(json_object_get(cycle, "kept")), 2);
	assert_string_equal(json_string_value(json_object_get(cycle, "rip")), "0xffffffff81000abc");
	assert_true(json_is_null(json_object_get(cycle, "info2")));
	call = json_array_get(json_object_get(cycle, "tree"), 0);
	assert_string_equal(json_string_value(json_object_get(call, "function")), "vcpu_run");
	assert_true(json_is_true(json_object_get(call, "open_before")));
	assert_int_equal(json_integer_value(json_object_get(call, "inclusive_ns")), 2000);
	assert_int_equal(json_integer_value(json_object_get(call, "latency_ns")), 1000);
	call = json_array_get(json_object_get(call, "children"), 1);
	call = json_array_get(json_object_get(call, "children"), 0);
	assert_string_equal(json_string_value(json_object_get(call, "kind")), "off-cpu");
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_cycles_add_up),
		cmocka_unit_test(slowest_as_text),
		cmocka_unit_test(hidden_lines_are_counted),
		cmocka_unit_test(cycles_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
