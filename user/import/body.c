// SPDX-License-Identifier: GPL-2.0
#include "import/body.h"

#include <string.h>

#include "import/events.h"
#include "import/symbols.h"

/* What may stand in a function's name, .isra.0 and a BPF program's or an address too. */
static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '$' || c == '@' || c == ':' || c == '+';
}

/*
 * Take "name" or "name [module]" from @text; gives what follows, or NULL if there is no
 * name. Names too long to be one are none.
 */
static const char *take_name(const char *text, const char *end, struct line *line)
{
	const char *p = text, *module;

	while (p < end && is_name(*p))
		p++;
	line->name_length = p - text;
	if (!line->name_length)
		return NULL;
	if (end - p > 2 && p[0] == ' ' && p[1] == '[') {
		for (module = p + 2; module < end && (is_name(*module) || *module == '-'); module++)
			;
		if (module > p + 2 && module < end && *module == ']')
			p = module + 1;
	}
	line->name = (struct piece){ text, p - text };
	return p - text <= SYMBOL_TEXT_MAX ? p : NULL;
}

/* The comment that ends the text, if one does: where it begins, else @end. */
static const char *last_comment(const char *text, const char *end)
{
	if (end - text < 4 || end[-1] != '/' || end[-2] != '*')
		return end;
	for (const char *p = end - 4; p >= text; p--) {
		if (p[0] == '/' && p[1] == '*')
			return p;
	}
	return end;
}

static const char *trim(const char *text, const char *end)
{
	while (end > text && end[-1] == ' ')
		end--;
	return end;
}

// "} /* name [module] = 0 */", of which all but the brace may be missing.
static void parse_close(const char *text, const char *end, struct line *line)
{
	static const char overruns[] = "(Overruns: ";
	const char *p = text + 1;

	line->kind = LINE_CLOSE;
	while (p < end && *p == ' ')
		p++;
	if (end - p > (long)strlen(overruns) && !memcmp(p, overruns, strlen(overruns))) {
		for (p += strlen(overruns);
		     p < end && *p >= '0' && *p <= '9' && line->cnt < 1u << 30; p++)
			line->cnt = line->cnt * 10 + (*p - '0');
		return;
	}
	if (p == end || *p == ';')
		return;
	if (end - p < 4 || p[0] != '/' || p[1] != '*') {
		line->kind = LINE_DAMAGED;
		return;
	}
	for (p += 2; p < end && *p == ' '; p++)
		;
	/* Return value or address alone say nothing about the name. */
	if (*p == '=' || *p == '<' || !strncmp(p, "ret=", 4))
		return;
	if (!take_name(p, end, line))
		line->kind = LINE_DAMAGED;
}

/* An event among the calls: ours, or any other. Those may have more than one line, ours not. */
static void parse_comment(const char *text, const char *end, struct line *line)
{
	bool whole = last_comment(text, end) == text;

	line->kind = LINE_QUIET;
	for (text += 2; text < end && *text == ' '; text++)
		;
	if (event_parse(text, trim(text, whole ? end - 2 : end), line) && !whole)
		line->kind = LINE_DAMAGED;
}

void body_parse(const char *text, const char *end, struct line *line)
{
	const char *p;

	line->kind = LINE_DAMAGED;
	if (text == end)
		return;
	if (*text == '}') {
		parse_close(text, end, line);
		return;
	}
	if (end - text >= 2 && text[0] == '/' && text[1] == '*') {
		parse_comment(text, end, line);
		return;
	}
	p = take_name(text, end, line);
	if (!p || p >= end || *p != '(')
		return;
	/* Arguments may hold anything; the end tells. */
	end = trim(p, last_comment(p, end));
	if (end[-1] == ';' && end - p >= 3 && end[-2] == ')')
		line->kind = LINE_LEAF;
	else if (end[-1] == '{' && end - p >= 4)
		line->kind = LINE_ENTRY;
}
