// SPDX-License-Identifier: GPL-2.0
/* Every code of both vendors has its name, and names find their codes. */
#include "fixture.h"
#include "profile/reasons.h"

static void assert_name(enum isa isa, u64 code, const char *name)
{
	char buffer[REASON_NAME_MAX];

	assert_string_equal(reason_name(isa, code, buffer), name);
}

static void known_codes(void **state)
{
	assert_name(ISA_VMX, 0, "EXCEPTION_NMI");
	assert_name(ISA_VMX, 10, "CPUID");
	assert_name(ISA_VMX, 12, "HLT");
	assert_name(ISA_VMX, 18, "VMCALL");
	assert_name(ISA_VMX, 30, "IO_INSTRUCTION");
	assert_name(ISA_VMX, 48, "EPT_VIOLATION");
	assert_name(ISA_VMX, 85, "MSR_WRITE_IMM");
	assert_name(ISA_SVM, 0x72, "CPUID");
	assert_name(ISA_SVM, 0x78, "HLT");
	assert_name(ISA_SVM, 0x7b, "IOIO");
	assert_name(ISA_SVM, 0x7c, "MSR");
	assert_name(ISA_SVM, 0x81, "VMMCALL");
	assert_name(ISA_SVM, 0x400, "NPF");
	assert_name(ISA_SVM, 0x80000011, "VMGEXIT_GUEST_REQUEST");
	assert_name(ISA_SVM, UINT64_MAX, "ERR");
}

static void unknown_codes_are_numbers(void **state)
{
	assert_name(ISA_VMX, 65, "65");
	assert_name(ISA_VMX, UINT64_MAX, "18446744073709551615");
	assert_name(ISA_SVM, 0x123, "0x123");
	assert_name(ISA_SVM, 0xffffffff, "0xffffffff");
}

static void vmx_flags_are_said(void **state)
{
	assert_name(ISA_VMX, VMX_FAILED_VMENTRY | 33, "INVALID_STATE (VM entry failed)");
	assert_name(ISA_VMX, 1 << 26 | 30, "IO_INSTRUCTION (bus lock)");
	assert_name(ISA_VMX, 1 << 27 | 48, "EPT_VIOLATION (in enclave)");
	assert_name(ISA_VMX, 1 << 20 | 48, "1048624");
	assert_name(ISA_SVM, VMX_FAILED_VMENTRY | 0x72, "0x80000072");
	assert_true(strlen("EXTERNAL_INTERRUPT (VM entry failed) (bus lock) (in enclave)") <
		    REASON_NAME_MAX);
}

static void patterns_match(void **state)
{
	assert_true(reason_matches(ISA_VMX, 10, "CPUID"));
	assert_true(reason_matches(ISA_VMX, 10, "cpuid"));
	assert_true(reason_matches(ISA_VMX, 10, "EXIT_REASON_CPUID"));
	assert_true(reason_matches(ISA_SVM, 0x72, "svm_exit_cpuid"));
	assert_true(reason_matches(ISA_VMX, 10, "10"));
	assert_true(reason_matches(ISA_VMX, 10, "0xA"));
	assert_true(reason_matches(ISA_VMX, 10, "010"));
	assert_true(reason_matches(ISA_SVM, 0x72, "114"));
	assert_true(reason_matches(ISA_VMX, 31, "MSR*"));
	assert_true(reason_matches(ISA_VMX, 32, "msr_[w]rite"));
	assert_true(reason_matches(ISA_SVM, 0x123, "0x123"));
	assert_true(reason_matches(ISA_SVM, 0x123, "0x12?"));
	assert_true(reason_matches(ISA_VMX, 65, "65"));
	assert_true(reason_matches(ISA_VMX, VMX_FAILED_VMENTRY | 33, "INVALID_STATE"));
	assert_true(reason_matches(ISA_VMX, VMX_FAILED_VMENTRY | 33, "*failed*"));
	assert_true(reason_matches(ISA_SVM, UINT64_MAX, "0xffffffffffffffff"));
	assert_true(reason_matches(ISA_SVM, 0x72, "*"));
}

