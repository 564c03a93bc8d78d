// SPDX-License-Identifier: GPL-2.0
/*
 * How the accounting, the live state and the report scale: a simulation in user space (the
 * headers of bpf/ are compiled here, too) of up to 512 vCPUs with 60 calls an exit, see
 * tests/unit/life.h.
 *
 *	scale [--cycles N] [--accounting | -o FILE]
 *
 *  - What a call costs, by how many vCPUs there are and by how long they have lived: flat in
 *    both. In ns, which the caches of this machine have their part in; scripts/bench-scale
 *    lets valgrind count the instructions of the functions named account_VCPUS_PART().
 *  - What it takes to look at the live state of all vCPUs.
 *  - What it takes to write their profile, and to read and show it.
 */
#include "life.h"

#include <argp.h>
#include <time.h>
#include <x86intrin.h>

#include "collect/snapshot.h"
#include "profile/store.h"
#include "render/report.h"
#include "util/log.h"

#define VCPUS_MAX 512
#define PARTS	  3
#define TURN	  1000 /* cycles of a vCPU in a row: a time slice of 10 ms, at 100,000 exits/s */
#define REPEATS	  20
#define TICKS_MAX 100000 /* of accounting for a cycle; some 40 us */

struct options {
	unsigned long cycles; /* of each vCPU */
	bool accounting;      /* nothing else */
	const char *output;
};

struct host {
	struct life life;
	struct fixture *vcpus[VCPUS_MAX];
	u64 seeds[VCPUS_MAX];
	u32 vcpu_cnt;
};

static u64 clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (u64)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Both clocks: this machine may be busy with other things, too. */
struct stopwatch {
	u64 wall_ns, cpu_ns;
};

static struct stopwatch start(void)
{
	return (struct stopwatch){ clock_ns(CLOCK_MONOTONIC), clock_ns(CLOCK_PROCESS_CPUTIME_ID) };
}

static struct stopwatch stop(struct stopwatch from)
{
	struct stopwatch now = start();

	return (struct stopwatch){ now.wall_ns - from.wall_ns, now.cpu_ns - from.cpu_ns };
}

static void print_times(const char *what, struct stopwatch took)
{
	printf("  %9.2f ms, %9.2f of the CPU  %s\n", took.wall_ns / 1e6, took.cpu_ns / 1e6, what);
}

/* One function for each cell of the table, for a profiler to tell their instructions apart. */
typedef void account_fn(struct fixture *f);

#define CELL(vcpus, part)                                                                 \
	static __attribute__((noinline)) void account_##vcpus##_##part(struct fixture *f) \
	{                                                                                 \
		life_account(f);                                                          \
	}
#define ROW(vcpus) CELL(vcpus, first) CELL(vcpus, middle) CELL(vcpus, last)

ROW(1)
ROW(8)
ROW(64)
ROW(512)

#define CELLS(vcpus)                                                                              \
	{                                                                                         \
		vcpus,                                                                            \
		{                                                                                 \
			account_##vcpus##_first, account_##vcpus##_middle, account_##vcpus##_last \
		}                                                                                 \
	}

static const struct row {
	u32 vcpu_cnt;
	account_fn *account[PARTS];
} rows[] = { CELLS(1), CELLS(8), CELLS(64), CELLS(512) };

static void host_start(struct host *host, u32 vcpu_cnt)
{
	life_make(&host->life);
	host->vcpu_cnt = vcpu_cnt;
	for (u32 i = 0; i < vcpu_cnt; i++) {
		setup((void **)&host->vcpus[i]);
		host->seeds[i] = i + 1;
		host->vcpus[i]->st->pid = 1000 + i / 8;
		host->vcpus[i]->st->tid = 10000 + i;
		host->vcpus[i]->st->vcpu_id = i % 8;
		host->vcpus[i]->st->isa = ISA_SVM;
	}
}

static void host_stop(struct host *host)
{
	for (u32 i = 0; i < host->vcpu_cnt; i++)
		teardown((void **)&host->vcpus[i]);
}

