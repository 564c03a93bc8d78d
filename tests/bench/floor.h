/* SPDX-License-Identifier: GPL-2.0 */
/* What the floors' programs leave for floor.c to print. */
#ifndef EXITGRAPH_BENCH_FLOOR_H
#define EXITGRAPH_BENCH_FLOOR_H

#include "xg_types.h"

#define FLOOR_SUMS    256 /* functions at most */
#define FLOOR_BUCKETS 512 /* a power of two above XG_HIST_BUCKETS */

struct floor_sum {
	u64 from_ns;
	u64 cnt;
	u64 ns;
	u64 min_ns; /* starts as the largest number there is */
	u64 max_ns;
	u64 shift; /* of the latest value's octave */
	u32 bucket[FLOOR_BUCKETS];
};

#endif
