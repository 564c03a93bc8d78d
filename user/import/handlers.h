/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What function names tell: a dump has no exit reasons, but the vendor's handle_exit calls a
 * handler that belongs to one (or to a few, which then share a reserved code).
 */
#ifndef EXITGRAPH_IMPORT_HANDLERS_H
#define EXITGRAPH_IMPORT_HANDLERS_H

#include <stddef.h>

#include "profile/reasons.h"

/*
 * How much a handler's call says:
 *	HANDLER_BELOW	only as a child of handle_exit, or as a root: others call it, too
 *	HANDLER_SURE	wherever it is called
 */
enum handler_sort {
	HANDLER_BELOW,
	HANDLER_SURE,
};

struct handler {
	const char *name;
	u64 vmx; /* exit code, or REASON_NONE if only the other vendor has it */
	u64 svm;
	enum handler_sort sort;
};

/* Rows of the table; the first two stand for what has no handler. */
enum {
	HANDLER_NONE,
	HANDLER_INCOMPLETE,
	HANDLER_FIRST,
	HANDLER_LIMIT = 192,
};

/* The row; beyond the table, one without a name. */
const struct handler *handler_row(size_t row);

/* What a function is to the accounting; bits. */
enum role {
	ROLE_HANDLER = 1 << 0,
	ROLE_ENTER = 1 << 1, /* vcpu_enter_guest: one call a cycle */
	ROLE_RUN = 1 << 2,   /* holds the guest's time */
	ROLE_EXIT = 1 << 3,  /* calls the handlers */
	ROLE_VMX = 1 << 4,
	ROLE_SVM = 1 << 5,
	ROLE_GUEST = 1 << 6,				     /* no function's: struct frame */
	ROLES_MATTER = ROLE_HANDLER | ROLE_ENTER | ROLE_RUN, /* at every call */
};

/*
 * The roles of function @name (@name_length bytes, a clone's suffix .part.0 and so on is
 * not looked at) of @module (likewise; empty for vmlinux); *@row is its handler.
 */
u32 handler_roles(const char *name, size_t name_length, const char *module, size_t module_length,
		  u32 *row);

#endif
