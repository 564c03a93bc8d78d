// SPDX-License-Identifier: GPL-2.0
#include "render/cycle_fields.h"

const struct cycle_field cycle_fields[CYCLE_FIELD_COUNT] = {
	{ CYCLE_KNOWN_RIP, "rip", "RIP", "RIP" },
	{ CYCLE_KNOWN_NEXT_RIP, "next_rip", "next RIP", "next RIP" },
	{ CYCLE_KNOWN_INFO1, "info1", "exit qualification", "EXITINFO1" },
	{ CYCLE_KNOWN_INFO2, "info2", "IDT-vectoring information", "EXITINFO2" },
	{ CYCLE_KNOWN_INTR_INFO, "intr_info", "interruption information", "EXITINTINFO" },
};

const char *cycle_field_name(size_t index, enum isa isa)
{
	return isa == ISA_SVM ? cycle_fields[index].svm : cycle_fields[index].vmx;
}

u64 cycle_field_value(size_t index, const struct cycle *cycle)
{
	const u64 values[CYCLE_FIELD_COUNT] = {
		cycle->rip, cycle->next_rip, cycle->info1, cycle->info2, cycle->intr_info,
	};

	return values[index];
}
