/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Times with the probes' own cost taken out.
 *
 * What a call was measured too long by is its probes' own share, and all that the probes of the
 * calls below it cost: their own shares and what is around them (profile/calibration.h). The tree
 * has the number of each exactly. So of a node with N calls
 *
 *	corrected = measured - s * (N * own + sum over all below it of n * (own + around))
 *
 * and the self time follows from that of the node and of its children. A cycle, and whatever is
 * open across its boundaries, is also longer by what the programs of both boundaries leave outside
 * of their own clock readings, a latency or a guest phase by one of them.
 *
 * s is 1 with the constants of the start-up. Where the same recording has windows with the
 * boundaries alone (struct recording, `boundaries`), s is what they say of this workload: the
 * difference of a reason's mean latencies over what the constants say of the calls in it. So the
 * constants only say how the cost spreads over a reason's calls, and the windows how much there is.
 *
 * The uncertainty is twice the standard uncertainty (JCGM 100:2008, 6.2), which covers some 95 %.
 *The constants' errors are taken to be all in one direction, for they are measured in one way.
 */
#ifndef EXITGRAPH_ANALYZE_CORRECT_H
#define EXITGRAPH_ANALYZE_CORRECT_H

#include "profile/profile.h"

struct correction;

struct corrected {
	bool is_known;	       /* false: it is not known what the probes cost here */
	double ns;	       /* may be below 0, by less than the uncertainty or so */
	double uncertainty_ns; /* the true value is within so much of it, in 95 of 100 cases */
};

/*
 * Of @recording, which must outlive it. Reasons may be several vCPUs' merged into one. 0 or
 * -ENOMEM.
 */
int correction_new(const struct recording *recording, struct correction **out);
void correction_free(struct correction **correction);

/* Is there anything to correct by? */
bool correction_is_known(const struct correction *correction);

/* Sums over all exits, all cycles, or all calls of a node of @reason, like what was measured. */
struct corrected correct_latency(const struct correction *correction, const struct reason *reason);
struct corrected correct_cycle(const struct correction *correction, const struct reason *reason);
struct corrected correct_inclusive(const struct correction *correction, const struct reason *reason,
				   const struct node *node);
struct corrected correct_self(const struct correction *correction, const struct reason *reason,
			      const struct node *node);

/* @sum's mean over @cnt; not known for none. */
struct corrected corrected_mean(const struct corrected *sum, u64 cnt);

/*
 * A quantile of @measured, of which @sum is the corrected sum: less the mean of what is taken out,
 * 0 at the least. Ordered as those of @measured are. The more the calls below differ from one to
 * the other, the less it means: the difference from the same share of it is in the uncertainty.
 */
struct corrected corrected_quantile(const struct dist *measured, const struct corrected *sum,
				    double quantile);

/*
 * How much more than by the constants of the start-up a call cost in the windows of this recording,
 * on average (1 = no more), and the standard uncertainty of that. False without windows.
 */
bool correction_scale(const struct correction *correction, double *scale_out, double *error_out);

#endif
