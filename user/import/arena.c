// SPDX-License-Identifier: GPL-2.0
#include "import/arena.h"

#include <stdlib.h>
#include <string.h>

#define SLAB_FIRST (4 * 1024)
#define SLAB_MOST  (64 * 1024)
#define ALIGNMENT  64

struct slab {
	struct slab *next;
	size_t size; /* of the data; each slab has twice the one's before */
	char data[] __attribute__((aligned(ALIGNMENT)));
};

static struct slab *add_slab(struct arena *arena, size_t least)
{
	size_t size = arena->slabs ? 2 * arena->slabs->size : SLAB_FIRST;
	struct slab *slab;

	if (size > SLAB_MOST)
		size = SLAB_MOST;
	if (size < least)
		size = least;
	slab = aligned_alloc(ALIGNMENT, sizeof(*slab) + size);
	if (!slab)
		return NULL;
	slab->next = arena->slabs;
	slab->size = size;
	arena->slabs = slab;
	arena->used = 0;
	return slab;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *data;

	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if ((!arena->slabs || arena->used + size > arena->slabs->size) && !add_slab(arena, size))
		return NULL;
	data = arena->slabs->data + arena->used;
	arena->used += size;
	return memset(data, 0, size);
}

void arena_free(struct arena *arena)
{
	while (arena->slabs) {
		struct slab *next = arena->slabs->next;

		free(arena->slabs);
		arena->slabs = next;
	}
	arena->used = 0;
}
