/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A single cycle as the lines of a call tree, pseudo calls among them: where its time went, in
 * the order in which it did. The same notions as in the sums' trees: <guest> is the time from
 * entry to exit less the traced calls in it; <userspace> is when no call is open; self is
 * what is in no line below. Self over all lines and the cycle's own is the cycle's time.
 */
#ifndef EXITGRAPH_RENDER_CYCLE_ROWS_H
#define EXITGRAPH_RENDER_CYCLE_ROWS_H

#include "profile/profile.h"

struct cycle_row {
	enum node_kind kind;
	u32 function;		      /* NODE_CALL */
	u32 depth;		      /* 0: in no other */
	bool last;		      /* nothing follows below the same parent */
	bool open_before, open_after; /* a part of a call only */
	u64 from_ns;		      /* since the entry; of <guest>: 0 */
	u64 ns;
	u64 self_ns;
	u64 latency_ns; /* what of that is after the exit */
};

struct cycle_rows {
	struct cycle_row *rows;
	size_t cnt;
	u64 self_ns;   /* of the cycle itself: in no row */
	size_t hidden; /* rows left out */
};

/*
 * The rows of @cycle but those deeper than @depth levels (0: no limit) or with less than
 * @min_share per cent of the cycle. 0, -ENOMEM, or -EINVAL if the cycle is not sound.
 */
int cycle_rows_fill(struct cycle_rows *rows, const struct cycle *cycle, u32 depth,
		    double min_share);
void cycle_rows_clear(struct cycle_rows *rows);

#endif
