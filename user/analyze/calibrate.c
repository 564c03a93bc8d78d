// SPDX-License-Identifier: GPL-2.0
#include "analyze/calibrate.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/cleanup.h"

#define SAMPLES_MAX 8192
#define SAMPLES_MIN 64
#define BATCHES_MAX 256
#define BLOCKS	    8 /* of samples, in the order in which they came */
#define NS_SHIFT    6 /* batches' samples are in parts of a ns */

/*
 * What stands in for the boundaries' programs saves fewer registers than they do, at a tracepoint
 * of one argument in place of two. Counted in instructions, on Linux 6.12 and 7.2 they take 7 %
 * more.
 */
#define STAND_IN_ERROR 0.1

/*
 * What the probes take on empty functions that are called again and again is not what they take
 * elsewhere. In counted instructions, which know no caches, trampolines agree within 0.5 %, kprobes
 * within 1.8 % (they take fewer where many functions have one).
 */
#define START_UP_ERROR 0.02

/* Instructions of an empty function, and of calling it, without those for each argument. */
#define BODY_INSNS   2
#define CALLER_INSNS 3

struct samples {
	u32 *v;
	u32 cnt, max;
};

struct calibrate {
	u32 first_id, cnt;
	u32 arg_cnts[CALIBRATE_FUNCTIONS];
	struct samples own[CALIBRATE_FUNCTIONS];
	struct samples around[CALIBRATE_FUNCTIONS]; /* of the first: none */
	struct samples idle, run;		    /* a batch's; in parts of a ns */
};

void calibrate_free(struct calibrate **calibrate)
{
	struct calibrate *c = *calibrate;

	if (!c)
		return;
	for (u32 i = 0; i < CALIBRATE_FUNCTIONS; i++) {
		free(c->own[i].v);
		free(c->around[i].v);
	}
	free(c->idle.v);
	free(c->run.v);
	free(c);
	*calibrate = NULL;
}

static int samples_new(struct samples *samples, u32 max)
{
	samples->v = calloc(max, sizeof(*samples->v));
	samples->max = max;
	return samples->v ? 0 : -ENOMEM;
}

int calibrate_new(u32 first_id, const u32 *arg_cnts, u32 cnt, struct calibrate **out)
{
	_cleanup_(calibrate_free) struct calibrate *c = NULL;
	int r;

	if (cnt < 2 || cnt > CALIBRATE_FUNCTIONS)
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->first_id = first_id;
	c->cnt = cnt;
	r = samples_new(&c->idle, BATCHES_MAX) ?: samples_new(&c->run, BATCHES_MAX);
	for (u32 i = 0; !r && i < cnt; i++) {
		c->arg_cnts[i] = arg_cnts[i];
		r = samples_new(&c->own[i], SAMPLES_MAX) ?: samples_new(&c->around[i], SAMPLES_MAX);
	}
	if (!r)
		*out = TAKE_PTR(c);
	return r;
}

static void add(struct samples *samples, u64 value)
{
	if (samples->cnt < samples->max && value <= UINT32_MAX)
		samples->v[samples->cnt++] = value;
}

static void add_batch(struct samples *samples, double run_ns)
{
	if (run_ns >= 0 && run_ns < UINT32_MAX >> NS_SHIFT)
		add(samples, run_ns * (1 << NS_SHIFT));
}

void calibrate_take_idle(struct calibrate *c, double run_ns)
{
	add_batch(&c->idle, run_ns);
}

/* The function that a record is of; the count of them if it is none. */
static u32 function_of(const struct calibrate *c, const struct xg_record *record)
{
	u64 i = (record->code >> 1) - c->first_id;

	return i < c->cnt ? i : c->cnt;
}

