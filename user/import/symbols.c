// SPDX-License-Identifier: GPL-2.0
#include "import/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import/handlers.h"

struct symbol *symbol_find(const struct symbols *symbols, const char *text, size_t length, u32 hash)
{
	if (!symbols->room)
		return NULL;
	for (u32 i = hash;; i++) {
		struct symbol *symbol = symbols->slots[i & (symbols->room - 1)];

		if (!symbol || (symbol->hash == hash && symbol->length == length &&
				!memcmp(symbol->text, text, length)))
			return symbol;
	}
}

static void insert(struct symbols *symbols, struct symbol *symbol)
{
	u32 i = symbol->hash;

	while (symbols->slots[i & (symbols->room - 1)])
		i++;
	symbols->slots[i & (symbols->room - 1)] = symbol;
}

/* Room for one more, at most half of it used. */
static int grow(struct symbols *symbols)
{
	struct symbols bigger = { .room = symbols->room ? 2 * symbols->room : 1024 };

	if (2 * symbols->cnt < symbols->room)
		return 0;
	bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (u32 i = 0; i < symbols->room; i++) {
		if (symbols->slots[i])
			insert(&bigger, symbols->slots[i]);
	}
	free(symbols->slots);
	symbols->slots = bigger.slots;
	symbols->room = bigger.room;
	return 0;
}

static struct symbol *add(struct symbols *symbols, const char *text, size_t length,
			  size_t name_length, u32 hash)
{
	struct symbol *symbol = calloc(1, sizeof(*symbol) + length + SYMBOL_PAD);
	const char *module;
	size_t module_length;

	if (!symbol)
		return NULL;
	memcpy(symbol->text, text, length);
	symbol->length = length;
	symbol->name_length = name_length;
	symbol->hash = hash;
	/* "name [module]" */
	module_length = length > name_length ? length - name_length - 3 : 0;
	module = symbol->text + name_length + (module_length ? 2 : 0);
	symbol->roles =
		handler_roles(symbol->text, name_length, module, module_length, &symbol->row);
	insert(symbols, symbol);
	symbols->cnt++;
	return symbol;
}

struct symbol *symbol_get(struct symbols *symbols, const char *text, size_t length,
			  size_t name_length, int *err)
{
	char copy[SYMBOL_TEXT_MAX + 8] = {};
	struct symbol *symbol;
	u32 hash;

	*err = 0;
	if (length > SYMBOL_TEXT_MAX)
		return NULL;
	/* Hashing may read beyond the text. */
	memcpy(copy, text, length);
	hash = symbol_hash(copy, length);
	symbol = symbol_find(symbols, copy, length, hash);
	if (symbol || symbols->cnt >= SYMBOL_CNT_MAX)
		return symbol;
	symbol = grow(symbols) ? NULL : add(symbols, copy, length, name_length, hash);
	if (!symbol)
		*err = -ENOMEM;
	return symbol;
}

void symbols_free(struct symbols *symbols)
{
	for (u32 i = 0; i < symbols->room; i++)
		free(symbols->slots[i]);
	free(symbols->slots);
	*symbols = (struct symbols){};
}
