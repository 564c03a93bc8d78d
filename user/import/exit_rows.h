/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The exit reasons of a trace as rows: sums have one for each. First those of the handlers
 * (handlers.h), then what kvm_exit events and heads of cycles said, as they come.
 */
#ifndef EXITGRAPH_IMPORT_EXIT_ROWS_H
#define EXITGRAPH_IMPORT_EXIT_ROWS_H

#include "import/handlers.h"

#define EXIT_SAID_MAX 160 /* different ones; either vendor has fewer */
#define EXIT_ROWS     (HANDLER_LIMIT + EXIT_SAID_MAX)

struct exit_said {
	char text[REASON_NAME_MAX];
	u32 length;
	bool by_event;
	u64 vmx, svm; /* the code; REASON_NONE: that vendor has no such reason */
};

struct exit_rows {
	struct exit_said *said;
	u32 cnt, room;
};

/*
 * The row of what an event (@by_event) or a head calls @text. 0 (HANDLER_NONE): it means
 * nothing here, or there is no room. -ENOMEM.
 */
int exit_rows_find(struct exit_rows *rows, bool by_event, const char *text, size_t length,
		   u32 *row);

/* The exit code of @row for @isa, of which ISA_UNKNOWN takes whatever there is. */
u64 exit_rows_code(const struct exit_rows *rows, enum isa isa, u32 row);

/* ROLE_VMX or ROLE_SVM if only that vendor has the reason of @row, else 0. */
u32 exit_rows_roles(const struct exit_rows *rows, u32 row);

void exit_rows_free(struct exit_rows *rows);

#endif
