// SPDX-License-Identifier: GPL-2.0
#include "analyze/metrics_line.h"

#include <stdbool.h>
#include <string.h>

#include "util/cleanup.h"

static const struct {
	const char *text;
	char kind; /* a line is split by those of one kind */
} separators[] = {
	{ ":", ':' },
	{ "\xef\xbc\x9a", ':' }, /* full-width, U+FF1A */
	{ ",", ',' },
};

/* Those that come with full-width colons, too: no-break and ideographic space. */
static const char *const blanks[] = { " ", "\t", "\r", "\xc2\xa0", "\xe3\x80\x80" };

static bool starts_with(const char *text, const char *start, size_t *length)
{
	*length = strlen(start);
	return !strncmp(text, start, *length);
}

/* The length of the separator at @p, 0 if there is none. @kind 0: of any kind; it is set. */
static size_t separator_length(const char *p, char *kind)
{
	size_t length;

	for (size_t i = 0; i < ARRAY_SIZE(separators); i++) {
		if ((*kind && *kind != separators[i].kind) ||
		    !starts_with(p, separators[i].text, &length))
			continue;
		*kind = separators[i].kind;
		return length;
	}
	return 0;
}

static size_t blank_length(const char *p)
{
	size_t length;

	for (size_t i = 0; i < ARRAY_SIZE(blanks); i++) {
		if (starts_with(p, blanks[i], &length))
			return length;
	}
	return 0;
}

static char *skip_blanks(char *p)
{
	for (size_t length; (length = blank_length(p));)
		p += length;
	return p;
}

/* Is the field at @p in quotes, with nothing but blanks behind the closing one? */
static bool is_quoted(char *p, char kind)
{
	if (*p != '"')
		return false;
	for (p++; *p && (*p != '"' || p[1] == '"'); p++)
		p += *p == '"';
	if (!*p)
		return false;
	p = skip_blanks(p + 1);
	return !*p || separator_length(p, &kind);
}

/* Copy the quoted field at @in to @out, which is not behind it. The ends of both. */
static char *take_quoted(char *in, char **out)
{
	for (in++; *in != '"' || in[1] == '"'; *(*out)++ = *in++)
		in += *in == '"';
	return skip_blanks(in + 1);
}

/* As take_quoted(); blanks at the end are read, but not kept. */
static char *take_plain(char *in, char **out, char *kind)
{
	char *end = *out;

	while (*in && !separator_length(in, kind)) {
		size_t length = blank_length(in);
		size_t step = length ?: 1;

		memmove(*out, in, step);
		*out += step;
		in += step;
		if (!length)
			end = *out;
	}
	*out = end;
	return in;
}

size_t metrics_line_split(char *line)
{
	char *in = line, *out = line, kind = 0;
	size_t cnt = 0;

	for (;;) {
		size_t length;

		in = skip_blanks(in);
		in = is_quoted(in, kind) ? take_quoted(in, &out) : take_plain(in, &out, &kind);
		/* The string's end may overwrite the separator. */
		length = separator_length(in, &kind);
		*out++ = '\0';
		cnt++;
		if (!length)
			return cnt;
		in += length;
	}
}
