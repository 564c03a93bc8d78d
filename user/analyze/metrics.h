/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file of figures per function (complexity, lines, age ...) and its join to a recording.
 *
 *	kvm_io_bus_write : 5 : 2 : 4136.403177873932 ：0	no header: columns 1, 2, 3, 4
 *
 *	function,lines,"nesting, deepest"			a header names the columns
 *	kvm_io_bus_write,27,3
 *
 * A line is a row: the name, then the figures. Fields are split by ":" or the full-width
 * "：", or by ","; whichever comes first in a line is what splits it, so "a : 1,5" holds one
 * figure. Blanks around fields are dropped, fields may be quoted as in CSV (but not over
 * several lines). The first row is a header if its first field is "function", "name" or the
 * like, or if it holds only text, is as wide as the next row, and numbers come below.
 *
 * Names are compared without what compilers append to clones: foo.isra.0, foo.part.1.cold
 * and foo are all "foo". Figures stay the text that they are in the file, made safe to print
 * (profile/text.h); tabs are blanks.
 */
#ifndef EXITGRAPH_ANALYZE_METRICS_H
#define EXITGRAPH_ANALYZE_METRICS_H

#include "profile/profile.h"

#define METRICS_LINE_MAX   65536 /* bytes */
#define METRICS_COLUMN_MAX 1000
#define METRICS_ROW_MAX	   1000000
#define METRICS_FILE_MAX   (64u << 20) /* bytes */

struct metrics_row {
	char *name;	   /* without a clone's suffix; owns the cells, too */
	const char *cells; /* @cell_cnt strings, one behind the other */
	size_t cell_cnt;
	size_t line; /* in the file, from 1 */
};

struct metrics {
	char *path;		  /* as printed */
	struct metrics_row *rows; /* by name, each once: the first of those in the file */
	size_t row_cnt;
	char **columns; /* from the header, or "1", "2" ...; as many as the widest row has */
	size_t column_cnt;
	bool has_header;
	size_t *chosen; /* columns to be shown, by index; all of them at first */
	size_t chosen_cnt;
	size_t duplicate_cnt; /* rows left out, because an earlier one has their name */
	size_t skipped_cnt;   /* lines left out: they have no name or no figures */
	size_t cleaned_cnt;   /* lines in which '?' stands for what cannot be printed */
};

/*
 * Read the file at @path. 0, or -errno after saying what is wrong with it; -EINVAL if it is
 * no such table.
 */
int metrics_read(const char *path, struct metrics **out);
void metrics_free(struct metrics **metrics);

/*
 * Choose the columns in @list, "NAME,N,..."; a name goes before a number. 0, -ENOMEM, or
 * -EINVAL after saying which one there is not, and which there are.
 */
int metrics_choose(struct metrics *metrics, const char *list);

/* The cell of @row in the column of that index, or NULL if the row ends before it. */
const char *metrics_cell(const struct metrics_row *row, size_t column);

/* How many bytes of @name are the function's: all, or those before a clone's suffix. */
size_t metrics_base_length(const char *name);

/* Which function has which row. A row may be that of several functions: clones, namesakes. */
struct metrics_join {
	const struct metrics_row **rows; /* by function index; NULL if there is none */
	size_t joined_cnt;		 /* rows that some function has */
	size_t functionless_cnt;	 /* rows that none has */
	size_t function_cnt;		 /* functions that were looked at, */
	size_t rowless_cnt;		 /* and those of them that have no row */
};

/*
 * Join @metrics to those functions of @recording of which @wanted, an array of flags by
 * function index, is true. 0 or -ENOMEM. The rows belong to @metrics; metrics_join_clear()
 * frees the rest.
 */
int metrics_join(const struct metrics *metrics, const struct recording *recording,
		 const bool *wanted, struct metrics_join *out);
void metrics_join_clear(struct metrics_join *join);

#endif
