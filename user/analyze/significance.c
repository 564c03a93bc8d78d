// SPDX-License-Identifier: GPL-2.0
#include "analyze/significance.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "util/cleanup.h"

static const char *const names[] = {
	[VERDICT_SAME] = "same", [VERDICT_NOISE] = "noise", [VERDICT_NEGLIGIBLE] = "small",
	[VERDICT_FEW] = "few",	 [VERDICT_TAIL] = "tail",   [VERDICT_SIGNIFICANT] = "yes",
};
_Static_assert(ARRAY_SIZE(names) == VERDICT_COUNT, "every verdict has its name");

const char *verdict_name(enum verdict verdict)
{
	return names[verdict];
}

/* The values of a bucket, as far as they are known: within it, and within minimum and maximum. */
struct bucket {
	double cnt, middle_ns, half_ns;
};

static struct bucket bucket_of(const struct dist *dist, u32 index)
{
	double lower = (double)xg_hist_lower_ns(index), upper = (double)xg_hist_upper_ns(index);
	struct bucket bucket = { .cnt = (double)hist_count(&dist->hist, index) };

	if (index == XG_HIST_BUCKETS - 1 || upper > (double)dist->max_ns)
		upper = (double)dist->max_ns;
	if (lower < (double)dist->min_ns)
		lower = (double)dist->min_ns;
	if (upper < lower)
		upper = lower;
	bucket.middle_ns = (lower + upper) / 2;
	bucket.half_ns = (upper - lower) / 2;
	return bucket;
}

static double square(double x)
{
	return x * x;
}

/* The mean and the variance at most of all values, those above @limit_ns taken for as long as that.
 */
static void moments(const struct dist *dist, double limit_ns, double *mean, double *variance)
{
	double cnt = 0, sum = 0, squares = 0;

	hist_for_each(i, &dist->hist)
	{
		struct bucket b = bucket_of(dist, i);

		cnt += b.cnt;
		sum += b.cnt * fmin(b.middle_ns, limit_ns);
	}
	*mean = sum / cnt;
	hist_for_each(i, &dist->hist)
	{
		struct bucket b = bucket_of(dist, i);

		/* All at the end that is farther off. */
		if (b.middle_ns < limit_ns)
			squares += b.cnt * square(fabs(b.middle_ns - *mean) + b.half_ns);
		else
			squares += b.cnt * square(limit_ns - *mean);
	}
	*variance = squares / cnt;
}

void spread_of(const struct dist *dist, struct spread *spread)
{
	double kept, left, sum = 0, limit_ns = 0, mean, h;

	*spread = (struct spread){ .value_cnt = (double)hist_values(&dist->hist) };
	if (!spread->value_cnt)
		return;
	moments(dist, INFINITY, &spread->mean_ns, &spread->variance_ns2);
	kept = spread->value_cnt - floor(spread->value_cnt * TRIMMED);
	left = kept;
	hist_for_each(i, &dist->hist)
	{
		struct bucket b = bucket_of(dist, i);
		double here = fmin(b.cnt, left);

		if (here > 0)
			limit_ns = b.middle_ns + b.half_ns;
		sum += here * b.middle_ns;
		left -= here;
		spread->slack_ns += b.cnt * b.half_ns / spread->value_cnt;
		spread->tail_slack_ns += (b.cnt - here) * b.half_ns / kept;
	}
	spread->tail_ns = spread->mean_ns - sum / kept;
	moments(dist, limit_ns, &mean, &spread->bulk_variance_ns2);
	/* Yuen's: (n - 1) s^2 / (h (h - 1)), for n values, in place of s^2 / n. */
	h = kept;
	if (h > 1)
		spread->bulk_variance_ns2 *=
			(spread->value_cnt - 1) * spread->value_cnt / (h * (h - 1));
}

/* The variance of how many calls a cycle has. */
static double rate_variance(double rate, double cycle_cnt)
{
	double nearest = round(rate), off = fabs(rate - nearest);

	/* As many in each cycle, but for a few. */
	if (nearest >= 1 && off * cycle_cnt < 0.5)
		return 0;
	if (nearest >= 1 && off < 0.05)
		return off + 1 / cycle_cnt;
	/* Never seen is not never. */
	return rate + 1 / cycle_cnt;
}

struct estimate estimate_of(double ns_per_cycle, double call_cnt, double cycle_cnt,
			    const struct spread *calls)
{
	struct estimate e = { .ns = ns_per_cycle, .sample_cnt = cycle_cnt };
	double rate, each_ns, of_rate;

	if (!(cycle_cnt > 0))
		return e;
	rate = call_cnt / cycle_cnt;
	each_ns = call_cnt > 0 ? ns_per_cycle / rate : calls->mean_ns;
	of_rate = rate_variance(rate, cycle_cnt) * square(each_ns);
	e.variance_ns2 = (rate * calls->variance_ns2 + of_rate) / cycle_cnt;
	e.bulk_variance_ns2 = (rate * calls->bulk_variance_ns2 + of_rate) / cycle_cnt;
	e.rate_variance_ns2 = of_rate / cycle_cnt;
	e.bulk_slack_ns = rate * calls->tail_slack_ns;
	/* What comes in few cycles is in what is trimmed of them. */
	e.bulk_ns = rate < RARE ? 0 : ns_per_cycle - rate * calls->tail_ns;
	return e;
}

