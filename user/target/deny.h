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

/* The first entry that matches @name; NULL if it may be attached. */
const struct deny_entry *deny_find(const char *name);

#endif
