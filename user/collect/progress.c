// SPDX-License-Identifier: GPL-2.0
#include "collect/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define INTERVAL_NS 100000000ULL

u64 progress_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool due(struct progress *progress, bool last)
{
	u64 now = progress_now_ns();

	if (!progress->enabled)
		return false;
	if (!last && now - progress->shown_ns < INTERVAL_NS)
		return false;
	progress->shown_ns = now;
	progress->dirty = true;
	return true;
}

void progress_attach(struct progress *progress, size_t done, size_t total, u64 elapsed_ns)
{
	double left_s = done ? elapsed_ns / 1e9 / done * (total - done) : 0;

	if (!due(progress, done == total))
		return;
	fprintf(stderr, "\r\033[Kattaching %zu of %zu functions", done, total);
	if (left_s >= 1)
		fprintf(stderr, ", some %.0f s to go", left_s);
}

void progress_record(struct progress *progress, u64 elapsed_ns, u64 exit_cnt, size_t vcpu_cnt)
{
	if (due(progress, false))
		fprintf(stderr,
			"\r\033[Krecording %.1f s, %" PRIu64 " exits on %zu vCPU%s (Ctrl-C stops)",
			elapsed_ns / 1e9, exit_cnt, vcpu_cnt, vcpu_cnt == 1 ? "" : "s");
}

void progress_clear(struct progress *progress)
{
	if (progress->dirty)
		fputs("\r\033[K", stderr);
	progress->dirty = false;
}
