// SPDX-License-Identifier: GPL-2.0
#include "analyze/median.h"

#include <math.h>
#include <stdlib.h>

/*
 * Each value is below the median with probability 1/2, so how many are is Bin(cnt, 1/2). With
 * k values left out on each side, the interval misses the median if at most k values are below
 * it, or at most k above: twice the binomial's tail. In logarithms, for large counts.
 */
int median_outside(size_t cnt)
{
	double tail = 0, n = (double)cnt;
	int outside = -1;

	for (size_t k = 0; k < cnt / 2; k++) {
		double i = (double)k;

		tail += exp(lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) - n * log(2));
		if (2 * tail > 1 - MEDIAN_CONFIDENCE)
			break;
		outside = (int)k;
	}
	return outside;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

struct median median_of(double *values, size_t cnt)
{
	struct median median = { NAN, NAN, NAN };
	int outside = median_outside(cnt);

	if (!cnt)
		return median;
	qsort(values, cnt, sizeof(*values), by_value);
	median.value = (values[(cnt - 1) / 2] + values[cnt / 2]) / 2;
	if (outside >= 0) {
		median.low = values[outside];
		median.high = values[cnt - 1 - outside];
	}
	return median;
}

struct median median_less(struct median from, struct median part)
{
	return (struct median){
		.value = from.value - part.value,
		.low = from.low - part.high,
		.high = from.high - part.low,
	};
}

struct median median_scaled(struct median median, double factor)
{
	return (struct median){
		.value = median.value * factor,
		.low = median.low * factor,
		.high = median.high * factor,
	};
}

double median_uncertainty(struct median median)
{
	if (isnan(median.low) || isnan(median.high))
		return NAN;
	return fmax(median.high - median.value, median.value - median.low);
}
