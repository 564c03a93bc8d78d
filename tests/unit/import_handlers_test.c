// SPDX-License-Identifier: GPL-2.0
/* The table of exit handlers: each name finds its row, and each row has codes that exist. */
#include "fixture.h"

#include "import/handlers.h"

static void handlers_are_known(void **state)
{
	u32 row;

	for (size_t i = HANDLER_FIRST; i < HANDLER_LIMIT && handler_row(i)->word; i++) {
		const struct handler *handler = handler_row(i);
		char name[HANDLER_NAME_MAX], clone[HANDLER_NAME_MAX + 8], buffer[REASON_NAME_MAX];

		assert_true(handler->forms & ~FORM_COMMON);
		for (u32 form = FORM_HANDLE; form < FORM_COMMON; form <<= 1) {
			if (!handler_name(i, form, name))
				continue;
			snprintf(clone, sizeof(clone), "%s.isra.0", name);
			assert_true(handler_roles(clone, strlen(clone), "kvm", 3, &row) &
				    ROLE_HANDLER);
			assert_int_equal(row, i);
		}
		/* Codes have names: none is mistyped into nothing. */
		if (handler->vmx != REASON_NONE)
			assert_true(*reason_name(ISA_VMX, handler->vmx, buffer) > '9');
		if (handler->svm != REASON_NONE)
			assert_true(*reason_name(ISA_SVM, handler->svm, buffer) > '9');
	}
	assert_int_equal(handler_roles("cpuid_interception", 18, "kvm_amd", 7, &row),
			 ROLE_HANDLER | ROLE_SVM | ROLE_SURE);
	assert_int_equal(handler_roles("kvm_emulate_cpuid", 17, "kvm", 3, &row), ROLE_HANDLER);
	assert_int_equal(handler_roles("handle_ept_misconfig", 20, "", 0, &row),
			 ROLE_HANDLER | ROLE_VMX | ROLE_SURE);
	assert_int_equal(handler_roles("handle_exit_irqoff", 18, "kvm", 3, &row), 0);
	assert_int_equal(row, HANDLER_NONE);
	assert_false(handler_roles("handle_exception", 16, "i915", 4, &row));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handlers_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
