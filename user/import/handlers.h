/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What function names tell: a dump has no exit reasons, but the vendor's handle_exit calls a
 * handler that belongs to one (or to a few, which then share a reserved code).
 */
#ifndef EXITGRAPH_IMPORT_HANDLERS_H
#define EXITGRAPH_IMPORT_HANDLERS_H

#include <stddef.h>

#include "profile/reasons.h"

/* How a handler's name is made of a word; bits. */
enum handler_form {
	FORM_HANDLE = 1 << 0,	    /* handle_cpuid: VMX's */
	FORM_INTERCEPTION = 1 << 1, /* cpuid_interception: SVM's */
	FORM_EMULATE = 1 << 2,	    /* kvm_emulate_cpuid: for both; others call it, too */
	FORM_FASTPATH = 1 << 3,	    /* handle_fastpath_hlt */
	FORM_NAME = 1 << 4,	    /* the word itself */
	FORM_COMMON = 1 << 5,	    /* and others call it, or have one of that name */
};

struct handler {
	const char *word;
	u64 vmx; /* exit code, or REASON_NONE if only the other vendor has it */
	u64 svm;
	u32 forms;
};

/* Rows of the table; the first two stand for what has no handler. */
enum {
	HANDLER_NONE,
	HANDLER_INCOMPLETE,
	HANDLER_FIRST,
	HANDLER_LIMIT = 128,
};

/* The row; beyond the table, one without a word. */
const struct handler *handler_row(size_t row);

/* The name that the handler has in @form; false if it has none. */
#define HANDLER_NAME_MAX 64
bool handler_name(size_t row, enum handler_form form, char buffer[HANDLER_NAME_MAX]);

/* What a function is to the accounting; bits. */
enum role {
	ROLE_HANDLER = 1 << 0,
	ROLE_ENTER = 1 << 1, /* vcpu_enter_guest: one call a cycle */
	ROLE_RUN = 1 << 2,   /* holds the guest's time */
	ROLE_EXIT = 1 << 3,  /* calls the handlers */
	ROLE_VMX = 1 << 4,
	ROLE_SVM = 1 << 5,
	ROLE_GUEST = 1 << 6, /* no function's: struct frame */
	/* A handler says so wherever it is called; without, below handle_exit or as a root. */
	ROLE_SURE = 1 << 7,
	ROLES_MATTER = ROLE_HANDLER | ROLE_ENTER | ROLE_RUN, /* at every call */
};

/*
 * The roles of function @name (@name_length bytes, a clone's suffix .part.0 and so on is
 * not looked at) of @module (likewise; empty for vmlinux); *@row is its handler.
 */
u32 handler_roles(const char *name, size_t name_length, const char *module, size_t module_length,
		  u32 *row);

#endif
