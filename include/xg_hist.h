/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The buckets of every latency histogram, in the kernel and in a profile.
 *
 * Log-linear: each octave [2^k, 2^(k+1)) is cut into 8 buckets of equal width, so a bucket
 * is never wider than 1/8 of its lower edge and its middle is within 6.25 % of every value
 * in it. Values below 8 have a bucket each. A chunk is the 8 buckets of one octave; chunk 0
 * holds 0..7, chunk c >= 1 holds the octave k = c + 2:
 *
 *	value   0..7     8..15    16..31       32..63       ... 2^41..2^42-1
 *	chunk   0        1        2            3            ... 39
 *	width   1        1        2            4            ... 2^38
 *
 * The last chunk ends at 2^42 ns (73 minutes); longer values count in its last bucket,
 * while sums, minima and maxima stay exact.
 */
#ifndef EXITGRAPH_XG_HIST_H
#define EXITGRAPH_XG_HIST_H

#include "xg_types.h"

#define XG_HIST_SUB_BITS 3
#define XG_HIST_SUB	 (1 << XG_HIST_SUB_BITS)	/* buckets per chunk */
#define XG_HIST_CHUNKS	 40
#define XG_HIST_BUCKETS	 (XG_HIST_CHUNKS * XG_HIST_SUB)	/* 320 */
#define XG_HIST_LIMIT_NS (1ULL << (XG_HIST_CHUNKS + XG_HIST_SUB_BITS - 1)) /* 2^42 */

/* floor(log2(v)), v >= 1. Written out for BPF, which has no such instruction. */
static inline __attribute__((always_inline)) u32 xg_log2(u64 v)
{
#ifndef __bpf__
	return 63 - (u32)__builtin_clzll(v);
#else
	u32 k = 0;

	if (v >> 32) {
		v >>= 32;
		k += 32;
	}
	if (v >> 16) {
		v >>= 16;
		k += 16;
	}
	if (v >> 8) {
		v >>= 8;
		k += 8;
	}
	if (v >> 4) {
		v >>= 4;
		k += 4;
	}
	if (v >> 2) {
		v >>= 2;
		k += 2;
	}
	return k + (v >> 1);
#endif
}

/* The bucket of @value_ns, 0 .. XG_HIST_BUCKETS - 1; bucket / XG_HIST_SUB is its chunk. */
static inline __attribute__((always_inline)) u32 xg_hist_bucket(u64 value_ns)
{
	u32 shift;

	if (value_ns < XG_HIST_SUB)
		return value_ns;
	if (value_ns >= XG_HIST_LIMIT_NS)
		return XG_HIST_BUCKETS - 1;
	shift = xg_log2(value_ns) - XG_HIST_SUB_BITS;
	return (shift << XG_HIST_SUB_BITS) + (u32)(value_ns >> shift);
}

/* The smallest value of @bucket. */
static inline u64 xg_hist_lower_ns(u32 bucket)
{
	u32 shift = bucket >> XG_HIST_SUB_BITS;

	if (shift <= 1)
		return bucket;
	shift--;
	return (u64)(XG_HIST_SUB + (bucket & (XG_HIST_SUB - 1))) << shift;
}

/* The largest value of @bucket (the last bucket has more above it). */
static inline u64 xg_hist_upper_ns(u32 bucket)
{
	u32 shift = bucket >> XG_HIST_SUB_BITS;

	return xg_hist_lower_ns(bucket) + (shift <= 1 ? 0 : (1ULL << (shift - 1)) - 1);
}

#endif
