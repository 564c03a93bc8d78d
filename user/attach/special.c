// SPDX-License-Identifier: GPL-2.0
#include "attach/special.h"

#include <string.h>

#include "util/cleanup.h"

static const struct {
	const char *function;
	enum special special;
} table[] = {
	{ "kvm_vcpu_ioctl", SPECIAL_IOCTL },
	{ RUN_IOCTL, SPECIAL_RUN_IOCTL },
	{ "svm_vcpu_run", SPECIAL_RUN },
	{ "kvm_sched_out", SPECIAL_OFF_CPU },
	{ "kvm_sched_in", SPECIAL_ON_CPU },
	{ "kvm_arch_vcpu_load", SPECIAL_SWITCHING },
	{ "kvm_arch_vcpu_put", SPECIAL_SWITCHING },
	{ "svm_vcpu_load", SPECIAL_SWITCHING },
	{ "svm_vcpu_put", SPECIAL_SWITCHING },
	{ "vmx_vcpu_load", SPECIAL_SWITCHING },
	{ "vmx_vcpu_put", SPECIAL_SWITCHING },
};

enum special special_of(const char *function)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].function, function))
			return table[i].special;
	return SPECIAL_NONE;
}
