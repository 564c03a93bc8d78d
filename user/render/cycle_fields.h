/* SPDX-License-Identifier: GPL-2.0 */
/* What else is known of a cycle's exit: registers, under the names of the vendors' manuals. */
#ifndef EXITGRAPH_RENDER_CYCLE_FIELDS_H
#define EXITGRAPH_RENDER_CYCLE_FIELDS_H

#include "profile/profile.h"

#define CYCLE_FIELD_COUNT 5

struct cycle_field {
	enum cycle_known known;
	const char *key; /* in JSON */
	const char *vmx, *svm;
};

extern const struct cycle_field cycle_fields[CYCLE_FIELD_COUNT];

/* "exit qualification", "EXITINFO1", ...: the name of field @index. */
const char *cycle_field_name(size_t index, enum isa isa);
u64 cycle_field_value(size_t index, const struct cycle *cycle);

#endif
