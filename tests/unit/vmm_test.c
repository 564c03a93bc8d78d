// SPDX-License-Identifier: GPL-2.0
/* What a VMM's command line tells of its VM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collect/vmm.h"
#include "util/cleanup.h"

/* Words with a blank between them, '~' for a blank in a word. */
static void assert_name(const char *words, const char *expected)
{
	char line[512] = "", name[128] = "nothing";
	size_t size = strlen(words) + 1;
	FILE *file;

	memcpy(line, words, size);
	for (size_t i = 0; i < size; i++)
		line[i] = line[i] == ' ' ? '\0' : line[i] == '~' ? ' ' : line[i];
	file = fmemopen(line, size, "r");
	assert_non_null(file);
	vmm_name_from(file, name, sizeof(name));
	fclose(file);
	assert_string_equal(name, expected);
}

static void qemus_names_are_taken(void **state)
{
	assert_name("-accel kvm -name web1 -m 2G", "web1");
	assert_name("--name guest=web1,debug-threads=on", "web1");
	assert_name("-name web1,process=x", "web1");
	assert_name("-name", "");
	assert_name("-m 2G", "");
}

static void vmexits_tests_are_named(void **state)
{
	assert_name("-accel kvm -kernel x86/vmexit.flat -append cpuid -smp 1", "vmexit: cpuid");
	assert_name("-append cpuid~vmcall -kernel /a/b/vmexit.flat", "vmexit: cpuid vmcall");
	assert_name("-kernel vmexit.flat", "vmexit: all");
	assert_name("-name ci -kernel vmexit.flat -append inl_from_qemu",
		    "ci, vmexit: inl_from_qemu");
	assert_name("-kernel vmlinuz -append quiet", "");
	assert_name("-kernel my-vmexit.flat -append cpuid", "");
	assert_name("-append vmexit.flat -m 1G", "");
}

static void long_words_are_cut(void **state)
{
	char line[300] = "-kernel vmexit.flat -append ";

	memset(line + strlen(line), 'x', 250);
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(strlen(line) > 250, 1);
	{
		char name[16];
		FILE *file = fmemopen(line, strlen(line) + 1, "r");

		for (char *c = line; *c; c++)
			if (*c == ' ')
				*c = '\0';
		vmm_name_from(file, name, sizeof(name));
		fclose(file);
		assert_string_equal(name, "vmexit: xxxxxxx");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qemus_names_are_taken),
		cmocka_unit_test(vmexits_tests_are_named),
		cmocka_unit_test(long_words_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
