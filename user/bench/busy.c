// SPDX-License-Identifier: GPL-2.0
#include "bench/busy.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

#define ITERATIONS 200 /* of a workload, until it is the next one's turn */

struct busy {
	pthread_t thread;
	bool started;
	bool stop;
	size_t guest_cnt;
	struct guest *guests[];
};

/* What fails here fails again where it is measured, and is said twice: but it ends all. */
static void *work(void *arg)
{
	struct busy *busy = arg;
	struct guest_result result;

	for (size_t i = 0; busy->guest_cnt && !__atomic_load_n(&busy->stop, __ATOMIC_ACQUIRE);
	     i = (i + 1) % busy->guest_cnt)
		if (guest_run(busy->guests[i], ITERATIONS, &result))
			break;
	return NULL;
}

int busy_new(const struct bench_options *options, const unsigned int *cpu, int stop_fd,
	     struct busy **out)
{
	_cleanup_(busy_free) struct busy *busy = NULL;
	struct guest_options guest = {
		.vcpu_cnt = 1,
		.cpus = cpu,
		.cpu_cnt = 1,
		.stop_fd = stop_fd,
	};
	int r;

	busy = calloc(1, sizeof(*busy) + options->workload_cnt * sizeof(*busy->guests));
	if (!busy)
		return err_r(-ENOMEM, "no memory");
	for (size_t i = 0; i < options->workload_cnt; i++) {
		guest.workload = options->workloads[i];
		r = guest_new(&busy->guests[busy->guest_cnt], &guest);
		if (r && r != -ENOTSUP)
			return r;
		busy->guest_cnt += !r;
	}
	r = -pthread_create(&busy->thread, NULL, work, busy);
	if (r)
		return err_r(r, "cannot start a thread: %s", strerror(-r));
	busy->started = true;
	*out = TAKE_PTR(busy);
	return 0;
}

void busy_free(struct busy **busy_ptr)
{
	struct busy *busy = *busy_ptr;

	if (!busy)
		return;
	__atomic_store_n(&busy->stop, true, __ATOMIC_RELEASE);
	if (busy->started)
		pthread_join(busy->thread, NULL);
	for (size_t i = 0; i < busy->guest_cnt; i++)
		guest_free(&busy->guests[i]);
	free(busy);
	*busy_ptr = NULL;
}
