// SPDX-License-Identifier: GPL-2.0
#include "collect/discover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/vmm.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/stopwatch.h"

#define FOREVER_NS (~0ULL >> 2)

/* What one discovery needs while it lasts. */
struct watch {
	const struct discover_options *options;
	struct command command;
	struct discovery *discovery;
	pid_t *tids;
	size_t tid_cnt;
	char whose[64];
};

static void watch_end(struct watch *watch)
{
	discovery_free(&watch->discovery);
	command_stop(&watch->command);
	free(watch->tids);
}

/* The threads to watch. */
static int choose_threads(struct watch *watch, char *why, size_t size)
{
	const struct discover_options *options = watch->options;
	size_t vmm_cnt;
	int r;

	if (!options->command) {
		r = vmm_threads(options->pid, &watch->tids, &watch->tid_cnt, &vmm_cnt);
		if (r)
			return err_r(r, "cannot look for VMs: %s", strerror(-r));
		if (options->pid)
			snprintf(watch->whose, sizeof(watch->whose), "process %d", options->pid);
		else
			snprintf(watch->whose, sizeof(watch->whose), "%zu VM%s", vmm_cnt,
				 vmm_cnt == 1 ? "" : "s");
		snprintf(why, size, "no VM runs");
		return watch->tid_cnt ? 0 : -ENXIO;
	}
	snprintf(watch->whose, sizeof(watch->whose), "a command");
	watch->tids = malloc(sizeof(*watch->tids));
	if (!watch->tids)
		return err_r(-ENOMEM, "no memory");
	r = command_start(&watch->command, options->command, options->descriptors, options->mask);
	if (r)
		return r;
	watch->tids[0] = watch->command.pid;
	watch->tid_cnt = 1;
	return 0;
}

static int start(struct watch *watch, struct target_host *host, char *why, size_t size)
{
	const char *failed;
	int r = choose_threads(watch, why, size);

	if (r)
		return r;
	if (!vmm_pids_are_ours()) {
		snprintf(why, size, "process numbers differ from the kernel's in this container");
		return -EOPNOTSUPP;
	}
	r = discovery_start(host, watch->tids, watch->tid_cnt, &watch->discovery, &failed);
	if (!r)
		return 0;
	snprintf(why, size, "ftrace's function tracer is not to be had (%s: %s)", failed,
		 strerror(-r));
	return -EOPNOTSUPP;
}

/* The run function is what every vCPU runs: of one that does not run, nothing is known. */
static bool has_run(const struct target_host *host)
{
	static const char *const run[] = { "svm_vcpu_run", "vmx_vcpu_run" };

	for (size_t i = 0; i < ARRAY_SIZE(run); i++) {
		const struct target_function *f = target_host_find(host, run[i]);

		if (f && f->is_discovered)
			return true;
	}
	return false;
}

static int watch_and_save(struct watch *watch, struct target_host *host, struct discovered *out,
			  char *why, size_t size)
{
	const struct discover_options *options = watch->options;
	u64 duration_ns = options->duration_ns ? options->duration_ns : FOREVER_NS;
	u64 start_ns = stopwatch_now_ns();
	struct discovery_counts counts;
	int r = 0;

	if (options->command)
		r = command_go(&watch->command);
	if (r)
		return r;
	r = discovery_watch(watch->discovery, duration_ns, options->stop_fd, watch->command.pid_fd,
			    &counts);
	discovery_free(&watch->discovery);
	stopwatch_say(&start_ns, "watching for functions that run");
	if (r == -EINTR)
		return err_r(r, "interrupted while looking for functions that run");
	if (r) {
		snprintf(why, size, "ftrace's function tracer: %s", strerror(-r));
		return -EOPNOTSUPP;
	}
	if (!has_run(host)) {
		snprintf(why, size, "no vCPU ran in the time that was watched");
		return -ENODATA;
	}
	discovered_count(host, watch->whose, &counts, out);
	r = discovered_save(host, out);
	if (r)
		log_warn("what was discovered is not kept for later: %s", strerror(-r));
	return 0;
}

int discover(const struct discover_options *options, struct target_host **host_out,
	     struct discovered *out, char *why, size_t size)
{
	_cleanup_(watch_end) struct watch watch = { .options = options, .command = COMMAND_INIT };
	u64 start_ns;
	int r = 0;

	if (!*host_out)
		r = target_host_open(options->fresh, host_out);
	if (r)
		return r;
	start_ns = stopwatch_now_ns();
	r = start(&watch, *host_out, why, size);
	if (r)
		return r;
	stopwatch_say(&start_ns, "starting the function tracer");
	return watch_and_save(&watch, *host_out, out, why, size);
}
