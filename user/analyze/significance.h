/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is a difference more than noise?
 *
 * Durations of calls have a narrow bulk and a long tail, come in ties, and are kept as exact
 * counts and sums and as histograms whose buckets are 1/8 to 1/16 of their values wide. What is
 * compared is a time per cycle. Three things must all hold for a difference to count:
 *
 * 1. It is unlikely to be chance, by Yuen's test (K. K. Yuen, Biometrika 61, 1974): Welch's t test
 *    (B. L. Welch, Biometrika 34, 1947) of trimmed means with winsorized variances. Only the upper
 *    end is trimmed, since durations have no lower tail (asymmetric trimming: Keselman, Wilcox,
 * Lix, Algina, Fradette, Br. J. Math. Stat. Psychol. 60, 2007). It may only confirm the direction
 *    in which the means differ.
 *    Where the means differ by Welch's own test but the trimmed means do not, the difference is in
 *    the tail: in the few longest calls, or in calls that are rare. There it may be the code's, but
 *    what interrupts it is there, too, and comes in bursts: so it is told apart.
 *    Of calls that are open over a cycle's ends no trimmed mean is known, and the means must do.
 *    Rank tests (Mann-Whitney, Brunner-Munzel) would be the usual choice, but here they see ranks
 * of buckets: a call that is 10 % slower may stay in its bucket, and one that is slower by a single
 *    ns may leave it, with all others. The sums are exact, so means see the one and do not
 *    exaggerate the other. What histograms do not tell is taken at its worst: a bucket's values
 *    are all at that of its ends which is farther from the mean.
 *    How often a call comes counts, too: calls that come in every cycle by the same number
 *    have no variance; others are taken as Poisson's.
 * 2. It stays so among many: p is corrected by Holm's method (S. Holm, Scand. J. Stat. 6, 1979)
 *    over all tests; below alpha (0.01) there is less than one false alarm in a hundred comparisons
 *    of profiles, not of functions.
 * 3. It is large enough. Exits that follow each other are not independent, and two runs of the same
 *    differ in what they find in caches and where memory lies: with enough exits anything is
 *    "significant". So a difference must exceed a bound that is for the user to set, by default
 *    3 % of A's value, and 0.1 % of the cycle's time; and the uncertainty of corrected values.
 *
 * A side with fewer than SAMPLE_MIN cycles is compared, but nothing is said about noise.
 */
#ifndef EXITGRAPH_ANALYZE_SIGNIFICANCE_H
#define EXITGRAPH_ANALYZE_SIGNIFICANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "profile/hist.h"

#define SAMPLE_MIN	   10
#define ALPHA_DEFAULT	   0.01
#define NOISE_DEFAULT	   0.03	 /* of A's value */
#define NEGLIGIBLE_DEFAULT 0.001 /* of the cycle */
#define TRIMMED		   0.05	 /* of the values, at the upper end */
#define RARE		   0.05 /* a call in fewer cycles than that is in what is trimmed of them */

/* What a histogram tells of how values spread. */
struct spread {
	double value_cnt;
	double mean_ns, variance_ns2; /* of one value, the latter at most */
	double tail_ns;		      /* the mean less the trimmed mean */
	double bulk_variance_ns2;     /* winsorized, at most; of one value, for the trimmed mean */
	double slack_ns, tail_slack_ns; /* by how much mean_ns and tail_ns may be off */
};

/* All 0 without values. */
void spread_of(const struct dist *dist, struct spread *spread);

/* A time per cycle, and how well it is known. */
struct estimate {
	double ns;
	double variance_ns2; /* of the mean */
	bool mean_only;	     /* these three are not known: */
	double bulk_ns;	     /* without the tail */
	double bulk_variance_ns2;
	double rate_variance_ns2; /* the part of both that comes from how often it is called */
	double bulk_slack_ns;	  /* by how much bulk_ns may be off for the buckets' width */
	double uncertainty_ns;	  /* of what was corrected, whichever its sign */
	double sample_cnt;	  /* cycles */
};

/*
 * The time per cycle of something that took @ns_per_cycle in each of @cycle_cnt, in
 * @call_cnt calls that spread as @calls does.
 */
struct estimate estimate_of(double ns_per_cycle, double call_cnt, double cycle_cnt,
			    const struct spread *calls);

enum verdict {
	VERDICT_SAME,	    /* not a ns between them */
	VERDICT_NOISE,	    /* not more than chance, or than what is set as noise */
	VERDICT_NEGLIGIBLE, /* more, but nothing of the cycle's time */
	VERDICT_FEW,	    /* too few cycles to tell */
	VERDICT_TAIL,	    /* significant, but in the tail alone */
	VERDICT_SIGNIFICANT,
	VERDICT_COUNT,
};

/* "same", "noise", "small", "few", "tail", "yes". */
const char *verdict_name(enum verdict verdict);

struct bounds {
	double alpha;
	double noise; /* shares, not per cent */
	double negligible;
};

#define BOUNDS_DEFAULT                                           \
	{                                                        \
		ALPHA_DEFAULT, NOISE_DEFAULT, NEGLIGIBLE_DEFAULT \
	}

/* One comparison. */
struct comparison {
	double difference_ns;  /* B less A */
	bool mean_only;	       /* there is no p_bulk: it is 1 */
	double p_mean, p_bulk; /* of chance; after comparisons_judge(), among all */
	enum verdict verdict;
	double noise_ns, negligible_ns; /* its bounds */
};

/* Compare @a and @b, of a cycle of @cycle_ns; the verdict is for comparisons_judge(). */
struct comparison compare_estimates(const struct estimate *a, const struct estimate *b,
				    double cycle_ns, const struct bounds *bounds);

/*
 * Correct the p of all @cnt comparisons, whose order does not matter, for their number, and judge
 * them. 0 or -ENOMEM.
 */
int comparisons_judge(struct comparison *const *comparisons, size_t cnt,
		      const struct bounds *bounds);

/* Two-sided p of Student's t with @df degrees of freedom. */
double student_p(double t, double df);

#endif