/* The continued fraction of the incomplete beta function, by Lentz's method (DLMF 8.17.22). */
static double beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1, d = 1 - (a + b) * x / (a + 1), h;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (int m = 1; m < 300; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), step;

		d = 1 + even * d;
		c = 1 + even / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		h *= d * c;
		d = 1 + odd * d;
		c = 1 + odd / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		step = d * c;
		h *= step;
		if (fabs(step - 1) < 1e-12)
			break;
	}
	return h;
}

double student_p(double t, double df)
{
	double a = df / 2, b = 0.5, x = df / (df + t * t), front;

	if (isinf(t))
		return 0;
	if (df > 1e6)
		return erfc(fabs(t) / M_SQRT2);
	if (t == 0)
		return 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return fmin(1, front * beta_fraction(a, b, x) / a);
	return fmin(1, 1 - front * beta_fraction(b, a, 1 - x) / b);
}

static double welch_p(double difference, double a, double a_cnt, double b, double b_cnt,
		      double uncertainty)
{
	double beyond = fabs(difference) - uncertainty, sum = a + b, df;

	if (beyond <= 0)
		return 1;
	if (sum <= 0)
		return 0;
	df = square(sum) / (square(a) / (a_cnt - 1) + square(b) / (b_cnt - 1));
	return student_p(beyond / sqrt(sum), df);
}

struct comparison compare_estimates(const struct estimate *a, const struct estimate *b,
				    double cycle_ns, const struct bounds *bounds)
{
	struct comparison c = { .difference_ns = b->ns - a->ns, .p_mean = 1, .p_bulk = 1 };
	double bulk_ns = b->bulk_ns - a->bulk_ns, uncertainty;

	c.noise_ns = bounds->noise * fabs(a->ns);
	c.negligible_ns = bounds->negligible * cycle_ns;
	c.mean_only = a->mean_only || b->mean_only;
	if (a->sample_cnt < SAMPLE_MIN || b->sample_cnt < SAMPLE_MIN) {
		c.verdict = c.difference_ns ? VERDICT_FEW : VERDICT_SAME;
		return c;
	}
	c.verdict = c.difference_ns ? VERDICT_NOISE : VERDICT_SAME;
	uncertainty = hypot(a->uncertainty_ns, b->uncertainty_ns);
	c.p_mean = welch_p(c.difference_ns, a->variance_ns2, a->sample_cnt, b->variance_ns2,
			   b->sample_cnt, uncertainty);
	if (!c.mean_only && bulk_ns * c.difference_ns > 0 && fabs(bulk_ns) > c.noise_ns)
		c.p_bulk =
			welch_p(bulk_ns, a->bulk_variance_ns2, a->sample_cnt, b->bulk_variance_ns2,
				b->sample_cnt, uncertainty + a->bulk_slack_ns + b->bulk_slack_ns);
	return c;
}

static int by_p(const void *a, const void *b)
{
	double x = **(double *const *)a, y = **(double *const *)b;

	return x < y ? -1 : x > y;
}

static enum verdict judge(const struct comparison *c, const struct bounds *bounds)
{
	double size_ns = fabs(c->difference_ns);
	bool mean = c->p_mean < bounds->alpha, bulk = c->p_bulk < bounds->alpha;

	if (c->verdict != VERDICT_NOISE || (!mean && !bulk) || size_ns <= c->noise_ns)
		return c->verdict;
	if (size_ns <= c->negligible_ns)
		return VERDICT_NEGLIGIBLE;
	return bulk || c->mean_only ? VERDICT_SIGNIFICANT : VERDICT_TAIL;
}

int comparisons_judge(struct comparison *const *comparisons, size_t cnt,
		      const struct bounds *bounds)
{
	_cleanup_free_ double **sorted = calloc(2 * cnt + 1, sizeof(*sorted));
	double least = 0;
	size_t tested = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < cnt; i++) {
		struct comparison *c = comparisons[i];

		/* What cannot be told was not tested. */
		if (c->verdict == VERDICT_FEW)
			continue;
		sorted[tested++] = &c->p_mean;
		if (!c->mean_only)
			sorted[tested++] = &c->p_bulk;
	}
	if (tested)
		qsort(sorted, tested, sizeof(*sorted), by_p);
	for (size_t i = 0; i < tested; i++) {
		least = fmax(least, fmin(1, *sorted[i] * (double)(tested - i)));
		*sorted[i] = least;
	}
	for (size_t i = 0; i < cnt; i++)
		comparisons[i]->verdict = judge(comparisons[i], bounds);
	return 0;
}
