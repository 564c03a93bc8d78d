// SPDX-License-Identifier: GPL-2.0
#include "collect/calibrate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analyze/calibrate.h"
#include "attach/mechanism.h"
#include "attach/trial.h"
#include "collect/calibrate_cache.h"
#include "collect/describe.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/stopwatch.h"

#define RUNS_OF_BATCH 64
#define WARM_UP	      2 /* batches */
#define BATCHES_MIN   16
#define BATCHES_MAX   120
#define ENOUGH_NS     4000000 /* from so long on, BATCHES_MIN will do */

static void say_why_not(struct calibration *out, const char *mechanism, const char *what, int r)
{
	snprintf(out->why_not, sizeof(out->why_not), "%s: %s: %s", mechanism, what, strerror(-r));
	log_debug("not calibrated: %s", out->why_not);
}

static int run_batches(struct trial *trial, struct calibrate *calibrate, bool idle)
{
	u64 start_ns = stopwatch_now_ns(), ns;

	for (int i = -WARM_UP; i < BATCHES_MAX; i++) {
		const struct xg_record *records;
		size_t cnt;
		int r = trial_run(trial, RUNS_OF_BATCH, &ns, &records, &cnt);

		if (r)
			return r;
		if (i >= 0 && idle)
			calibrate_take_idle(calibrate, (double)ns / RUNS_OF_BATCH);
		else if (i >= 0)
			calibrate_take(calibrate, (double)ns / RUNS_OF_BATCH, records, cnt);
		if (i >= BATCHES_MIN && stopwatch_now_ns() - start_ns > ENOUGH_NS)
			break;
	}
	return 0;
}

/* By @mechanism, into @out; what failed, into *@what. */
static int measure(struct trial *trial, const struct mechanism *mechanism, struct calibration *out,
		   const char **what)
{
	_cleanup_(calibrate_free) struct calibrate *calibrate = NULL;
	u32 first_id, arg_cnts[TRIAL_GROUP_MAX], cnt;
	int r;

	*what = "the kernel has no more functions to test probes on";
	r = trial_next(trial, &first_id, arg_cnts, &cnt);
	if (r)
		return r;
	*what = "cannot measure";
	r = calibrate_new(first_id, arg_cnts, cnt, &calibrate);
	if (!r)
		r = run_batches(trial, calibrate, true);
	if (r)
		return r;
	*what = "cannot attach to the kernel's functions for testing probes";
	r = trial_attach(trial, mechanism);
	if (r)
		return r;
	*what = "cannot measure";
	r = run_batches(trial, calibrate, false);
	return r ?: calibrate_result(calibrate, mechanism->name, out);
}

/* Likewise the boundaries. */
static int measure_boundaries(struct trial *trial, struct calibration *out, const char **what)
{
	_cleanup_free_ u32 *gaps = calloc(CALIBRATE_GAPS_MAX, sizeof(*gaps));
	const struct xg_record *records;
	size_t cnt = 0, record_cnt;
	int r = gaps ? 0 : -ENOMEM;

	*what = "cannot attach to the kernel's tracepoint for testing programs";
	if (!r)
		r = trial_attach_boundaries(trial);
	*what = r ? *what : "cannot measure";
	for (int i = -WARM_UP; !r && i < BATCHES_MIN; i++) {
		r = trial_run_boundaries(trial, RUNS_OF_BATCH, &records, &record_cnt);
		if (!r && i >= 0)
			cnt = calibrate_gaps(gaps, cnt, records, record_cnt);
	}
	return r ?: calibrate_boundaries(gaps, cnt, out);
}

/* What @mechanism is called here; NULL stands for the boundaries. */
static const char *name_of(const struct mechanism *mechanism)
{
	return mechanism ? mechanism->name : CALIBRATION_BOUNDARY;
}

/* And in the cache. */
static const char *file_of(const struct mechanism *mechanism)
{
	return mechanism && mechanism->option ? mechanism->option : name_of(mechanism);
}

static void measure_and_keep(struct trial *trial, const struct mechanism *mechanism,
			     struct calibration *out)
{
	u64 now_ns = describe_unix_ns();
	const char *what;
	int r = mechanism ? measure(trial, mechanism, out, &what)
			  : measure_boundaries(trial, out, &what);

	if (r) {
		say_why_not(out, name_of(mechanism), what, r);
		return;
	}
	out->measured_unix_ns = now_ns;
	r = calibrate_cache_save(file_of(mechanism), name_of(mechanism), out);
	if (r)
		log_debug("what the probes cost is not cached: %s", strerror(-r));
}

static void say(const struct calibration *calibration)
{
	for (size_t i = 0; i < calibration->cnt; i++) {
		const struct calibration_row *row = &calibration->rows[i];

		log_debug("%s, %u argument%s: %.1f +- %.1f ns within a call's own time, %.1f +- "
			  "%.1f ns around it",
			  row->mechanism, row->arg_cnt, row->arg_cnt == 1 ? "" : "s", row->own.ns,
			  row->own.error_ns, row->around.ns, row->around.error_ns);
	}
}

int calibrate_cached(const struct mechanism *mechanism, struct calibration *out)
{
	return calibrate_cache_load(file_of(mechanism), name_of(mechanism), out);
}

/*
 * What most functions go by must be known for more than one number of arguments; where it went
 * second when it was measured, it is not.
 */
static int take_cached(const struct mechanism *mechanism, bool is_first, struct calibration *out)
{
	struct calibration found = *out;
	int r = calibrate_cached(mechanism, &found);

	if (!r && is_first && found.cnt < out->cnt + 2)
		r = -ENODATA;
	log_debug("the cache of what probes by %s cost: %s", name_of(mechanism),
		  r ? strerror(-r) : "taken");
	if (!r)
		*out = found;
	return r;
}

void calibrate_probes(struct attach *attach, const struct attach_function *functions, size_t cnt,
		      bool fresh, struct calibration *out)
{
	const struct mechanism *mechanisms[MECHANISMS_MAX + 1];
	size_t mechanism_cnt = attach_mechanisms(attach, functions, cnt, mechanisms);
	_cleanup_(trial_free) struct trial *trial = NULL;
	u64 start_ns = stopwatch_now_ns();
	int r;

	*out = (struct calibration){ 0 };
	mechanisms[mechanism_cnt++] = NULL;
	for (size_t i = 0; i < mechanism_cnt; i++) {
		if (!fresh && !take_cached(mechanisms[i], !i && mechanisms[i], out))
			continue;
		r = trial ? 0 : trial_new(attach, &trial);
		if (r)
			say_why_not(out, name_of(mechanisms[i]),
				    "the kernel's functions for testing probes", r);
		else
			measure_and_keep(trial, mechanisms[i], out);
	}
	say(out);
	stopwatch_say(&start_ns, "calibrating");
}
