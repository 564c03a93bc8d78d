// SPDX-License-Identifier: GPL-2.0
#include "analyze/metrics.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "analyze/metrics_line.h"
#include "profile/text.h"
#include "util/cleanup.h"
#include "util/log.h"

size_t metrics_base_length(const char *name)
{
	static const char *const suffixes[] = { ".isra", ".part", ".constprop", ".cold" };

	for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
		for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
			size_t length = strlen(suffixes[i]);

			if (dot != name && !strncmp(dot, suffixes[i], length) &&
			    (!dot[length] || dot[length] == '.'))
				return dot - name;
		}
	}
	return strlen(name);
}

const char *metrics_cell(const struct metrics_row *row, size_t column)
{
	const char *cell = row->cells;

	if (column >= row->cell_cnt)
		return NULL;
	while (column--)
		cell += strlen(cell) + 1;
	return cell;
}

static void free_rows(struct metrics_row *rows, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		free(rows[i].name);
}

void metrics_free(struct metrics **metrics)
{
	struct metrics *m = *metrics;

	if (!m)
		return;
	free_rows(m->rows, m->row_cnt);
	free(m->rows);
	for (size_t i = 0; i < m->column_cnt; i++)
		free(m->columns[i]);
	free(m->columns);
	free(m->chosen);
	free(m->path);
	free(m);
	*metrics = NULL;
}

/* Append @text, the @line'th of the file, as a row; *@room is that of the rows. */
static int add_line(struct metrics *m, const char *text, size_t line, size_t *room)
{
	_cleanup_free_ char *copy = text_clean(text);
	size_t field_cnt;

	if (!copy)
		return err_r(-ENOMEM, "out of memory");
	m->cleaned_cnt += strcmp(text, copy) != 0;
	field_cnt = metrics_line_split(copy);
	if (field_cnt == 1) {
		m->skipped_cnt += *copy != '\0';
		return 0;
	}
	if (field_cnt - 1 > METRICS_COLUMN_MAX)
		return err_r(-EINVAL, "line %zu of %s has more than %d figures", line, m->path,
			     METRICS_COLUMN_MAX);
	if (m->row_cnt == METRICS_ROW_MAX)
		return err_r(-EINVAL, "%s is no table of figures: it has more than %d rows",
			     m->path, METRICS_ROW_MAX);
	if (m->row_cnt == *room) {
		size_t more = 2 * *room ?: 64;
		struct metrics_row *rows = reallocarray(m->rows, more, sizeof(*rows));

		if (!rows)
			return err_r(-ENOMEM, "out of memory");
		m->rows = rows;
		*room = more;
	}
	m->rows[m->row_cnt] = (struct metrics_row){
		.name = copy,
		.cells = copy + strlen(copy) + 1,
		.cell_cnt = field_cnt - 1,
		.line = line,
	};
	copy[metrics_base_length(copy)] = '\0';
	TAKE_PTR(copy);
	m->row_cnt++;
	return 0;
}

/*
 * The next line of @file in @text, without its end and with blanks for tabs. 1, 0 at the end
 * of the file, or -EINVAL after saying what is wrong.
 */
static int next_line(FILE *file, const struct metrics *m, size_t line, char *text, size_t *bytes)
{
	size_t length = 0;
	int c;

	while ((c = getc_unlocked(file)) != EOF) {
		if (++*bytes > METRICS_FILE_MAX)
			return err_r(-EINVAL, "%s is no table of figures: it has more than %u MiB",
				     m->path, METRICS_FILE_MAX >> 20);
		if (!c)
			return err_r(-EINVAL, "%s is binary or no UTF-8: line %zu holds a 0 byte",
				     m->path, line);
		if (c == '\n')
			break;
		if (length == METRICS_LINE_MAX)
			return err_r(-EINVAL, "line %zu of %s has more than %d bytes", line,
				     m->path, METRICS_LINE_MAX);
		text[length++] = c == '\t' ? ' ' : (char)c;
	}
	/* The \r of a line that ends in \r\n belongs to its end. */
	if (length && text[length - 1] == '\r')
		length--;
	text[length] = '\0';
	return c != EOF || length;
}

