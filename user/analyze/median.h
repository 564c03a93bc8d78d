/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The median of repeated measurements, and how sure it is: an interval between two of the
 * sorted values, which holds the true median with the confidence asked for whatever the
 * distribution is (order statistics and the binomial distribution: H. A. David and H. N.
 * Nagaraja, Order Statistics, 3rd ed., section 7.1). Rounds that something disturbed move
 * neither much.
 */
#ifndef EXITGRAPH_ANALYZE_MEDIAN_H
#define EXITGRAPH_ANALYZE_MEDIAN_H

#include <stddef.h>

#define MEDIAN_CONFIDENCE 0.95

/* So few values at least have an interval of that confidence: 1 - 2 / 2^6. */
#define MEDIAN_VALUES_MIN 6

struct median {
	double value; /* NAN without values */
	double low;   /* NAN if there are too few values */
	double high;
};

/*
 * How many of @cnt sorted values are outside the interval on either side, for at least
 * MEDIAN_CONFIDENCE; -1 if even all of them give less.
 */
int median_outside(size_t cnt);

/* Of @values, @cnt in all, which are sorted by this. */
struct median median_of(double *values, size_t cnt);

/*
 * The median of what is left of @from without @part; if both intervals hold, the result's
 * does.
 */
struct median median_less(struct median from, struct median part);

struct median median_scaled(struct median median, double factor);

/* The larger distance from the value to an end of the interval; NAN if there is none. */
double median_uncertainty(struct median median);

#endif
