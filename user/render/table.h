/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A text table whose columns are as wide as their widest cell: two spaces between columns,
 * no cell is ever cut, no line ends in spaces.
 */
#ifndef EXITGRAPH_RENDER_TABLE_H
#define EXITGRAPH_RENDER_TABLE_H

#include <stdio.h>

struct table;

/*
 * A table with a column per letter of @columns: 'l' for left-aligned, 'r' for right.
 * 0 or -ENOMEM.
 */
int table_new(const char *columns, struct table **out);
void table_free(struct table **table);

/*
 * Append a cell, row by row from left to right; @text (UTF-8) is copied. Running out of
 * memory is kept and told by table_print().
 */
void table_cell(struct table *table, const char *text);

/* Print each row after @indent spaces. 0 or -ENOMEM; what @out says is for the caller. */
int table_print(const struct table *table, int indent, FILE *out);

#endif
