/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Comparing and searching 16 bytes at a time. All may read some bytes further than they look:
 * every text that is scanned has SCAN_PAD bytes behind it, which is more than a line's columns,
 * indentation and name together can be.
 */
#ifndef EXITGRAPH_IMPORT_SCAN_H
#define EXITGRAPH_IMPORT_SCAN_H

#include <string.h>

#include "xg_types.h"

#define SCAN_PAD 1024

#ifdef __SSE2__
#include <emmintrin.h>

/* One bit per byte of @p[0..15] that is @c. */
static inline u32 scan_bytes(const char *p, char c)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)p);

	return (u32)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
}

/* One bit per byte that is the same in @a[0..15] and @b[0..15]. */
static inline u32 scan_same(const char *a, const char *b)
{
	__m128i x = _mm_loadu_si128((const __m128i *)a), y = _mm_loadu_si128((const __m128i *)b);

	return (u32)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));
}
#else
static inline u32 scan_bytes(const char *p, char c)
{
	u32 bits = 0;

	for (u32 i = 0; i < 16; i++)
		bits |= (u32)(p[i] == c) << i;
	return bits;
}

static inline u32 scan_same(const char *a, const char *b)
{
	u32 bits = 0;

	for (u32 i = 0; i < 16; i++)
		bits |= (u32)(a[i] == b[i]) << i;
	return bits;
}
#endif

/* Are @length bytes the same? Both may be read up to 16 bytes further. */
static inline bool scan_equal(const char *a, const char *b, u32 length)
{
	u32 i = 0;

	for (; i + 16 <= length; i += 16) {
		if (scan_same(a + i, b + i) != 0xffff)
			return false;
	}
	return !(~scan_same(a + i, b + i) & ((1u << (length - i)) - 1));
}

/* How many spaces @p begins with, up to @limit (and a few). */
static inline u32 scan_spaces(const char *p, u32 limit)
{
	for (u32 i = 0; i < limit; i += 16) {
		u32 others = ~scan_bytes(p + i, ' ') & 0xffff;

		if (others)
			return i + (u32)__builtin_ctz(others);
	}
	return limit;
}

/* The place of the first @c in @p[0..limit - 1] (and a few); @limit if there is none. */
static inline u32 scan_for(const char *p, char c, u32 limit)
{
	for (u32 i = 0; i < limit; i += 16) {
		u32 found = scan_bytes(p + i, c);

		if (found)
			return i + (u32)__builtin_ctz(found);
	}
	return limit;
}

static inline u64 scan_load(const char *p)
{
	u64 word;

	memcpy(&word, p, sizeof(word));
	return word;
}

#endif