static int read_lines(FILE *file, struct metrics *m)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	_cleanup_free_ char *text = malloc(METRICS_LINE_MAX + 1);
	size_t line = 1, bytes = 0, room = 0, mark = strlen(byte_order_mark);
	int r;

	if (!text)
		return err_r(-ENOMEM, "out of memory");
	for (; (r = next_line(file, m, line, text, &bytes)) > 0; line++) {
		bool marked = line == 1 && !strncmp(text, byte_order_mark, mark);

		r = add_line(m, text + (marked ? mark : 0), line, &room);
		if (r)
			return r;
	}
	if (r)
		return r;
	if (ferror(file)) {
		r = errno ?: EIO;
		return err_r(-r, "cannot read %s: %s", m->path, strerror(r));
	}
	if (m->row_cnt)
		return 0;
	if (m->skipped_cnt)
		return err_r(-EINVAL,
			     "%s is no table of figures: no line has fields split by ':' or ','",
			     m->path);
	return err_r(-EINVAL, "%s is empty", m->path);
}

static bool is_number(const char *cell)
{
	char *end;

	strtod(cell, &end);
	return end != cell && (!*end || !strcmp(end, "%"));
}

/* What stands for a number that is not known is no column's name either. */
static bool is_text(const char *cell)
{
	static const char *const unknown[] = { "", "-", "?", "n/a", "na", "null", "none" };

	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		if (!strcasecmp(cell, unknown[i]))
			return false;
	}
	return !is_number(cell);
}

static size_t count_cells(const struct metrics_row *row, bool (*is)(const char *cell))
{
	const char *cell = row->cells;
	size_t cnt = 0;

	for (size_t i = 0; i < row->cell_cnt; i++, cell += strlen(cell) + 1)
		cnt += is(cell);
	return cnt;
}

static bool has_header(const struct metrics *m)
{
	static const char *const words[] = { "name",   "function",	"func",
					     "symbol", "function name", "function_name" };
	const struct metrics_row *first = m->rows;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcasecmp(first->name, words[i]))
			return true;
	}
	if (count_cells(first, is_text) != first->cell_cnt || m->row_cnt < 2 ||
	    first->cell_cnt < m->rows[1].cell_cnt)
		return false;
	for (size_t i = 1; i < m->row_cnt; i++) {
		if (count_cells(&m->rows[i], is_number))
			return true;
	}
	return false;
}

/* Name the columns, from the header or by number, and choose them all. 0 or -ENOMEM. */
static int name_columns(struct metrics *m)
{
	size_t cnt = 0;

	for (size_t i = 0; i < m->row_cnt; i++)
		cnt = m->rows[i].cell_cnt > cnt ? m->rows[i].cell_cnt : cnt;
	m->columns = calloc(cnt, sizeof(*m->columns));
	m->chosen = calloc(cnt, sizeof(*m->chosen));
	if (!m->columns || !m->chosen)
		return -ENOMEM;
	for (size_t i = 0; i < cnt; i++) {
		const char *name = m->has_header ? metrics_cell(&m->rows[0], i) : NULL;
		char number[32];

		snprintf(number, sizeof(number), "%zu", i + 1);
		m->columns[i] = strdup(name && *name ? name : number);
		if (!m->columns[i])
			return -ENOMEM;
		m->column_cnt++;
		m->chosen[m->chosen_cnt++] = i;
	}
	return 0;
}

static int by_name_and_line(const void *a, const void *b)
{
	const struct metrics_row *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ?: x->line < y->line ? -1 : x->line > y->line;
}

/* Sort the rows, and drop the header and those without a name or with one seen before. */
static void tidy_rows(struct metrics *m)
{
	size_t cnt = 0, header = m->has_header;

	free_rows(m->rows, header);
	m->row_cnt -= header;
	memmove(m->rows, m->rows + header, m->row_cnt * sizeof(*m->rows));
	qsort(m->rows, m->row_cnt, sizeof(*m->rows), by_name_and_line);
	for (size_t i = 0; i < m->row_cnt; i++) {
		bool nameless = !*m->rows[i].name;

		if (!nameless && (!cnt || strcmp(m->rows[cnt - 1].name, m->rows[i].name))) {
			m->rows[cnt++] = m->rows[i];
			continue;
		}
		*(nameless ? &m->skipped_cnt : &m->duplicate_cnt) += 1;
		free(m->rows[i].name);
	}
	m->row_cnt = cnt;
}

