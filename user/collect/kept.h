/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of the whole cycles that arrive stay: of each reason, over all vCPUs, so many samples
 * and so many of the slowest, and those above the limit until there are too many. Memory is
 * bounded by a budget; what it has no room for is counted.
 */
#ifndef EXITGRAPH_COLLECT_KEPT_H
#define EXITGRAPH_COLLECT_KEPT_H

#include <stdbool.h>

#include "profile/cycle.h"

#define KEPT_OVER_MAX  10000
#define KEPT_BYTES_MAX (256ULL << 20)

struct kept;

struct kept_options {
	u32 samples; /* of each reason */
	u32 slowest; /* likewise */
	u32 over_max;
	u64 bytes_max;
};

/* A cycle that arrives, and where it comes from. */
struct kept_arrival {
	struct cycle *cycle; /* its `why` says what for */
	u32 pid;
	u32 vcpu_id;
	u64 began_ns; /* which of the times that this vCPU was recorded */
	u64 number;   /* among the cycles of its reason since then */
	u64 stride;   /* samples now are those whose number is a multiple */
};

/* 0 or -ENOMEM. */
int kept_new(const struct kept_options *options, struct kept **out);
void kept_free(struct kept **kept);

/* Takes the cycle, whether it stays or not. 0 or -ENOMEM. */
int kept_add(struct kept *kept, const struct kept_arrival *arrival);

/* No more are wanted that are only above the limit. */
bool kept_is_full(const struct kept *kept);

/* Cycles that did not stay for want of room, and were not among many by choice. */
u64 kept_rejected_cnt(const struct kept *kept);

/*
 * The final choice: call @give with each cycle that stays, once, its `why` set. @give moves
 * out what the cycle owns, or leaves it. 0, -ENOMEM, or what @give returned if that is < 0.
 */
int kept_finish(struct kept *kept, int (*give)(void *arg, const struct kept_arrival *arrival),
		void *arg);

#endif
