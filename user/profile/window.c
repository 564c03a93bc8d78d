// SPDX-License-Identifier: GPL-2.0
#include "profile/window.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "profile/profile.h"

struct sums {
	u64 away_ns; /* off the CPU */
	u64 call_cnt;
};

static void add_up(const struct node *first, struct sums *sums)
{
	tree_for_each_child (node, (struct node *)first) {
		if (node->kind == NODE_OFF_CPU)
			sums->away_ns += node->dist.total_ns;
		if (node->kind == NODE_CALL)
			sums->call_cnt += node->dist.count;
		add_up(node->first_child, sums);
	}
}

/* Standard deviation of the values in @hist, each in the middle of its bucket, about @mean_ns. */
static double spread_ns(const struct hist *hist, double mean_ns)
{
	double sum = 0;
	u64 cnt = 0;

	hist_for_each(bucket, hist)
	{
		double low = xg_hist_lower_ns(bucket), high = xg_hist_upper_ns(bucket) + 1.0;
		double off = (low + high) / 2 - mean_ns;

		/* The mean itself is nearer to it than the bucket's middle. */
		if (mean_ns >= low && mean_ns < high)
			off = 0;
		sum += off * off * hist_count(hist, bucket);
		cnt += hist_count(hist, bucket);
	}
	return cnt ? sqrt(sum / cnt) : 0;
}

static u64 share(u64 value, u64 part, u64 whole)
{
	return whole ? (u64)((double)value * part / whole + 0.5) : 0;
}

void window_of_reason(const struct reason *reason, struct window *out)
{
	struct sums sums = { 0 };
	u64 away_ns;

	add_up(reason->first_child, &sums);
	/* The tree has whole cycles only. */
	away_ns = share(sums.away_ns, reason->latency.count, reason->cycle_cnt);
	sums.call_cnt -=
		sums.call_cnt < reason->guest_call_cnt ? sums.call_cnt : reason->guest_call_cnt;
	*out = (struct window){
		.code = reason->code,
		.exit_cnt = reason->latency.count,
		.busy_ns =
			reason->latency.total_ns > away_ns ? reason->latency.total_ns - away_ns : 0,
		.spread_ns = spread_ns(&reason->latency.hist, dist_mean_ns(&reason->latency)),
		.call_cnt = share(sums.call_cnt, reason->latency.count, reason->cycle_cnt),
	};
}

const struct window *window_find(const struct recording *recording, u64 code)
{
	for (size_t i = 0; i < recording->window_cnt; i++)
		if (recording->windows[i].code == code)
			return &recording->windows[i];
	return NULL;
}

int window_add(struct recording *recording, const struct window *window)
{
	struct window *more;

	if (window_find(recording, window->code))
		return -EEXIST;
	if (recording->window_cnt == WINDOWS_MAX)
		return -ENOSPC;
	more = reallocarray(recording->windows, recording->window_cnt + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	recording->windows = more;
	more[recording->window_cnt++] = *window;
	return 0;
}
