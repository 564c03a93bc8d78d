// SPDX-License-Identifier: GPL-2.0
/* Which mechanism takes which function, by what a kernel offers and what the user wants. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach/ladder.h"
#include "attach/mechanism.h"
#include "target/host.h"
#include "util/cleanup.h"
#include "xg_log.h"

#define KVM_FD 7 /* any descriptor of a module's BTF */

static const struct target_function plain = {
	.name = "kvm_cpuid", .module = "kvm", .btf_fd = KVM_FD, .btf_id = 1
};
static const struct target_function clone = {
	.name = "a.isra.0", .module = "kvm", .btf_fd = KVM_FD, .is_clone = true
};
static const struct target_function boundary = {
	.name = "kvm_sched_in", .module = "kvm", .btf_fd = KVM_FD, .btf_id = 2
};
static const struct target_function outside = {
	.name = "vfs_write", .module = "vmlinux", .btf_fd = TARGET_VMLINUX_FD, .btf_id = 3
};

static const struct features old = { .perf_kprobe = true };
static const struct features newest = {
	.is_return_id = 1,
	.kprobe_session = true,
	.fsession = true,
	.multi = true,
	.fsession_multi = true,
	.perf_kprobe = true,
};

static void every_mechanism_is_whole(void **state)
{
	const struct mechanism *const *table;
	size_t cnt;

	table = mechanism_table(&cnt);
	assert_in_range(cnt, 2, MECHANISMS_MAX);
	for (size_t i = 0; i < cnt; i++) {
		assert_true(strlen(table[i]->name) > 0);
		assert_true(strlen(table[i]->needs) > 0);
		assert_true(strlen(table[i]->use) > 0);
		assert_non_null(table[i]->offered);
		assert_non_null(table[i]->can);
		assert_non_null(table[i]->takes);
		assert_non_null(table[i]->prepare);
		assert_non_null(table[i]->attach);
		if (table[i]->option)
			assert_ptr_equal(mechanism_find(table[i]->option), table[i]);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(table[i]->name, table[j]->name);
	}
	assert_null(mechanism_find("no_such"));
}

static void the_best_that_the_kernel_offers_is_taken(void **state)
{
	assert_ptr_equal(mechanism_of(&newest, NULL, &plain), &mechanism_multi);
	assert_ptr_equal(mechanism_of(&newest, NULL, &clone), &mechanism_kprobe_session);
	assert_ptr_equal(mechanism_of(&old, NULL, &plain), &mechanism_fentry);
	assert_ptr_equal(mechanism_of(&old, NULL, &clone), &mechanism_kprobe);
}

static void boundaries_and_what_any_task_runs_have_programs_of_their_own(void **state)
{
	assert_ptr_equal(mechanism_of(&newest, NULL, &boundary), &mechanism_fentry);
	assert_ptr_equal(mechanism_of(&newest, NULL, &outside), &mechanism_fentry);
	assert_ptr_equal(mechanism_of(&newest, &mechanism_fsession_multi, &boundary),
			 &mechanism_fentry);
	assert_ptr_equal(mechanism_of(&newest, &mechanism_fsession, &boundary), &mechanism_fentry);
}

static void what_the_user_wants_comes_first(void **state)
{
	const struct mechanism *const *table;
	size_t cnt;

	table = mechanism_table(&cnt);
	for (size_t i = 0; i < cnt; i++)
		if (table[i]->option)
			assert_ptr_equal(mechanism_of(&newest, table[i], &plain), table[i]);
	assert_ptr_equal(mechanism_of(&newest, &mechanism_fentry, &clone),
			 &mechanism_kprobe_session);
	assert_ptr_equal(mechanism_of(&newest, &mechanism_kprobe, &clone), &mechanism_kprobe);
	assert_ptr_equal(mechanism_of(&newest, &mechanism_kprobe, &boundary), &mechanism_kprobe);
}

static void nothing_goes_up_the_ladder(void **state)
{
	size_t cnt;
	const struct mechanism *const *table = mechanism_table(&cnt);

	for (size_t m = 0; m < cnt && table[m] != &mechanism_fentry; m++)
		assert_false(mechanism_is_for(m, &newest, &mechanism_fentry, &plain));
}

/* What attaching takes outweighs some instructions a call; but not against the user's word. */
static void large_sets_go_by_sessions(void **state)
{
	static const struct target_function switching = {
		.name = "kvm_arch_vcpu_load", .module = "kvm", .btf_fd = KVM_FD, .btf_id = 4
	};
	static const struct target_function run = {
		.name = "svm_vcpu_run", .module = "kvm_amd", .btf_fd = KVM_FD + 1, .btf_id = 5
	};
	struct features many = newest, few = newest, many_old = old;

	many.set_cnt = many_old.set_cnt = MECHANISM_MANY;
	few.set_cnt = MECHANISM_MANY - 1;
	assert_ptr_equal(mechanism_of(&many, NULL, &plain), &mechanism_fsession_multi);
	assert_ptr_equal(mechanism_of(&many, NULL, &switching), &mechanism_fsession_multi);
	assert_ptr_equal(mechanism_of(&many, NULL, &boundary), &mechanism_fsession_multi);
	assert_ptr_equal(mechanism_of(&many, NULL, &run), &mechanism_fsession);
	assert_ptr_equal(mechanism_of(&few, NULL, &plain), &mechanism_multi);
	assert_ptr_equal(mechanism_of(&few, NULL, &switching), &mechanism_fentry);
	assert_ptr_equal(mechanism_of(&many_old, NULL, &plain), &mechanism_fentry);
	assert_ptr_equal(mechanism_of(&many, &mechanism_multi, &plain), &mechanism_multi);
	assert_ptr_equal(mechanism_of(&many, &mechanism_fentry, &switching), &mechanism_fentry);
}