/* What one record and the next are the ends of. */
static void take_pair(struct calibrate *c, const struct xg_record *from, const struct xg_record *to)
{
	u32 i = function_of(c, from), j = function_of(c, to);
	u64 ns = to->clock_ns - from->clock_ns; /* huge if the clock went back */

	if (i == c->cnt || j == c->cnt)
		return;
	if (!(from->code & 1) && to->code & 1 && i == j)
		add(&c->own[i], ns);
	else if (from->code & 1 && !(to->code & 1) && j == i + 1)
		add(&c->around[j], ns);
}

void calibrate_take(struct calibrate *c, double run_ns, const struct xg_record *records, size_t cnt)
{
	add_batch(&c->run, run_ns);
	for (size_t i = 1; i < cnt; i++)
		take_pair(c, &records[i - 1], &records[i]);
}

static int compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Of the middle half; @v becomes sorted. */
static double middle_mean(u32 *v, size_t cnt)
{
	size_t from = cnt / 4, to = cnt - cnt / 4;
	double sum = 0;

	qsort(v, cnt, sizeof(*v), compare);
	for (size_t i = from; i < to; i++)
		sum += v[i];
	return sum / (to - from);
}

/* By how much the means of blocks differ: that has what drifts in it, as single samples have not.
 */
static double blocks_error(u32 *v, size_t cnt)
{
	double means[BLOCKS], mean = 0, sum = 0;

	for (size_t i = 0; i < BLOCKS; i++) {
		means[i] = middle_mean(v + cnt * i / BLOCKS,
				       cnt * (i + 1) / BLOCKS - cnt * i / BLOCKS);
		mean += means[i] / BLOCKS;
	}
	for (size_t i = 0; i < BLOCKS; i++)
		sum += (means[i] - mean) * (means[i] - mean);
	return sqrt(sum / (BLOCKS - 1) / BLOCKS);
}

int calibrate_value(u32 *samples, size_t cnt, struct calibration_value *out)
{
	if (cnt < BLOCKS)
		return -ENODATA;
	out->error_ns = blocks_error(samples, cnt);
	out->ns = middle_mean(samples, cnt);
	out->spread_ns = (double)samples[(cnt - 1) * 3 / 4] - samples[(cnt - 1) / 4];
	return 0;
}

