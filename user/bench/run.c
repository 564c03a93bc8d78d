// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching, and on some kernels detaching more so, takes seconds: so all workloads go untraced
 * first, then all under the boundaries alone, then all traced, each in a machine of its own
 * that is made anew. An idle machine stays from start to end, for the loop of nothing and for
 * the recordings to have a VM to look for.
 */
#include "bench/bench.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "bench/busy.h"
#include "bench/clock.h"
#include "bench/rounds.h"
#include "bench/verify.h"
#include "collect/describe.h"
#include "collect/session.h"
#include "collect/signals.h"
#include "target/check.h"
#include "target/leftover.h"
#include "util/cleanup.h"
#include "util/log.h"

#define DETACH_PATIENCE_S 600
#define EMPTY_ITERATIONS  100000 /* of a loop of nothing: some cycles each */

struct running {
	const struct bench_options *options;
	struct profile *profile;
	struct bench *bench;
	struct rounds idle;
	struct signals signals;
	unsigned int cpu;
};

static void progress(const struct running *running, enum bench_mode mode, size_t i)
{
	const struct bench_options *options = running->options;

	if (options->progress)
		fprintf(stderr, "\r\033[K%s: %zu of %zu, %s", bench_mode_name(mode), i + 1,
			options->workload_cnt, options->workloads[i]->name);
}

static void progress_clear_line(const struct running *running)
{
	if (running->options->progress)
		fputs("\r\033[K", stderr);
}

/* The last of the CPUs that this process may use: the first have the host's own work to do. */
static int choose_cpu(struct running *running)
{
	cpu_set_t set;

	running->cpu = running->options->cpu;
	if (running->cpu != BENCH_ANY_CPU)
		return 0;
	if (sched_getaffinity(0, sizeof(set), &set))
		return err_r(-errno, "cannot tell which CPUs there are: %s", strerror(errno));
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			running->cpu = cpu;
	return 0;
}

static int describe(struct running *running)
{
	struct bench *bench = running->bench;
	int r;

	bench->started_unix_ns = describe_unix_ns();
	bench->cpu = running->cpu;
	bench->tsc_khz = guest_tsc_khz(running->idle.guest);
	bench->measured_khz = clock_measure_khz();
	bench->constant = clock_is_constant();
	r = describe_host(&bench->host, &bench->kernel, &bench->cpu_model, &bench->version);
	if (!r &&
	    recording_set(&bench->isa, guest_isa(running->idle.guest) == GUEST_VMX ? "VMX" : "SVM"))
		r = err_r(-ENOMEM, "no memory");
	return r;
}

/* The idle machine is the first to be made: what is wrong with KVM is said here, once. */
static int prepare(struct running *running)
{
	int r = choose_cpu(running);

	running->idle.workload = &guest_workload_empty;
	if (!r)
		r = rounds_open(&running->idle, &running->cpu, running->signals.fd);
	if (!r && !running->options->untraced)
		r = target_require();
	if (!r && bench_new(&running->profile->bench))
		r = err_r(-ENOMEM, "no memory");
	running->bench = running->profile->bench;
	if (!r)
		r = describe(running);
	for (size_t i = 0; i < running->options->workload_cnt && !r; i++) {
		struct bench_row *row;

		if (bench_add_row(running->bench, running->options->workloads[i]->name, &row))
			r = err_r(-ENOMEM, "no memory");
	}
	return r;
}

/* The loop of nothing, by the same rules, but more of it: it ends in no time. */
static int measure_empty(struct running *running)
{
	struct bench_options options = *running->options;

	options.iterations = EMPTY_ITERATIONS;
	running->idle.options = &options;
	running->idle.row = &running->bench->empty;
	return rounds_run(&running->idle);
}

/* Run a workload's rounds, within @session if there is one, and see that all is as expected. */
static int measure(struct running *running, struct session *session, struct profile *profile,
		   struct rounds *rounds)
{
	struct session_work work = { .run = rounds_run, .arg = rounds };
	struct recording *recording;
	char title[64];
	int r;

	snprintf(title, sizeof(title), "bench %s", rounds->workload->name);
	work.title = title;
	if (!session) {
		r = rounds_run(rounds);
		return r || !running->options->untraced ? r : verify_count(rounds);
	}
	r = session_record(session, profile, &work, &recording);
	if (!r)
		r = verify_recording(rounds, recording);
	if (!r && rounds->mode == BENCH_TRACED)
		rounds->row->recording = profile_recording_cnt(profile);
	return r;
}

/* KVM has not what it needs, which was said. */
static int leave_out(struct bench_row *row)
{
	if (*row->note || !bench_add_note(row, "left out: this KVM has not what it needs"))
		return 0;
	return err_r(-ENOMEM, "no memory");
}

