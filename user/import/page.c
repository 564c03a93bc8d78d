// SPDX-License-Identifier: GPL-2.0
#include "import/page.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "util/log.h"

static bool is_any(char c, const char *of)
{
	return c && strchr(of, c);
}

void page_prose(struct page *page, const char *text, const char *end)
{
	size_t length;

	while (end > text && is_any(end[-1], " \t\r"))
		end--;
	page->text = true;
	page->heading_like = end > text && (*text == '#' || end[-1] == ':');
	while (text < end && is_any(*text, "#*_> \t"))
		text++;
	while (end > text && is_any(end[-1], ":*_# \t"))
		end--;
	length = end - text;
	if (!length)
		return;
	if (length >= HEADING_MAX)
		length = HEADING_MAX - 1;
	memcpy(page->heading, text, length);
	page->heading[length] = '\0';
}

void page_trace_line(struct page *page)
{
	page->blank = false;
	page->text = false;
	page->heading_like = false;
}

void page_bad_line(struct page *page, u64 line)
{
	if (!page->bad_lines++)
		page->first_bad_line = line;
}

int page_say_bad(const struct page *page, const char *name, u32 recording_cnt)
{
	const char *what = "is cut off or damaged";

	if (!page->bad_lines)
		return 0;
	if (page->long_lines == page->bad_lines)
		what = "is too long to be text";
	else if (page->binary_lines == page->bad_lines)
		what = "is not text";
	return err_r(-EINVAL,
		     "%s: line %" PRIu64 " %s%s; what could be read of it is imported (%" PRIu32
		     " recording%s)",
		     name, page->first_bad_line, what,
		     page->bad_lines > 1 ? ", and so are others" : "", recording_cnt,
		     recording_cnt == 1 ? "" : "s");
}
