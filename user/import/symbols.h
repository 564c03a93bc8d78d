/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Function names, each kept once: found by a hash of the bytes as they are printed,
 * "kvm_cpuid [kvm]". They last as long as the import.
 */
#ifndef EXITGRAPH_IMPORT_SYMBOLS_H
#define EXITGRAPH_IMPORT_SYMBOLS_H

#include <stddef.h>

#include "xg_types.h"

#define SYMBOL_TEXT_MAX 240   /* as printed */
#define SYMBOL_CNT_MAX	32000 /* what a profile takes (PROFILE_FUNCTIONS_MAX) */
#define SYMBOL_PAD	64    /* so many bytes more than the text may be read */

struct symbol {
	u32 length;
	u32 hash;
	u32 roles;	 /* enum role */
	u32 row;	 /* of handlers.h */
	u32 name_length; /* of the text, without the module */
	u32 trace;	 /* number of the trace that used it last, */
	u32 function;	 /* and its index there */
	char text[];	 /* NUL-terminated, and SYMBOL_PAD bytes */
};

struct symbols {
	struct symbol **slots; /* open addressing */
	u32 room;	       /* a power of two */
	u32 cnt;
};

/* @length bytes at @text, of which 8 more than that may be read. */
static inline u32 symbol_hash(const char *text, size_t length)
{
	u64 hash = length * 0x9e3779b97f4a7c15, word;
	size_t i;

	for (i = 0; i + 8 <= length; i += 8) {
		__builtin_memcpy(&word, text + i, 8);
		hash = (hash ^ word) * 0x9fb21c651e98df25;
		hash ^= hash >> 32;
	}
	if (i < length) {
		__builtin_memcpy(&word, text + i, 8);
		word &= ~0ULL >> (64 - 8 * (length - i));
		hash = (hash ^ word) * 0x9fb21c651e98df25;
		hash ^= hash >> 32;
	}
	return (u32)hash;
}

/* The symbol that prints as @text, or NULL. @hash is symbol_hash()'s. */
struct symbol *symbol_find(const struct symbols *symbols, const char *text, size_t length,
			   u32 hash);

/*
 * The same, added if need be. @name_length bytes of it are the name. NULL when there is no
 * room (*@err is 0) or no memory (*@err is -ENOMEM).
 */
struct symbol *symbol_get(struct symbols *symbols, const char *text, size_t length,
			  size_t name_length, int *err);

void symbols_free(struct symbols *symbols);

#endif
