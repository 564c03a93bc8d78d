// SPDX-License-Identifier: GPL-2.0
#include "profile/store_rows.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/hist_text.h"
#include "profile/store_open.h"
#include "util/log.h"

void reader_damaged(struct reader *r, const char *format, ...)
{
	char text[256];
	va_list args;

	if (r->err)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	r->err = store_damaged(r->path, text);
}

void reader_no_memory(struct reader *r)
{
	if (!r->err)
		r->err = err_r(-ENOMEM, "cannot read %s: out of memory", r->path);
}

static const char *column_name(struct reader *r, int column)
{
	return sqlite3_column_name(r->query, column) ?: "?";
}

u64 reader_number(struct reader *r, int column, u64 max)
{
	bool is_number = sqlite3_column_type(r->query, column) == SQLITE_INTEGER;
	s64 value = sqlite3_column_int64(r->query, column);

	if (is_number && value >= 0 && (u64)value <= max)
		return value;
	reader_damaged(r, "%s is not a number from 0 to %llu", column_name(r, column),
		       (unsigned long long)max);
	return 0;
}

void reader_sum(struct reader *r, u64 value, u64 *sum)
{
	*sum += value;
	if (*sum > INT64_MAX)
		reader_damaged(r, "the sum of all counts or times is beyond 2^63");
}

const char *reader_text(struct reader *r, int column)
{
	bool is_text = sqlite3_column_type(r->query, column) == SQLITE_TEXT;
	const char *text = (const char *)sqlite3_column_text(r->query, column);

	if (is_text && text && strlen(text) == (size_t)sqlite3_column_bytes(r->query, column))
		return text;
	if (sqlite3_errcode(r->db) == SQLITE_NOMEM)
		reader_no_memory(r);
	else
		reader_damaged(r, "%s is no text", column_name(r, column));
	return "";
}

/* Fewer values than there are it may hold, never more. */
static void read_histogram(struct reader *r, int column, struct dist *dist)
{
	int err = hist_parse(reader_text(r, column), &dist->hist);
	u64 left = dist->count;

	if (err == -ENOMEM)
		reader_no_memory(r);
	else if (err)
		reader_damaged(r, "a histogram is none");
	hist_for_each (bucket, &dist->hist) {
		if (hist_count(&dist->hist, bucket) > left) {
			reader_damaged(r, "a histogram holds more values than there are");
			return;
		}
		left -= hist_count(&dist->hist, bucket);
	}
}

void reader_dist(struct reader *r, int column, int histogram, struct dist *dist)
{
	dist->count = reader_number(r, column, INT64_MAX);
	dist->total_ns = reader_number(r, column + 1, INT64_MAX);
	read_histogram(r, histogram, dist);
	if (!dist->count)
		return;
	dist->min_ns = reader_number(r, column + 2, INT64_MAX);
	dist->max_ns = reader_number(r, column + 3, INT64_MAX);
	if (dist->min_ns > dist->max_ns)
		reader_damaged(r, "a minimum is larger than its maximum");
}

struct row *reader_add_row(struct reader *r, struct rows *rows, void *item, size_t max)
{
	struct row *row;

	if (rows->cnt >= max) {
		reader_damaged(r, "it has more than %zu rows in one table", max);
		return NULL;
	}
	/* Grown at powers of two. */
	if (!(rows->cnt & (rows->cnt - 1))) {
		row = reallocarray(rows->row, rows->cnt ? 2 * rows->cnt : 1, sizeof(*row));
		if (!row) {
			reader_no_memory(r);
			return NULL;
		}
		rows->row = row;
	}
	row = &rows->row[rows->cnt++];
	*row = (struct row){ .id = sqlite3_column_int64(r->query, 0), .item = item };
	return row;
}

struct row *reader_row(struct reader *r, int column, struct rows *rows)
{
	s64 id = sqlite3_column_int64(r->query, column);
	size_t from = 0, to = rows->cnt;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (rows->row[middle].id < id)
			from = middle + 1;
		else
			to = middle;
	}
	if (sqlite3_column_type(r->query, column) == SQLITE_INTEGER && from < rows->cnt &&
	    rows->row[from].id == id)
		return &rows->row[from];
	reader_damaged(r, "%s names a row that is not there", column_name(r, column));
	return NULL;
}
