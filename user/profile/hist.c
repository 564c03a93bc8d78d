// SPDX-License-Identifier: GPL-2.0
#include "profile/hist.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The chunk of @octave, added if need be; NULL when there is no memory. */
static u64 *chunk_of(struct hist *hist, u32 octave)
{
	u64 bit = 1ULL << octave;
	u32 at = hist_bits(hist->octaves & (bit - 1)), cnt;
	u64(*chunks)[XG_HIST_SUB];

	if (hist->octaves & bit)
		return hist->chunks[at];
	cnt = hist_bits(hist->octaves);
	chunks = reallocarray(hist->chunks, cnt + 1, sizeof(*chunks));
	if (!chunks)
		return NULL;
	memmove(chunks + at + 1, chunks + at, (cnt - at) * sizeof(*chunks));
	memset(chunks + at, 0, sizeof(*chunks));
	hist->chunks = chunks;
	hist->octaves |= bit;
	return chunks[at];
}

int hist_add(struct hist *hist, u32 bucket, u64 cnt)
{
	u64 *chunk = chunk_of(hist, bucket / XG_HIST_SUB);

	if (!chunk)
		return -ENOMEM;
	chunk[bucket % XG_HIST_SUB] += cnt;
	return 0;
}

int hist_add_octave(struct hist *hist, u32 octave, const u64 *restrict cnt)
{
	u64 *restrict chunk = chunk_of(hist, octave);

	if (!chunk)
		return -ENOMEM;
	for (u32 k = 0; k < XG_HIST_SUB; k++)
		chunk[k] += cnt[k];
	return 0;
}

void hist_clear(struct hist *hist)
{
	free(hist->chunks);
	*hist = (struct hist){};
}

u32 hist_next(const struct hist *hist, u32 bucket)
{
	while (bucket < XG_HIST_BUCKETS) {
		u64 left = hist->octaves >> (bucket / XG_HIST_SUB);

		if (!left)
			break;
		/* To the next octave that is there. */
		if (!(left & 1))
			bucket = (bucket / XG_HIST_SUB + __builtin_ctzll(left)) * XG_HIST_SUB;
		if (hist_count(hist, bucket))
			return bucket;
		bucket++;
	}
	return XG_HIST_BUCKETS;
}

u64 hist_values(const struct hist *hist)
{
	u32 cnt = hist_bits(hist->octaves);
	u64 values = 0;

	for (u32 i = 0; i < cnt; i++) {
		for (u32 k = 0; k < XG_HIST_SUB; k++)
			values += hist->chunks[i][k];
	}
	return values;
}

static int hist_merge(struct hist *to, const struct hist *from)
{
	u64(*chunk)[XG_HIST_SUB] = from->chunks;

	for (u64 octaves = from->octaves; octaves; octaves &= octaves - 1, chunk++) {
		int err = hist_add_octave(to, __builtin_ctzll(octaves), *chunk);

		if (err)
			return err;
	}
	return 0;
}

int dist_add(struct dist *dist, u64 value_ns)
{
	int err = hist_add(&dist->hist, xg_hist_bucket(value_ns), 1);

	if (err)
		return err;
	if (!dist->count || value_ns < dist->min_ns)
		dist->min_ns = value_ns;
	if (!dist->count || value_ns > dist->max_ns)
		dist->max_ns = value_ns;
	dist->count++;
	dist->total_ns += value_ns;
	return 0;
}

int dist_merge(struct dist *to, const struct dist *from)
{
	/* A node may have time but no finished call: its extremes are then not to be used. */
	if (from->count) {
		if (!to->count || from->min_ns < to->min_ns)
			to->min_ns = from->min_ns;
		if (!to->count || from->max_ns > to->max_ns)
			to->max_ns = from->max_ns;
	}
	to->count += from->count;
	to->total_ns += from->total_ns;
	return hist_merge(&to->hist, &from->hist);
}

void dist_clear(struct dist *dist)
{
	hist_clear(&dist->hist);
	*dist = (struct dist){};
}

double dist_mean_ns(const struct dist *dist)
{
	return dist->count ? (double)dist->total_ns / (double)dist->count : 0;
}

/* The rank, from 1, of the value that stands for @quantile among @values. */
static u64 nearest_rank(u64 values, double quantile)
{
	double rank;

	if (!(quantile > 0))
		return 1;
	/* The product may come out a hair above the whole number that is meant: 0.07 * 100. */
	rank = ceil(quantile * (double)values * (1 - 1e-12));
	if (rank < 1)
		return 1;
	return rank >= (double)values ? values : (u64)rank;
}

u64 dist_quantile_ns(const struct dist *dist, double quantile)
{
	u64 values = hist_values(&dist->hist);
	u64 rank = nearest_rank(values, quantile), seen = 0, middle_ns;
	u32 bucket = 0;

	if (!dist->count || !values)
		return 0;
	hist_for_each(i, &dist->hist)
	{
		bucket = i;
		seen += hist_count(&dist->hist, i);
		if (seen >= rank)
			break;
	}
	/* All that is known of values above the grid is that the largest is max_ns. */
	if (bucket == XG_HIST_BUCKETS - 1 && dist->max_ns >= XG_HIST_LIMIT_NS)
		return dist->max_ns;
	middle_ns = xg_hist_lower_ns(bucket);
	middle_ns += (xg_hist_upper_ns(bucket) - middle_ns) / 2;
	if (middle_ns < dist->min_ns)
		return dist->min_ns;
	return middle_ns > dist->max_ns ? dist->max_ns : middle_ns;
}
