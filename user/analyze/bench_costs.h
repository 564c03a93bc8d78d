/* SPDX-License-Identifier: GPL-2.0 */
/* What the rounds of a benchmark say: costs of one iteration, without the loop's own. */
#ifndef EXITGRAPH_ANALYZE_BENCH_COSTS_H
#define EXITGRAPH_ANALYZE_BENCH_COSTS_H

#include "analyze/correct.h"
#include "analyze/median.h"
#include "analyze/phase.h"

struct bench_cost {
	struct median cycles; /* of the guest's clock; NAN where nothing was measured */
	struct median ns;
};

struct bench_line {
	const struct bench_row *row;
	struct bench_cost cost[BENCH_MODE_COUNT];
	double exits;		      /* of an iteration, counted; the host's own left out */
	double phase_ns[PHASE_COUNT]; /* of an iteration, as traced; NAN without a recording */
	/* An iteration's cycles as traced, without the probes' cost and the loop's own. */
	struct corrected corrected;
};

struct bench_costs {
	const struct bench *bench;
	u64 khz;		/* what cycles are made ns by */
	bool measured;		/* that is ours, for KVM knows none or is a percent and more off */
	struct bench_cost loop; /* of nothing; taken out of all others */
	struct bench_line *lines;
	size_t line_cnt;
};

/* All that @profile's bench says; it has to last. 0 or -ENOMEM. */
int bench_costs_new(const struct profile *profile, struct bench_costs **out);
void bench_costs_free(struct bench_costs **costs);

/* By how much what is corrected is off the untraced cost, as a share of that; NAN if not known. */
double bench_error(const struct bench_line *line);

/* How many times the untraced cost it is; NAN if that is not known. */
double bench_inflation(const struct bench_line *line, enum bench_mode mode);

/*
 * Is there an exit in every iteration? What makes none is the CPU's own doing, and no cheap
 * exit. True also if nobody counted, and some are expected.
 */
bool bench_exits(const struct bench_line *line);

#endif
