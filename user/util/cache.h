/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that save work and may vanish at any time: /var/cache/exitgraph for root, else
 * exitgraph below $XDG_CACHE_HOME or ~/.cache.
 *
 * An entry is a body that holds as long as its key does: what the body was made of. It is
 * taken only if nobody but this user can have written it, and as a whole, or not at all: the
 * key, both lengths and a checksum must fit. What is in the body is its reader's to check.
 *
 * Nothing here says anything: without a cache, all works, only slower.
 */
#ifndef EXITGRAPH_UTIL_CACHE_H
#define EXITGRAPH_UTIL_CACHE_H

#include <stddef.h>

/* Larger entries are neither written nor read. */
#define CACHE_ENTRY_MAX (4 << 20)

/*
 * The cache's directory, opened, and made where it is missing if @create: a descriptor, or
 * -errno; -EPERM if others could write into it.
 */
int cache_open(int create);

/*
 * The body of the entry @name in @dir, if its key is @key: allocated, with a zero behind its
 * *@size_out bytes. -ENOENT there is none, -ESTALE it has another key, -EPERM it is not this
 * user's alone, -EBADMSG it is damaged, or another -errno.
 */
int cache_read(int dir, const char *name, const char *key, char **body_out, size_t *size_out);

/* Put the entry there in one step, in place of an older one. 0 or -errno. */
int cache_write(int dir, const char *name, const char *key, const char *body, size_t size);

/* "PREFIX-RELEASE", a name for an entry of the running kernel, into @name. 0 or -errno. */
int cache_kernel_name(const char *prefix, char *name, size_t size);

#endif
