// SPDX-License-Identifier: GPL-2.0
/* The table of what is the same with both vendors. */
#include "fixture.h"

#include "analyze/equivalent.h"

/* Functions of the two vendors that are one class, by name and module. */
static const struct {
	const char *amd, *amd_module, *intel, *intel_module;
} same[] = {
	{ "svm_vcpu_run", "kvm_amd", "vmx_vcpu_run", "kvm_intel" },
	{ "svm_handle_exit", "kvm_amd", "vmx_handle_exit", "kvm_intel" },
	{ "handle_exit", "kvm_amd", "vmx_handle_exit", "kvm_intel" },
	{ "svm_invoke_exit_handler", "kvm_amd", "__vmx_handle_exit", "kvm_intel" },
	{ "svm_handle_exit_irqoff", "kvm_amd", "vmx_handle_exit_irqoff", "kvm_intel" },
	{ "svm_get_rflags", "kvm_amd", "vmx_get_rflags", "kvm_intel" },
	{ "svm_set_interrupt_shadow", "kvm_amd", "vmx_set_interrupt_shadow", "kvm_intel" },
	{ "svm_prepare_guest_switch", "kvm_amd", "vmx_prepare_switch_to_guest", "kvm_intel" },
	{ "svm_complete_interrupts", "kvm_amd", "__vmx_complete_interrupts", "kvm_intel" },
	{ "skip_emulated_instruction", "kvm_amd", "vmx_skip_emulated_instruction", "kvm_intel" },
	{ "svm_skip_emulated_instruction", "kvm_amd", "skip_emulated_instruction", "kvm_intel" },
	{ "io_interception", "kvm_amd", "handle_io", "kvm_intel" },
	{ "npf_interception", "kvm_amd", "handle_ept_misconfig", "kvm_intel" },
	{ "cpuid_interception", "kvm_amd", "kvm_emulate_cpuid", "kvm" },
	{ "amd_is_valid_msr", "kvm_amd", "intel_is_valid_msr", "kvm_intel" },
	{ "svm_vcpu_load", "kvm_amd", "vmx_vcpu_load.isra.0", "kvm_intel" },
	{ "segmented_write.isra.0", "kvm", "segmented_write", "kvm" },
	{ "emulator_pio_out", "kvm", "emulator_pio_in_out", "kvm" },
};

static const struct {
	const char *a, *a_module, *b, *b_module;
} different[] = {
	{ "svm_vcpu_run", "kvm_amd", "vcpu_run", "kvm" },
	{ "svm_handle_exit", "kvm_amd", "vmx_handle_exit_irqoff", "kvm_intel" },
	{ "svm_get_rflags", "kvm_amd", "vmx_set_rflags", "kvm_intel" },
	{ "kvm_io_bus_write", "kvm", "__kvm_io_bus_write", "kvm" },
	{ "kvm_cpuid", "kvm", "kvm_emulate_cpuid", "kvm" },
	{ "kvm_skip_emulated_instruction", "kvm", "vmx_skip_emulated_instruction", "kvm_intel" },
	{ "svm_something", "vmlinux", "vmx_something", "vmlinux" },
};

static bool one_class(const char *a, const char *a_module, const char *b, const char *b_module)
{
	char x[EQUIVALENT_MAX], y[EQUIVALENT_MAX];

	return !strcmp(equivalent_function(a, a_module, x), equivalent_function(b, b_module, y));
}

static void test_functions(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		if (!one_class(same[i].amd, same[i].amd_module, same[i].intel,
			       same[i].intel_module))
			fail_msg("%s is not %s", same[i].amd, same[i].intel);
	}
	for (size_t i = 0; i < ARRAY_SIZE(different); i++) {
		if (one_class(different[i].a, different[i].a_module, different[i].b,
			      different[i].b_module))
			fail_msg("%s is %s", different[i].a, different[i].b);
	}
}

static const struct {
	u64 svm, vmx;
} same_reasons[] = {
	{ 0x72, 10 },	     { 0x7b, 30 }, { 0x400, 49 }, { 0x400, 48 }, { 0x7c, 31 },
	{ 0x7c, 32 },	     { 0x78, 12 }, { 0x81, 18 },  { 0x60, 1 },	 { 0x61, 0 },
	{ 0x4e, 0 },	     { 0x64, 7 },  { 0x00, 28 },  { 0x18, 28 },	 { 0x27, 29 },
	{ REASON_CR, 28 },   { 0x7f, 2 },  { 0x89, 54 },  { 0x401, 56 }, { 0x66, 47 },
	{ 0x20, REASON_DR },
};

static void test_reasons(void **state)
{
	char a[REASON_NAME_MAX], b[REASON_NAME_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(same_reasons); i++)
		assert_string_equal(equivalent_reason(ISA_SVM, same_reasons[i].svm, a),
				    equivalent_reason(ISA_VMX, same_reasons[i].vmx, b));
	/* What only one has keeps its name; a code means nothing with the other vendor. */
	assert_string_equal(equivalent_reason(ISA_VMX, 52, a), "PREEMPTION_TIMER");
	assert_string_equal(equivalent_reason(ISA_SVM, UINT64_MAX, a), "ERR");
	assert_string_equal(equivalent_reason(ISA_VMX, 0x72, a), reason_name(ISA_VMX, 0x72, b));
	assert_string_not_equal(equivalent_reason(ISA_SVM, 10, a),
				equivalent_reason(ISA_VMX, 10, b));
	assert_string_equal(equivalent_reason(ISA_VMX, REASON_INCOMPLETE, a),
			    equivalent_reason(ISA_SVM, REASON_INCOMPLETE, b));
}

/* Every code has a class, and where both vendors have one name for it, that. */
static void test_every_code(void **state)
{
	char class[REASON_NAME_MAX], name[REASON_NAME_MAX];

	for (u64 code = 0; code < 0x500; code++) {
		for (int isa = ISA_VMX; isa <= ISA_SVM; isa++) {
			equivalent_reason(isa, code, class);
			reason_name(isa, code, name);
			assert_true(strlen(class) > 0);
			/* A name that is a class of the other vendor's is in it. */
			if (!strcmp(name, "CPUID") || !strcmp(name, "HLT") ||
			    !strcmp(name, "RDTSC") || !strcmp(name, "XSETBV"))
				assert_string_equal(class, name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_every_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
