/* SPDX-License-Identifier: GPL-2.0 */
/* Functions that are never attached, whoever asks for them, and why. */
#ifndef EXITGRAPH_TARGET_DENY_H
#define EXITGRAPH_TARGET_DENY_H

#include <stddef.h>

#include "target/target.h"

struct deny_entry {
	const char *pattern;	     /* a name or glob, of any module */
	enum target_verdict verdict; /* TARGET_DENIED or TARGET_GLUE */
	const char *reason;
};

/* The whole table. */
const struct deny_entry *deny_table(size_t *cnt_out);

/* What is denied of the kernel outside of KVM, in addition: see deny_outside.c. */
const struct deny_entry *deny_table_outside(size_t *cnt_out);

/* The first entry that matches @name; NULL if it may be attached. */
const struct deny_entry *deny_find(const char *name);

/* Likewise, of both tables. A clone is denied with the function that it was made of. */
const struct deny_entry *deny_find_outside(const char *name);

#endif
