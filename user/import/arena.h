/* SPDX-License-Identifier: GPL-2.0 */
/* Small pieces of memory that live and die together. */
#ifndef EXITGRAPH_IMPORT_ARENA_H
#define EXITGRAPH_IMPORT_ARENA_H

#include <stddef.h>

struct slab;

struct arena {
	struct slab *slabs;
	size_t used; /* of the first slab */
};

/* @size bytes of zeroes, aligned for a cache line; NULL without memory. */
void *arena_alloc(struct arena *arena, size_t size);
void arena_free(struct arena *arena);

#endif
