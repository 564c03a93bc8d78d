// SPDX-License-Identifier: GPL-2.0
#include "import/contexts.h"

#include <stdlib.h>

struct context *context_root(struct contexts *contexts)
{
	return arena_alloc(&contexts->arena, sizeof(struct context));
}

struct chunk *contexts_chunk(struct contexts *contexts)
{
	return arena_alloc(&contexts->arena, sizeof(struct chunk));
}

static u32 hash_of(const struct context *parent, const struct symbol *symbol)
{
	u64 hash = ((uintptr_t)parent >> 6) * 0x9e3779b97f4a7c15 ^
		   ((uintptr_t)symbol >> 4) * 0x9fb21c651e98df25;

	return (u32)(hash >> 32);
}

static void insert(struct contexts *contexts, struct context *context)
{
	u32 i = context->hash;

	while (contexts->slots[i & (contexts->room - 1)])
		i++;
	contexts->slots[i & (contexts->room - 1)] = context;
}

static int grow(struct contexts *contexts)
{
	u32 old_room = contexts->room;
	struct context **old = contexts->slots;

	if (2 * contexts->cnt < old_room)
		return 0;
	contexts->slots = calloc(old_room ? 2 * old_room : 256, sizeof(*old));
	if (!contexts->slots) {
		contexts->slots = old;
		return -ENOMEM;
	}
	contexts->room = old_room ? 2 * old_room : 256;
	for (u32 i = 0; i < old_room; i++) {
		if (old[i])
			insert(contexts, old[i]);
	}
	free(old);
	return 0;
}

static struct context *add(struct contexts *contexts, struct context *parent, struct symbol *symbol,
			   u32 hash)
{
	struct context *context = arena_alloc(&contexts->arena, sizeof(*context));

	if (!context)
		return NULL;
	context->symbol = symbol;
	context->parent = parent;
	context->hash = hash;
	if (parent->last_child)
		parent->last_child->next_sibling = context;
	else
		parent->first_child = context;
	parent->last_child = context;
	parent->child_cnt++;
	insert(contexts, context);
	contexts->cnt++;
	return context;
}

struct context *context_child(struct contexts *contexts, struct context *parent,
			      struct symbol *symbol, int *err)
{
	u32 hash = hash_of(parent, symbol);
	struct context *context = NULL;

	*err = 0;
	for (u32 i = hash; contexts->room; i++) {
		context = contexts->slots[i & (contexts->room - 1)];
		if (!context || (context->parent == parent && context->symbol == symbol))
			break;
	}
	if (context || contexts->cnt >= CONTEXT_CNT_MAX || parent->child_cnt >= CHILD_CNT_MAX)
		return context;
	context = grow(contexts) ? NULL : add(contexts, parent, symbol, hash);
	if (!context)
		*err = -ENOMEM;
	return context;
}

struct stat *context_stat_search(struct contexts *contexts, struct context *context, u32 row,
				 int *err)
{
	struct stat **first = &context->stats[row % STAT_LISTS], **link = first, *stat;

	*err = 0;
	while (*link && (*link)->row != row)
		link = &(*link)->next;
	stat = *link;
	if (stat) {
		*link = stat->next;
	} else {
		if (contexts->stat_cnt >= contexts->stat_max)
			return NULL;
		stat = arena_alloc(&contexts->arena, sizeof(*stat));
		if (!stat) {
			*err = -ENOMEM;
			return NULL;
		}
		stat->row = row;
		stat->min_ns = UINT64_MAX;
		contexts->stat_cnt++;
	}
	stat->next = *first;
	*first = stat;
	return stat;
}

void contexts_free(struct contexts *contexts)
{
	arena_free(&contexts->arena);
	free(contexts->slots);
	*contexts = (struct contexts){};
}
