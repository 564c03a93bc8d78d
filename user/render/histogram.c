// SPDX-License-Identifier: GPL-2.0
#include "render/histogram.h"

#include <string.h>

#include "render/table.h"
#include "render/units.h"
#include "util/cleanup.h"

#define ROWS_MAX  20
#define BAR_WIDTH 40

/* Rows of @width buckets each, as far as they are not empty. */
struct rows {
	const struct hist *hist;
	u32 width;
	u64 total;
	u64 largest;
};

static u64 row_count(const struct rows *rows, u32 row)
{
	u64 count = 0;

	for (u32 i = 0; i < rows->width; i++)
		count += hist_count(rows->hist, row * rows->width + i);
	return count;
}

/* How many lines it takes: a run of empty rows takes one. */
static u32 line_cnt(const struct rows *rows)
{
	u32 lines = 0, empty = 0;

	for (u32 row = 0; row < XG_HIST_BUCKETS / rows->width; row++) {
		if (!row_count(rows, row)) {
			empty++;
			continue;
		}
		lines += 1 + (lines && empty);
		empty = 0;
	}
	return lines;
}

/* The finest rows that fit: an eighth, a quarter, half of an octave, one, or two. */
static struct rows choose_rows(const struct hist *hist)
{
	struct rows rows = { .hist = hist, .width = 1 };

	while (rows.width < 2 * XG_HIST_SUB && line_cnt(&rows) > ROWS_MAX)
		rows.width *= 2;
	for (u32 row = 0; row < XG_HIST_BUCKETS / rows.width; row++) {
		u64 count = row_count(&rows, row);

		rows.total += count;
		if (count > rows.largest)
			rows.largest = count;
	}
	return rows;
}

/* A bar of @count, in eighths of a character; something is always to be seen. */
static const char *bar(u64 count, u64 largest, bool unicode, char buffer[3 * BAR_WIDTH + 1])
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	u32 length = (u32)((double)count / (double)largest * BAR_WIDTH * 8 + 0.5);
	char *p = buffer;

	*p = '\0';
	if (!length)
		length = 1;
	for (u32 i = 0; i < length / 8; i++)
		p = stpcpy(p, unicode ? "█" : "#");
	if (unicode)
		stpcpy(p, eighths[length % 8]);
	else if (length < 8 || length % 8 >= 4)
		stpcpy(p, length < 4 ? "." : "#");
	return buffer;
}

static void add_gap(struct table *table)
{
	table_cell(table, "...");
	for (int i = 0; i < 5; i++)
		table_cell(table, "");
}

static void add_row(struct table *table, const struct rows *rows, u32 row, u64 sum, bool unicode)
{
	u64 count = row_count(rows, row);
	u32 first = row * rows->width, last = first + rows->width - 1;
	char text[UNITS_MAX], bar_text[3 * BAR_WIDTH + 1];

	table_cell(table, units_duration((double)xg_hist_lower_ns(first), text));
	table_cell(table, last == XG_HIST_BUCKETS - 1
				  ? "and more"
				  : units_duration((double)xg_hist_upper_ns(last) + 1, text));
	table_cell(table, units_count(count, text));
	table_cell(table, units_share((double)count, (double)rows->total, text));
	table_cell(table, units_share((double)sum, (double)rows->total, text));
	table_cell(table, bar(count, rows->largest, unicode, bar_text));
}

int histogram_print(const struct hist *hist, const char *unit, bool unicode, int indent, FILE *out)
{
	_cleanup_(table_free) struct table *table = NULL;
	struct rows rows = choose_rows(hist);
	u32 empty = 0;
	u64 sum = 0;
	int err;

	err = table_new("rrrrrl", &table);
	if (err)
		return err;
	table_cell(table, "from");
	table_cell(table, "below");
	table_cell(table, unit);
	table_cell(table, "share");
	table_cell(table, "up to");
	table_cell(table, "");
	for (u32 row = 0; row < XG_HIST_BUCKETS / rows.width; row++) {
		if (!row_count(&rows, row)) {
			empty++;
			continue;
		}
		if (sum && empty)
			add_gap(table);
		empty = 0;
		sum += row_count(&rows, row);
		add_row(table, &rows, row, sum, unicode);
	}
	return table_print(table, indent, out);
}
