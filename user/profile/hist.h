/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A log-linear histogram of nanoseconds; its buckets are those of include/xg_hist.h.
 *
 * A call takes about as long each time, so of the 40 octaves one or two have values. Memory
 * is taken for these alone: a profile of 512 vCPUs has some 300,000 nodes with one each.
 */
#ifndef EXITGRAPH_PROFILE_HIST_H
#define EXITGRAPH_PROFILE_HIST_H

#include "xg_hist.h"

/* Starts as {}; what it owns is freed by hist_clear(). Assigned, it is still the same one. */
struct hist {
	u64 octaves;		    /* bit n: there is a chunk for octave n */
	u64 (*chunks)[XG_HIST_SUB]; /* those, in order */
};

_Static_assert(XG_HIST_CHUNKS <= 64, "a bit for each octave");

/* The bits that are set: without a CPU's own instruction for it, the compiler calls a function. */
static inline u32 hist_bits(u64 bits)
{
	bits -= bits >> 1 & 0x5555555555555555;
	bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return bits * 0x0101010101010101 >> 56;
}

/* How many values are in @bucket. */
static inline u64 hist_count(const struct hist *hist, u32 bucket)
{
	u64 bit = 1ULL << (bucket / XG_HIST_SUB);

	if (!(hist->octaves & bit))
		return 0;
	return hist->chunks[hist_bits(hist->octaves & (bit - 1))][bucket % XG_HIST_SUB];
}

/* Count @cnt more values in @bucket. 0, or -ENOMEM and nothing is changed. */
int hist_add(struct hist *hist, u32 bucket, u64 cnt);

/* The same for the XG_HIST_SUB buckets of an @octave; @cnt is not of @hist. */
int hist_add_octave(struct hist *hist, u32 octave, const u64 *restrict cnt);

void hist_clear(struct hist *hist);

/* The first bucket from @bucket on that holds a value; XG_HIST_BUCKETS if none does. */
u32 hist_next(const struct hist *hist, u32 bucket);

#define hist_for_each(bucket, hist)                                     \
	for (u32 bucket = hist_next(hist, 0); bucket < XG_HIST_BUCKETS; \
	     bucket = hist_next(hist, bucket + 1))

/* How many values the histogram holds. */
u64 hist_values(const struct hist *hist);

/* A distribution: exact count, sum, extremes; shape by histogram. All in ns. */
struct dist {
	u64 count;
	u64 total_ns;
	u64 min_ns; /* meaningless while count is 0 */
	u64 max_ns;
	struct hist hist; /* may hold fewer values than count (XG_LOSS_HIST_FULL), never more */
};

/* Count @value_ns into @dist. 0, or -ENOMEM and nothing is changed. */
int dist_add(struct dist *dist, u64 value_ns);

/* Add all of @from to @to. 0, or -ENOMEM and @to is to be thrown away. */
int dist_merge(struct dist *to, const struct dist *from);

/* Free what @dist owns; it is empty then. */
void dist_clear(struct dist *dist);

/* Arithmetic mean in ns, 0 without values. */
double dist_mean_ns(const struct dist *dist);

/*
 * The value at @quantile (0..1), by nearest rank, within 6.25 % of the exact one for values
 * below XG_HIST_LIMIT_NS: the middle of the bucket that holds it, kept within the exact
 * minimum and maximum (above that limit, the maximum). 0 without values in the histogram.
 * Ordered: a larger quantile never gives less.
 */
u64 dist_quantile_ns(const struct dist *dist, double quantile);

#endif
