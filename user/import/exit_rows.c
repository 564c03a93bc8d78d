// SPDX-License-Identifier: GPL-2.0
#include "import/exit_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool resolve(struct exit_said *said)
{
	bool (*find)(enum isa isa, const char *text, size_t length, u64 *code) =
		said->by_event ? reason_trace_find : reason_find;

	said->vmx = REASON_NONE;
	said->svm = REASON_NONE;
	return find(ISA_VMX, said->text, said->length, &said->vmx) |
	       find(ISA_SVM, said->text, said->length, &said->svm);
}

static int grow(struct exit_rows *rows)
{
	u32 room = rows->room ? 2 * rows->room : 16;
	struct exit_said *said;

	if (rows->cnt < rows->room)
		return 0;
	said = reallocarray(rows->said, room, sizeof(*said));
	if (!said)
		return -ENOMEM;
	rows->said = said;
	rows->room = room;
	return 0;
}

int exit_rows_find(struct exit_rows *rows, bool by_event, const char *text, size_t length, u32 *row)
{
	struct exit_said said = { .length = length, .by_event = by_event };

	*row = HANDLER_NONE;
	for (u32 i = 0; i < rows->cnt; i++) {
		const struct exit_said *known = &rows->said[i];

		if (known->length == length && known->by_event == by_event &&
		    !memcmp(known->text, text, length)) {
			*row = HANDLER_LIMIT + i;
			return 0;
		}
	}
	if (!length || length >= sizeof(said.text) || rows->cnt >= EXIT_SAID_MAX)
		return 0;
	memcpy(said.text, text, length);
	if (!resolve(&said))
		return 0;
	if (grow(rows))
		return -ENOMEM;
	*row = HANDLER_LIMIT + rows->cnt;
	rows->said[rows->cnt++] = said;
	return 0;
}

static void codes(const struct exit_rows *rows, u32 row, u64 *vmx, u64 *svm)
{
	if (row < HANDLER_LIMIT) {
		*vmx = handler_row(row)->vmx;
		*svm = handler_row(row)->svm;
	} else {
		*vmx = rows->said[row - HANDLER_LIMIT].vmx;
		*svm = rows->said[row - HANDLER_LIMIT].svm;
	}
}

u64 exit_rows_code(const struct exit_rows *rows, enum isa isa, u32 row)
{
	u64 vmx, svm;

	codes(rows, row, &vmx, &svm);
	if (isa == ISA_SVM)
		return svm;
	return vmx == REASON_NONE && isa == ISA_UNKNOWN ? svm : vmx;
}

u32 exit_rows_roles(const struct exit_rows *rows, u32 row)
{
	u64 vmx, svm;

	codes(rows, row, &vmx, &svm);
	if (vmx == REASON_NONE)
		return ROLE_SVM;
	return svm == REASON_NONE ? ROLE_VMX : 0;
}

void exit_rows_free(struct exit_rows *rows)
{
	free(rows->said);
	*rows = (struct exit_rows){};
}