static void other_patterns_do_not_match(void **state)
{
	assert_false(reason_matches(ISA_SVM, 0x72, "EXIT_REASON_CPUID"));
	assert_false(reason_matches(ISA_VMX, 10, "SVM_EXIT_CPUID"));
	assert_false(reason_matches(ISA_VMX, 10, "CPU"));
	assert_false(reason_matches(ISA_VMX, 10, ""));
	assert_false(reason_matches(ISA_VMX, 10, "1"));
	assert_false(reason_matches(ISA_VMX, 10, "10x"));
	assert_false(reason_matches(ISA_VMX, VMX_FAILED_VMENTRY | 33, "33"));
	assert_false(reason_matches(ISA_VMX, UINT64_MAX, "99999999999999999999999"));
}

/* Every row of the table that was taken from the kernel's headers, where it is at hand. */
static void check_table(const char *path, enum isa isa)
{
	_cleanup_fclose_ FILE *file = fopen(path, "r");
	char line[128];
	int rows = 0;

	if (!file) {
		print_message("%s is not here: codes are not compared with it\n", path);
		skip();
	}
	assert_non_null(fgets(line, sizeof(line), file));
	while (fgets(line, sizeof(line), file)) {
		char *name = strchr(line, ',');

		assert_non_null(name);
		*name++ = '\0';
		name[strcspn(name, "\r\n")] = '\0';
		assert_name(isa, strtoull(line, NULL, 0), name);
		rows++;
	}
	assert_true(rows > 60);
}

static void all_vmx_codes(void **state)
{
	check_table("../shared/tables/vmx_exit_reasons.csv", ISA_VMX);
}

static void all_svm_codes(void **state)
{
	check_table("../shared/tables/svm_exit_reasons.csv", ISA_SVM);
}

/* Every name that the tracepoint has is found again. */
static void codes_by_name(void **state)
{
	static const enum isa isas[] = { ISA_VMX, ISA_SVM };
	char name[REASON_NAME_MAX];
	u64 got, cnt = 0;

	for (size_t i = 0; i < ARRAY_SIZE(isas); i++) {
		for (u64 code = 0; code < 0x500; code++) {
			const char *text = reason_trace_name(isas[i], code, name);

			assert_true(reason_trace_find(isas[i], text, strlen(text), &got));
			assert_int_equal(got, code);
			text = reason_name(isas[i], code, name);
			assert_true(reason_find(isas[i], text, strlen(text), &got));
			assert_int_equal(got, code);
			cnt++;
		}
	}
	assert_int_equal(cnt, 2 * 0x500);
	assert_true(reason_trace_find(ISA_VMX, "INVALID_STATE FAILED_VMENTRY", 28, &got));
	assert_int_equal(got, VMX_FAILED_VMENTRY | 33);
	assert_true(reason_trace_find(ISA_VMX, "CPUID 0x8000000", 15, &got));
	assert_int_equal(got, 10 | 1 << 27);
	assert_true(reason_trace_find(ISA_VMX, "PENDING_INTERRUPT", 17, &got));
	assert_int_equal(got, 7);
	assert_true(reason_trace_find(ISA_SVM, "invalid_guest_state", 19, &got));
	assert_int_equal(got, UINT64_MAX);
	assert_true(reason_find(ISA_VMX, "CPUID (VM entry failed) (bus lock)", 34, &got));
	assert_int_equal(got, 10 | VMX_FAILED_VMENTRY | 1 << 26);
	assert_false(reason_trace_find(ISA_SVM, "CPUID", 5, &got));
	assert_false(reason_trace_find(ISA_VMX, "cpuid", 5, &got));
	assert_false(reason_trace_find(ISA_VMX, "", 0, &got));
	assert_false(reason_trace_find(ISA_SVM, "0x123456789", 11, &got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_codes),
		cmocka_unit_test(unknown_codes_are_numbers),
		cmocka_unit_test(vmx_flags_are_said),
		cmocka_unit_test(patterns_match),
		cmocka_unit_test(other_patterns_do_not_match),
		cmocka_unit_test(all_vmx_codes),
		cmocka_unit_test(all_svm_codes),
		cmocka_unit_test(codes_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
