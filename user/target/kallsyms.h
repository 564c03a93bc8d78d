/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's symbol table: how often each name occurs over vmlinux and all modules, and
 * the functions of the modules asked for.
 *
 * Every kind of symbol counts, data too: a kernel that looks a function up by name may
 * find any of them. Left out are names that the kernel makes up while it runs (BPF
 * programs, ftrace's and kprobes' trampolines).
 */
#ifndef EXITGRAPH_TARGET_KALLSYMS_H
#define EXITGRAPH_TARGET_KALLSYMS_H

#include <stddef.h>
#include <stdio.h>

#include "xg_types.h"

/* All symbols of one name. Strings are the table's; the module of vmlinux is "vmlinux". */
struct kallsyms_name {
	const char *name;
	u32 cnt;
	const char *first_module; /* of the first */
	const char *last_module;  /* of the last */
};

struct kallsyms_function {
	const char *name;
	const char *module;
};

struct kallsyms;

/*
 * Read @f, in the format of /proc/kallsyms, and keep the functions (symbols of type t, T,
 * w, W) of the @module_cnt modules @modules, or of all where @modules is NULL. 0 or -errno,
 * after saying so.
 */
int kallsyms_read(FILE *f, const char *const *modules, size_t module_cnt, struct kallsyms **out);
void kallsyms_free(struct kallsyms **kallsyms);

/* All symbols named @name into *@out; cnt is 0 if there are none. */
void kallsyms_find(const struct kallsyms *kallsyms, const char *name, struct kallsyms_name *out);

/* The functions kept, in the order read; a name may occur more than once. */
const struct kallsyms_function *kallsyms_functions(const struct kallsyms *kallsyms,
						   size_t *cnt_out);

#endif