/* Let all vCPUs live for @cycles each; the time stamp counter's ticks that accounting took. */
static u64 host_live(struct host *host, unsigned long cycles, account_fn *account)
{
	u64 ticks = 0;

	for (unsigned long from = 0; from < cycles; from += TURN) {
		unsigned long cnt = cycles - from < TURN ? cycles - from : TURN;

		for (u32 v = 0; v < host->vcpu_cnt; v++) {
			struct fixture *f = host->vcpus[v];

			for (unsigned long i = 0; i < cnt; i++) {
				u64 from_tick, took;

				life_log(&host->life, f, &host->seeds[v]);
				from_tick = __rdtsc();
				account(f);
				took = __rdtsc() - from_tick;
				/* Somebody else had the CPU. */
				ticks += took < TICKS_MAX ? took : 0;
			}
		}
	}
	return ticks;
}

/* ns of one tick, from the whole run so far. */
static double tick_ns(void)
{
	static u64 start_ticks, start_ns;

	if (!start_ns) {
		start_ticks = __rdtsc();
		start_ns = clock_ns(CLOCK_MONOTONIC);
		return 0;
	}
	return (double)(clock_ns(CLOCK_MONOTONIC) - start_ns) / (double)(__rdtsc() - start_ticks);
}

static u64 lost(const struct host *host)
{
	u64 sum = 0;

	for (u32 v = 0; v < host->vcpu_cnt; v++)
		for (u32 i = 0; i < XG_LOSS_KERNEL_COUNT; i++)
			sum += host->vcpus[v]->st->loss[i];
	return sum;
}

static void bench_accounting(struct host *host, const struct options *options)
{
	printf("accounting: %d reasons, %d calls an exit, %lu exits of each vCPU\n", LIFE_REASONS,
	       LIFE_CALLS, options->cycles);
	printf("  vCPUs  ns/call: first third  middle third  last third\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned long cycles = options->cycles / PARTS;

		host_start(host, rows[i].vcpu_cnt);
		printf("  %5u", rows[i].vcpu_cnt);
		for (int part = 0; part < PARTS; part++) {
			u64 ticks = host_live(host, cycles, rows[i].account[part]);
			double calls = (double)rows[i].vcpu_cnt * cycles * LIFE_CALLS;

			printf("  %*.2f", part ? 12 : 20, ticks * tick_ns() / calls);
			fflush(stdout);
		}
		printf("\n");
		if (lost(host))
			printf("  %llu cycles were lost\n", (unsigned long long)lost(host));
		/* The last one's state is looked at. */
		if (i + 1 < ARRAY_SIZE(rows) || options->accounting)
			host_stop(host);
	}
}

/* What is read comes from memory, as after a while in which others had the caches. */
static void clear_caches(void)
{
	static volatile char other[128 << 20];

	for (size_t i = 0; i < sizeof(other); i += 64)
		other[i]++;
}

struct look {
	struct host *host;
	struct recording *recording;
	const u32 *function_of;
	u64 sum;
};

static void look_at_exits(struct look *look)
{
	for (u32 v = 0; v < look->host->vcpu_cnt; v++)
		look->sum += snapshot_exit_cnt(look->host->vcpus[v]->st);
}

/* What a list of vCPUs and reasons needs: exits, time and the extremes of each. */
static void look_at_reasons(struct look *look)
{
	for (u32 v = 0; v < look->host->vcpu_cnt; v++) {
		const struct xg_vcpu_state *st = look->host->vcpus[v]->st;

		for (u32 i = 0; i < XG_REASONS && st->reasons[i].root; i++) {
			const struct xg_node *node = &st->nodes[st->reasons[i].latency % XG_NODES];

			look->sum += node->calls + node->inclusive_ns + node->max_ns;
		}
	}
}

/* All of it into one tree a reason, as a live view shows it. */
static void add_up_all(struct look *look)
{
	struct vcpu sum = { 0 };

	for (u32 v = 0; v < look->host->vcpu_cnt; v++)
		snapshot_add(look->host->vcpus[v]->st, look->function_of, LIFE_FUNCTIONS, &sum);
	vcpu_clear(&sum);
}

static void take_all(struct look *look)
{
	for (u32 v = 0; v < look->host->vcpu_cnt; v++)
		snapshot_take(look->host->vcpus[v]->st, "vm", look->function_of, LIFE_FUNCTIONS,
			      look->recording);
}

