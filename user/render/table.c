// SPDX-License-Identifier: GPL-2.0
#include "render/table.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "util/cleanup.h"

struct table {
	const char *columns;
	size_t column_cnt;
	char **cells;
	size_t cell_cnt;
	bool no_memory;
};

int table_new(const char *columns, struct table **out)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->columns = columns;
	table->column_cnt = strlen(columns);
	*out = table;
	return 0;
}

void table_free(struct table **table)
{
	if (!*table)
		return;
	for (size_t i = 0; i < (*table)->cell_cnt; i++)
		free((*table)->cells[i]);
	free((*table)->cells);
	free(*table);
	*table = NULL;
}

void table_cell(struct table *table, const char *text)
{
	size_t cnt = table->cell_cnt;
	char **cells = table->cells;

	/* Grown at powers of two. */
	if (!(cnt & (cnt - 1)))
		cells = reallocarray(cells, cnt ? 2 * cnt : 1, sizeof(*cells));
	if (cells) {
		table->cells = cells;
		cells[cnt] = strdup(text);
	}
	if (cells && cells[cnt])
		table->cell_cnt++;
	else
		table->no_memory = true;
}

/* Characters in UTF-8: every byte but those that continue one. */
static size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void print_spaces(size_t cnt, FILE *out)
{
	while (cnt--)
		putc(' ', out);
}

/* Spaces are held back until something follows them. */
static void print_row(const struct table *table, char **cells, const size_t *widths, int indent,
		      FILE *out)
{
	size_t spaces = indent;

	for (size_t i = 0; i < table->column_cnt; i++) {
		size_t fill = widths[i] - text_width(cells[i]);

		if (table->columns[i] == 'r')
			spaces += fill;
		if (cells[i][0]) {
			print_spaces(spaces, out);
			fputs(cells[i], out);
			spaces = 0;
		}
		if (table->columns[i] == 'l')
			spaces += fill;
		spaces += 2;
	}
	putc('\n', out);
}

int table_print(const struct table *table, int indent, FILE *out)
{
	_cleanup_free_ size_t *widths = calloc(table->column_cnt, sizeof(*widths));
	size_t row_cnt = table->cell_cnt / table->column_cnt;

	if (!widths || table->no_memory)
		return -ENOMEM;
	for (size_t i = 0; i < row_cnt * table->column_cnt; i++) {
		size_t width = text_width(table->cells[i]);

		if (width > widths[i % table->column_cnt])
			widths[i % table->column_cnt] = width;
	}
	for (size_t i = 0; i < row_cnt; i++)
		print_row(table, table->cells + i * table->column_cnt, widths, indent, out);
	return 0;
}