static int measure_all(struct running *running, struct session *session, struct profile *profile,
		       enum bench_mode mode)
{
	const struct bench_options *options = running->options;
	struct bench_row *row = running->bench->first;
	int r = 0;

	log_debug("measuring %s", bench_mode_name(mode));
	for (size_t i = 0; i < options->workload_cnt && !r; i++, row = row->next) {
		struct rounds rounds = {
			.options = options,
			.workload = options->workloads[i],
			.mode = mode,
			.row = row,
		};

		progress(running, mode, i);
		/* Recordings name a VM after its process. */
		prctl(PR_SET_NAME, rounds.workload->name);
		r = rounds_open(&rounds, &running->cpu, running->signals.fd);
		if (!r)
			r = measure(running, session, profile, &rounds);
		else if (r == -ENOTSUP)
			r = leave_out(row);
		rounds_close(&rounds);
	}
	prctl(PR_SET_NAME, "exitgraph");
	progress_clear_line(running);
	return r;
}

/* What is attached still costs: wait until it is gone. */
static int wait_until_detached(const struct running *running)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	struct leftover leftover;

	for (int i = 0; i < DETACH_PATIENCE_S * 20; i++) {
		leftover_find("/proc", &leftover);
		if (!leftover.process_cnt)
			return 0;
		if (signals_came(&running->signals))
			return -EINTR;
		nanosleep(&pause, NULL);
	}
	log_warn("probes of an earlier recording are still being removed: they cost, too");
	return 0;
}

/* What a signal interrupts here is said there. */
static int attach(struct session *session)
{
	int r = session_attach(session);

	return r == -EINTR ? -ECANCELED : r;
}

static int record_boundaries(struct running *running, struct session **session)
{
	const struct session_options options = { .pid = getpid(), .exits_only = true };
	_cleanup_(profile_free) struct profile *profile = NULL;
	int r = profile_new(&profile) ? err_r(-ENOMEM, "no memory") : 0;

	if (!r)
		r = session_new(&options, session);
	if (!r)
		r = attach(*session);
	return r ? r : measure_all(running, *session, profile, BENCH_BOUNDARIES);
}

/*
 * The process that takes the probes away gets all descriptors that are open: no VM shall live on
 * in it.
 */
static int measure_boundaries(struct running *running)
{
	_cleanup_(session_free) struct session *session = NULL;
	int r = record_boundaries(running, &session);

	if (r)
		rounds_close(&running->idle);
	return r;
}

/* Choose functions while all workloads run, if they are to be discovered. */
static int new_session(struct running *running, struct session **out)
{
	const struct bench_options *options = running->options;
	const struct session_options session = {
		.pid = getpid(),
		.rules = options->rules,
		.discover_ns = options->discover_ns,
		.mechanism = options->mechanism,
		.calibrate = true,
		.progress = options->progress,
	};
	_cleanup_(busy_free) struct busy *busy = NULL;
	int r = 0;

	if (options->discover_ns && !target_rules_include(options->rules, NULL))
		r = busy_new(options, &running->cpu, running->signals.fd, &busy);
	if (!r)
		r = session_new(&session, out);
	return r == -EINTR ? -ECANCELED : r;
}

static int record_traced(struct running *running, struct session **session)
{
	size_t attached, refused;
	int r;

	r = new_session(running, session);
	if (!r)
		r = attach(*session);
	if (!r)
		r = measure_all(running, *session, running->profile, BENCH_TRACED);
	if (r)
		return r;
	session_function_cnt(*session, &attached, &refused);
	running->bench->function_cnt = attached;
	r = recording_set(&running->bench->mechanism, running->profile->first->mechanism);
	return r ? err_r(r, "no memory") : 0;
}

static int measure_traced(struct running *running)
{
	_cleanup_(session_free) struct session *session = NULL;
	int r = record_traced(running, &session);

	rounds_close(&running->idle);
	return r;
}

static int run(struct running *running)
{
	int r = prepare(running);

	if (!r)
		r = wait_until_detached(running);
	if (!r)
		r = measure_empty(running);
	if (!r)
		r = measure_all(running, NULL, NULL, BENCH_UNTRACED);
	if (r || running->options->untraced)
		return r;
	r = measure_boundaries(running);
	if (!r)
		r = wait_until_detached(running);
	return r ? r : measure_traced(running);
}

int bench_run(const struct bench_options *options, struct profile *profile)
{
	struct running running = {
		.options = options,
		.profile = profile,
		.signals = SIGNALS_INIT,
	};
	int r = signals_take(&running.signals);

	if (!r)
		r = run(&running);
	rounds_close(&running.idle);
	/* One that ended a round is still there: it has done what it was to do. */
	while (signals_came(&running.signals))
		;
	signals_give_back(&running.signals);
	return r == -EINTR ? err_r(r, "interrupted; nothing is kept") : r;
}