int metrics_read(const char *path, struct metrics **out)
{
	_cleanup_(metrics_free) struct metrics *m = calloc(1, sizeof(*m));
	_cleanup_fclose_ FILE *file = NULL;
	int err;

	if (m)
		m->path = text_clean(path);
	if (!m || !m->path)
		return err_r(-ENOMEM, "out of memory");
	file = fopen(path, "re");
	if (!file)
		return err_r(-errno, "cannot open %s: %s", m->path, strerror(errno));
	err = read_lines(file, m);
	if (err)
		return err;
	m->has_header = has_header(m);
	if (name_columns(m))
		return err_r(-ENOMEM, "out of memory");
	tidy_rows(m);
	if (!m->row_cnt)
		return err_r(-EINVAL, "%s has no row with a name%s", m->path,
			     m->has_header ? " below its header" : "");
	*out = TAKE_PTR(m);
	return 0;
}

/* The index of the column that is called @name or else has that number. */
static bool find_column(const struct metrics *m, const char *name, size_t *index_out)
{
	unsigned long number;
	char *end;

	for (size_t i = 0; i < m->column_cnt; i++) {
		if (!strcmp(m->columns[i], name)) {
			*index_out = i;
			return true;
		}
	}
	number = strtoul(name, &end, 10);
	if (*name < '0' || *name > '9' || *end || !number || number > m->column_cnt)
		return false;
	*index_out = number - 1;
	return true;
}

static int refuse_column(const struct metrics *m, const char *name)
{
	_cleanup_free_ char *names = NULL;
	size_t size;
	FILE *list;

	if (!m->has_header)
		return err_r(-EINVAL, "%s has no column '%s'; without a header, there are 1 to %zu",
			     m->path, name, m->column_cnt);
	list = open_memstream(&names, &size);
	if (!list)
		return err_r(-ENOMEM, "out of memory");
	for (size_t i = 0; i < m->column_cnt; i++)
		fprintf(list, "%s%s", i ? ", " : "", m->columns[i]);
	if (fclose(list))
		return err_r(-ENOMEM, "out of memory");
	return err_r(-EINVAL, "%s has no column '%s'; there are %s", m->path, name, names);
}

int metrics_choose(struct metrics *m, const char *list)
{
	/* A comma in front, so that it is commas that split the list. */
	_cleanup_free_ char *line = NULL, *names = NULL;
	_cleanup_free_ size_t *chosen = NULL;
	const char *name;
	size_t cnt;

	if (asprintf(&line, ",%s", list) < 0)
		line = NULL;
	names = line ? text_clean(line) : NULL;
	if (!names)
		return err_r(-ENOMEM, "out of memory");
	cnt = metrics_line_split(names) - 1;
	chosen = calloc(cnt, sizeof(*chosen));
	if (!chosen)
		return err_r(-ENOMEM, "out of memory");
	name = names;
	for (size_t i = 0; i < cnt; i++) {
		name += strlen(name) + 1;
		if (!find_column(m, name, &chosen[i]))
			return refuse_column(m, name);
	}
	free(m->chosen);
	m->chosen = TAKE_PTR(chosen);
	m->chosen_cnt = cnt;
	return 0;
}

/* The index of the row of function @name, row_cnt if there is none. */
static size_t find_row(const struct metrics *m, const char *name)
{
	size_t length = metrics_base_length(name), from = 0, to = m->row_cnt;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = strncmp(m->rows[middle].name, name, length);

		if (!order)
			order = m->rows[middle].name[length] != '\0';
		if (!order)
			return middle;
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return m->row_cnt;
}

int metrics_join(const struct metrics *m, const struct recording *recording, const bool *wanted,
		 struct metrics_join *out)
{
	_cleanup_free_ bool *used = calloc(m->row_cnt ?: 1, sizeof(*used));
	struct metrics_join join = {
		.rows = calloc(recording->function_cnt ?: 1, sizeof(*join.rows)),
	};

	if (!used || !join.rows) {
		free(join.rows);
		return -ENOMEM;
	}
	for (size_t i = 0; i < recording->function_cnt; i++) {
		size_t row;

		if (!wanted[i])
			continue;
		join.function_cnt++;
		row = find_row(m, recording->functions[i].name);
		if (row == m->row_cnt) {
			join.rowless_cnt++;
			continue;
		}
		join.rows[i] = &m->rows[row];
		join.joined_cnt += !used[row];
		used[row] = true;
	}
	join.functionless_cnt = m->row_cnt - join.joined_cnt;
	*out = join;
	return 0;
}

void metrics_join_clear(struct metrics_join *join)
{
	free(join->rows);
	*join = (struct metrics_join){};
}