static void without_kprobes_there_is_no_way_for_clones(void **state)
{
	const struct features none = { 0 };

	assert_null(mechanism_of(&none, NULL, &clone));
	assert_ptr_equal(mechanism_of(&none, NULL, &plain), &mechanism_fentry);
}

/* Reading the kernel's BTF takes its time: only where the answer may depend on it. */
static void sessions_are_asked_for_where_they_are_in_question(void **state)
{
	const struct attach_function plains[] = { { .target = &plain }, { .target = &boundary } };
	const struct attach_function clones[] = { { .target = &plain }, { .target = &clone } };

	assert_false(ladder_needs_sessions(NULL, plains, 2));
	assert_false(ladder_needs_sessions(&mechanism_fentry, plains, 2));
	assert_false(ladder_needs_sessions(&mechanism_kprobe, clones, 2));
	assert_true(ladder_needs_sessions(NULL, clones, 2));
	assert_true(ladder_needs_sessions(&mechanism_fsession, plains, 2));
	assert_true(ladder_needs_sessions(&mechanism_fsession_multi, plains, 2));
}

static void names_say_what_most_go_by_and_what_the_others_are(void **state)
{
	struct attach_function functions[] = {
		{ .target = &boundary, .mechanism = &mechanism_fentry },
		{ .target = &plain, .mechanism = &mechanism_multi },
		{ .target = &plain, .mechanism = &mechanism_multi },
		{ .target = &clone, .mechanism = &mechanism_kprobe_session },
		{ .target = &clone }, /* refused */
	};
	char text[128];

	ladder_names(functions, ARRAY_SIZE(functions), text, sizeof(text));
	assert_string_equal(text, "fentry.multi+fexit.multi, fentry+fexit (boundaries), "
				  "kprobe.session (clones)");
	ladder_names(functions, 1, text, sizeof(text));
	assert_string_equal(text, "fentry+fexit");
	ladder_names(functions, 0, text, sizeof(text));
	assert_string_equal(text, "");
	/* Cut off, not written past. */
	memset(text, 'x', sizeof(text));
	ladder_names(functions, ARRAY_SIZE(functions), text, 10);
	assert_int_equal(strlen(text), 9);
	assert_int_equal(text[10], 'x');
}

static void what_was_refused_goes_by_the_next(void **state)
{
	struct attach_function functions[] = { { .target = &plain }, { .target = &plain } };
	struct attaching attaching = { .functions = functions, .cnt = 2 };

	attaching_tell(&attaching, &functions[1], &mechanism_multi, -EINVAL);
	assert_false(functions[1].attached);
	assert_int_equal(functions[1].error, -EINVAL);
	assert_null(functions[1].mechanism);
	assert_int_equal(attaching.done, 0);
	attaching_tell(&attaching, &functions[1], &mechanism_fentry, 0);
	assert_true(functions[1].attached);
	assert_int_equal(functions[1].error, 0);
	assert_ptr_equal(functions[1].mechanism, &mechanism_fentry);
	assert_int_equal(attaching.done, 1);
	assert_int_equal(attaching_id(&attaching, &functions[1]), XG_ID_FUNCTION + 1);
}

static void closing_a_probe_twice_is_harmless(void **state)
{
	struct probe probe = PROBE_INIT;

	probe_close(&probe);
	probe_close(&probe);
	assert_int_equal(probe.prog_fd, -1);
	assert_int_equal(probe.link_fd, -1);
}

static void probes_are_taken_over_and_cut(void **state)
{
	struct probes probes = { 0 };

	for (int i = 0; i < 1000; i++) {
		struct probe probe = PROBE_INIT;

		probe.link_fd = dup(0);
		assert_int_equal(probes_add(&probes, &probe), 0);
		assert_int_equal(probe.link_fd, -1);
	}
	probes_cut(&probes, 3);
	assert_int_equal(probes.cnt, 3);
	probes_free(&probes);
	assert_int_equal(probes.cnt, 0);
	assert_null(probes.v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mechanism_is_whole),
		cmocka_unit_test(the_best_that_the_kernel_offers_is_taken),
		cmocka_unit_test(boundaries_and_what_any_task_runs_have_programs_of_their_own),
		cmocka_unit_test(what_the_user_wants_comes_first),
		cmocka_unit_test(nothing_goes_up_the_ladder),
		cmocka_unit_test(large_sets_go_by_sessions),
		cmocka_unit_test(without_kprobes_there_is_no_way_for_clones),
		cmocka_unit_test(sessions_are_asked_for_where_they_are_in_question),
		cmocka_unit_test(names_say_what_most_go_by_and_what_the_others_are),
		cmocka_unit_test(what_was_refused_goes_by_the_next),
		cmocka_unit_test(closing_a_probe_twice_is_harmless),
		cmocka_unit_test(probes_are_taken_over_and_cut),
	};

	return cmocka_run_group_tests_name("mechanism", tests, NULL, NULL);
}