static void bench_look(const char *what, void (*function)(struct look *look), struct look *look)
{
	struct stopwatch best = { 0 };

	for (int i = 0; i < REPEATS; i++) {
		struct stopwatch took;

		clear_caches();
		took = start();
		function(look);
		took = stop(took);
		if (!i || took.wall_ns < best.wall_ns)
			best.wall_ns = took.wall_ns;
		if (!i || took.cpu_ns < best.cpu_ns)
			best.cpu_ns = took.cpu_ns;
	}
	print_times(what, best);
}

static size_t node_cnt(const struct host *host)
{
	size_t cnt = 0;

	for (u32 v = 0; v < host->vcpu_cnt; v++)
		cnt += host->vcpus[v]->st->node_n - 1;
	return cnt;
}

/* Everything of all vCPUs into a new profile. */
static struct profile *bench_state(struct host *host)
{
	static u32 function_of[LIFE_FUNCTIONS];
	struct look look = { .host = host, .function_of = function_of };
	struct profile *profile = NULL;
	struct stopwatch watch;

	if (profile_new(&profile) || profile_add_recording(profile, &look.recording))
		exit(1);
	look.recording->duration_ns = 1000000000;
	for (u32 i = 0; i < LIFE_FUNCTIONS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "kvm_function_%u", i);
		if (recording_add_function(look.recording, name, "kvm", &function_of[i]))
			exit(1);
	}
	printf("live state of %u vCPUs with %zu nodes, from memory:\n", host->vcpu_cnt,
	       node_cnt(host));
	bench_look("exits of each vCPU", look_at_exits, &look);
	bench_look("exits, time and extremes of each vCPU and reason", look_at_reasons, &look);
	bench_look("all trees and histograms, added up", add_up_all, &look);
	clear_caches();
	watch = start();
	take_all(&look);
	print_times("all of it into a profile", stop(watch));
	return profile;
}

static int show(const struct profile *profile, bool per_vcpu)
{
	static const struct selection everything;
	static const struct report_options options;
	struct view *view = NULL;
	FILE *null = fopen("/dev/null", "w");
	int r = null ? view_new(profile->first, 1, &everything, per_vcpu, &view) : -1;

	if (!r)
		r = report_text.render(&view, 1, &options, null);
	view_free(&view);
	if (null)
		fclose(null);
	return r;
}

static int bench_report(struct profile **written, const char *path)
{
	struct profile *profile = NULL;
	struct store *store = NULL;
	struct stopwatch watch = start();
	int r;

	printf("its profile and report:\n");
	r = store_create(path, &store);
	if (!r)
		r = store_commit(store, *written);
	store_free(&store);
	print_times("written", stop(watch));
	profile_free(written);
	watch = start();
	if (!r)
		r = store_read(path, &profile);
	print_times("read", stop(watch));
	watch = start();
	if (!r)
		r = show(profile, false);
	print_times("shown, all vCPUs added up", stop(watch));
	watch = start();
	if (!r)
		r = show(profile, true);
	print_times("shown, each vCPU", stop(watch));
	watch = start();
	profile_free(&profile);
	print_times("freed", stop(watch));
	return r;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'c':
		options->cycles = strtoul(arg, NULL, 10);
		return options->cycles < PARTS ? EINVAL : 0;
	case 'a':
		options->accounting = true;
		return 0;
	case 'o':
		options->output = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp_option table[] = {
		{ "cycles", 'c', "N", 0, "exits of each vCPU (9000)", 0 },
		{ "accounting", 'a', NULL, 0, "the accounting alone", 0 },
		{ "output", 'o', "FILE", 0, "keep the profile of 512 vCPUs in FILE", 0 },
		{ 0 },
	};
	static const struct argp argp = { .options = table, .parser = parse };
	struct options options = { .cycles = 9000, .output = "scale.xg" };
	static struct host host;
	struct profile *profile;

	if (argp_parse(&argp, argc, argv, 0, NULL, &options))
		return 2;
	tick_ns();
	bench_accounting(&host, &options);
	if (options.accounting)
		return 0;
	profile = bench_state(&host);
	host_stop(&host);
	return bench_report(&profile, options.output) ? 1 : 0;
}
