/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where ftrace can patch: the functions of the modules asked for that have a site
 * (available_filter_functions). A fentry program is attached through that site.
 */
#ifndef EXITGRAPH_TARGET_SITES_H
#define EXITGRAPH_TARGET_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "xg_types.h"

struct sites;

struct site {
	char *key; /* "module:name" */
	u32 line;  /* its line in available_filter_functions, from 1, by which ftrace's filters
		      know it, too */
};

/*
 * Read @f, in the format of available_filter_functions ("name [module]", and perhaps the
 * number of the line if it is not this one), and keep what is in one of the modules, of which
 * "vmlinux" is one. 0 or -errno, after saying so.
 */
int sites_read(FILE *f, const char *const *modules, size_t module_cnt, struct sites **out);
void sites_free(struct sites **sites);

bool sites_have(const struct sites *sites, const char *module, const char *name);

/* NULL if there is none. Of several of the same name, one. */
const struct site *sites_find(const struct sites *sites, const char *module, const char *name);

/* All of them, by key. */
const struct site *sites_all(const struct sites *sites, size_t *cnt_out);

#endif
