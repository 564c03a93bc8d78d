/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of user/target: what a host is made of, kept from one recording to the next.
 *
 * /proc/kallsyms and available_filter_functions are read whole for a few thousand of their
 * lines, and the kernel makes each line anew: 0.7 to 1.4 G instructions. Kept are the lines
 * that count: the symbols of KVM's modules with all of the same name anywhere, and KVM's
 * sites. Verdicts are not kept; they are reached anew each time, deny list included.
 *
 * What is at stake is that no function is attached whose name is not unique. So the entry
 * holds only as long as not one module was loaded, unloaded or replaced, and no boot went by
 * (host_key()).
 */
#ifndef EXITGRAPH_TARGET_HOST_CACHE_H
#define EXITGRAPH_TARGET_HOST_CACHE_H

#include "target/kallsyms.h"
#include "target/sites.h"

/*
 * What the symbols of the running kernel depend on: the boot, and each module with its size,
 * state and the number of its directory in sysfs, which no later load of it has again. 0 or
 * -errno (not said). Free *@out.
 */
int host_key(char **out);

/* The same of the given texts: a boot id, lines as of /proc/modules, and a sysfs of modules. */
int host_key_of(const char *boot_id, const char *modules, int sysfs_module_fd, char **out);

/* As text that host_cache_parse() takes. 0 or -errno (not said). */
int host_cache_format(const struct kallsyms *kallsyms, const struct sites *sites,
		      const char *const *modules, size_t module_cnt, char **out, size_t *size_out);

/* 0, or -errno (not said): -EBADMSG if @text is no such text. */
int host_cache_parse(char *text, size_t size, const char *const *modules, size_t module_cnt,
		     struct kallsyms **kallsyms_out, struct sites **sites_out);

/*
 * The symbols and sites of @modules from the cache, or else from the kernel and then into
 * the cache; with @fresh, from the kernel in any case. 0 or -errno, after saying so.
 */
int host_cache_get(const char *const *modules, size_t module_cnt, bool fresh,
		   struct kallsyms **kallsyms_out, struct sites **sites_out);

#endif
