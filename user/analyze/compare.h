/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two recordings beside each other: reasons, the trees of those that both have, and what of the
 * differences is more than noise. All times are per exit or per cycle, so it does not matter how
 * many there were.
 */
#ifndef EXITGRAPH_ANALYZE_COMPARE_H
#define EXITGRAPH_ANALYZE_COMPARE_H

#include "analyze/align.h"
#include "profile/reasons.h"

/* What to compare. Borrowed, and must outlive the comparison. */
struct compare_side {
	const struct recording *recording;
	enum isa isa; /* that of the reasons */
	const struct reason *const *reasons;
	size_t reason_cnt;
};

struct compare_options {
	enum align_match match;
	struct bounds bounds;
	/* Is the reason of either side's @code on @isa wanted? NULL: all are. @data is the
	 * caller's. */
	bool (*wants)(const void *data, enum isa isa, u64 code);
	const void *data;
};

#define COMPARED_NAMES_MAX 128

struct compared_side {
	const struct reason *reason;	/* NULL if the side has none; of several codes, their sum */
	char names[COMPARED_NAMES_MAX]; /* "EPT_VIOLATION + EPT_MISCONFIG" */
	double exit_share;		/* of the side's exits, all of them */
	struct estimate latency;
	struct estimate phases[PHASE_COUNT]; /* self time per cycle */
};

struct compared_reason {
	char name[REASON_NAME_MAX]; /* of the class, or of the reason */
	struct compared_side side[SIDE_CNT];
	struct comparison latency;
	struct comparison phases[PHASE_COUNT];
	/* What of the difference in the time of all exits comes from it: ns per exit of whatever
	 * reason. */
	double contribution_ns;
	struct aligned_node *first_child;
	size_t significant_cnt;		/* of nodes */
	double matched_share[SIDE_CNT]; /* of the calls' self time: what is in nodes that both have
					 */
};

struct compare {
	struct compare_side side[SIDE_CNT];
	bool by_class;
	struct bounds bounds;
	struct compared_reason *reasons; /* significant first, then by contribution */
	size_t reason_cnt;
	size_t tested_cnt;	      /* comparisons that p was corrected for */
	size_t significant_cnt;	      /* of latencies and nodes */
	struct vcpu merged[SIDE_CNT]; /* own the sums of several codes */
};

/* Compare @a and @b. 0 or -ENOMEM. */
int compare_new(const struct compare_side *a, const struct compare_side *b,
		const struct compare_options *options, struct compare **out);
void compare_free(struct compare **compare);

/* Was @comparison found to be significant, or the node's inclusive or self time? */
bool comparison_is_significant(const struct comparison *comparison);
bool aligned_is_significant(const struct aligned_node *node);

/* Is B's exit significantly slower than A's, and by more than @share of A's (0.05: 5 %)? */
bool compared_is_worse(const struct compared_reason *reason, double share);

/* B in terms of A: 1.1 for 10 % more; NAN if A is 0. */
double compared_ratio(double a_ns, double b_ns);

#endif
