// SPDX-License-Identifier: GPL-2.0
#include "profile/hist_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

static char *put_number(char *p, u64 value)
{
	char digits[20];
	int n = 0;

	do
		digits[n++] = '0' + value % 10;
	while (value /= 10);
	while (n)
		*p++ = digits[--n];
	return p;
}

const char *hist_format(const struct hist *hist, char text[HIST_TEXT_MAX])
{
	char *p = text;

	*p++ = '{';
	hist_for_each(bucket, hist)
	{
		if (p > text + 1)
			*p++ = ',';
		*p++ = '"';
		p = put_number(p, bucket);
		*p++ = '"';
		*p++ = ':';
		p = put_number(p, hist_count(hist, bucket));
	}
	*p++ = '}';
	*p = '\0';
	return text;
}

/* A number without leading zeros, below 2^63; *@text is put behind it. False if there is none. */
static bool get_number(const char **text, u64 *out)
{
	const char *p = *text;
	u64 value = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (value > (INT64_MAX - (u64)(*p - '0')) / 10)
			return false;
		value = value * 10 + (*p - '0');
	}
	if (p == *text || (**text == '0' && p > *text + 1))
		return false;
	*text = p;
	*out = value;
	return true;
}

static bool skip(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

int hist_parse(const char *text, struct hist *hist)
{
	u64 bucket, cnt, from = 0;

	if (!skip(&text, '{'))
		return -EINVAL;
	while (*text != '}') {
		if (from && !skip(&text, ','))
			return -EINVAL;
		if (!skip(&text, '"') || !get_number(&text, &bucket) || !skip(&text, '"') ||
		    !skip(&text, ':') || !get_number(&text, &cnt))
			return -EINVAL;
		if (bucket < from || bucket >= XG_HIST_BUCKETS || !cnt)
			return -EINVAL;
		if (hist_add(hist, bucket, cnt))
			return -ENOMEM;
		from = bucket + 1;
	}
	return text[1] ? -EINVAL : 0;
}
