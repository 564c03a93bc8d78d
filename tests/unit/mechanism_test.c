// SPDX-License-Identifier: GPL-2.0
/* Which mechanism takes which function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "attach/mechanism.h"

static void every_mechanism_is_whole(void **state)
{
	const struct mechanism *const *table;
	size_t cnt;

	table = mechanism_table(&cnt);
	assert_true(cnt >= 2);
	for (size_t i = 0; i < cnt; i++) {
		assert_true(strlen(table[i]->name) > 0);
		assert_non_null(table[i]->takes);
		assert_non_null(table[i]->prepare);
		assert_non_null(table[i]->attach);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(table[i]->name, table[j]->name);
	}
}

static void clones_go_through_kprobes_and_all_else_does_not(void **state)
{
	const struct target_function clone = { .is_clone = true }, other = { .btf_id = 1 };

	assert_ptr_equal(mechanism_of(&clone), &mechanism_kprobe);
	assert_ptr_equal(mechanism_of(&other), &mechanism_fentry);
}

static void closing_a_probe_twice_is_harmless(void **state)
{
	struct probe probe = { -1, -1 };

	probe_close(&probe);
	probe_close(&probe);
	assert_int_equal(probe.prog_fd, -1);
	assert_int_equal(probe.link_fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mechanism_is_whole),
		cmocka_unit_test(clones_go_through_kprobes_and_all_else_does_not),
		cmocka_unit_test(closing_a_probe_twice_is_harmless),
	};

	return cmocka_run_group_tests_name("mechanism", tests, NULL, NULL);
}