/* As calibrate_value(), of a copy. */
static int value_of(const struct samples *samples, size_t min, struct calibration_value *out)
{
	_cleanup_free_ u32 *copy = NULL;

	if (samples->cnt < min)
		return -ENODATA;
	copy = malloc(samples->cnt * sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	for (u32 i = 0; i < samples->cnt; i++)
		copy[i] = samples->v[i];
	return calibrate_value(copy, samples->cnt, out);
}

/*
 * Of batches, which are too few for blocks: the error as a median's, had they a normal distribution
 * with these quartiles.
 */
static int batches_value(const struct samples *samples, struct calibration_value *out)
{
	int r = value_of(samples, BLOCKS, out);

	out->ns /= 1 << NS_SHIFT;
	out->spread_ns /= 1 << NS_SHIFT;
	out->error_ns = 1.25 * out->spread_ns / 1.35 / sqrt(samples->cnt);
	return r;
}

size_t calibrate_gaps(u32 *gaps, size_t cnt, const struct xg_record *records, size_t record_cnt)
{
	/* Two programs, two records each: the gap is in the middle. */
	for (size_t i = 3; i < record_cnt && cnt < CALIBRATE_GAPS_MAX; i += 4) {
		const struct xg_record *from = &records[i - 2], *to = &records[i - 1];
		u64 ns = to->clock_ns - from->clock_ns;

		if (from->code == XG_CODE_RETURN(XG_ID_BOUNDARY) &&
		    to->code == XG_CODE_ENTRY(XG_ID_BOUNDARY) && ns <= UINT32_MAX)
			gaps[cnt++] = ns;
	}
	return cnt;
}

int calibrate_boundaries(u32 *gaps, size_t cnt, struct calibration *out)
{
	struct calibration_row row = { .mechanism = CALIBRATION_BOUNDARY, .sample_cnt = cnt };
	int r = cnt < SAMPLES_MIN ? -ENODATA : calibrate_value(gaps, cnt, &row.around);

	row.around.error_ns = hypot(row.around.error_ns, STAND_IN_ERROR * row.around.ns);
	return r ?: calibration_add(out, &row);
}

/* What was measured of each function, with what it does itself still in it. */
struct raw {
	struct calibration_value own[CALIBRATE_FUNCTIONS], around[CALIBRATE_FUNCTIONS];
	double longer_ns, longer_error_ns; /* of a run, with the probes */
};

/* Before the first function's entry there is nothing that tells: on the line through the others. */
static double around_of_first(const struct calibrate *c, const struct raw *raw)
{
	u32 last = c->cnt - 1;
	double args = (double)c->arg_cnts[last] - c->arg_cnts[1];

	if (!args)
		return raw->around[1].ns;
	return raw->around[1].ns + (raw->around[last].ns - raw->around[1].ns) *
					   ((double)c->arg_cnts[0] - c->arg_cnts[1]) / args;
}

static int measure(const struct calibrate *c, struct raw *raw)
{
	struct calibration_value idle = { 0 }, run = { 0 };
	int r = batches_value(&c->idle, &idle) ?: batches_value(&c->run, &run);

	for (u32 i = 0; !r && i < c->cnt; i++)
		r = value_of(&c->own[i], SAMPLES_MIN, &raw->own[i]);
	for (u32 i = 1; !r && i < c->cnt; i++)
		r = value_of(&c->around[i], SAMPLES_MIN, &raw->around[i]);
	if (r)
		return r;
	raw->around[0].ns = around_of_first(c, raw);
	raw->longer_ns = run.ns - idle.ns;
	raw->longer_error_ns = hypot(run.error_ns, idle.error_ns);
	return 0;
}

/* What an instruction takes of the functions and their callers; and by how much that may be off. */
static double insn_ns(const struct calibrate *c, const struct raw *raw, double *error_ns)
{
	double sum_ns = -raw->longer_ns, insns = 0;

	for (u32 i = 0; i < c->cnt; i++) {
		sum_ns += raw->own[i].ns + raw->around[i].ns;
		insns += BODY_INSNS + CALLER_INSNS + 2 * c->arg_cnts[i];
	}
	*error_ns = raw->longer_error_ns / insns;
	return fmax(0, sum_ns / insns);
}

/* And by how much more, for an empty function is not one of KVM's: see START_UP_ERROR. */
static void allow_for_others(struct calibration_value *value)
{
	value->error_ns = hypot(value->error_ns, START_UP_ERROR * value->ns);
}

/* @value without @insns instructions of the function or its caller. */
static void take_out(struct calibration_value *value, double insns, double ns, double error_ns)
{
	double out_ns = fmin(insns * ns, value->ns);

	value->ns -= out_ns;
	value->error_ns = hypot(value->error_ns, hypot(out_ns / 2, insns * error_ns));
}

int calibrate_result(const struct calibrate *c, const char *mechanism, struct calibration *out)
{
	struct raw raw;
	double ns, error_ns;
	int r = measure(c, &raw);

	if (r)
		return r;
	ns = insn_ns(c, &raw, &error_ns);
	for (u32 i = 1; i < c->cnt; i++) {
		struct calibration_row row = {
			.arg_cnt = c->arg_cnts[i],
			.own = raw.own[i],
			.around = raw.around[i],
			.sample_cnt =
				c->own[i].cnt < c->around[i].cnt ? c->own[i].cnt : c->around[i].cnt,
		};

		snprintf(row.mechanism, sizeof(row.mechanism), "%s", mechanism);
		take_out(&row.own, BODY_INSNS + row.arg_cnt, ns, error_ns);
		take_out(&row.around, CALLER_INSNS + row.arg_cnt, ns, error_ns);
		allow_for_others(&row.own);
		allow_for_others(&row.around);
		r = calibration_add(out, &row);
		if (r && r != -EINVAL)
			return r;
	}
	return 0;
}
