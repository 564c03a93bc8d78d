// SPDX-License-Identifier: GPL-2.0
#include "profile/text.h"

#include <stdlib.h>
#include <string.h>

#include "xg_types.h"

/*
 * The length of the UTF-8 sequence at @s, 0 if there is none or if it is a control
 * character. Overlong forms, surrogates and what lies above U+10FFFF are no UTF-8.
 */
static size_t printable_length(const unsigned char *s)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length;
	u32 point;

	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f;
	if ((s[0] & 0xe0) == 0xc0)
		length = 2;
	else if ((s[0] & 0xf0) == 0xe0)
		length = 3;
	else if ((s[0] & 0xf8) == 0xf0)
		length = 4;
	else
		return 0;
	point = s[0] & (0x7f >> length);
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (s[i] & 0x3f);
	}
	if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	return point < 0xa0 ? 0 : length;
}

char *text_clean(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return NULL;
	for (char *p = copy; *p;) {
		size_t length = printable_length((unsigned char *)p);

		if (length) {
			p += length;
			continue;
		}
		*p++ = '?';
	}
	return copy;
}
