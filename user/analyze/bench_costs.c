// SPDX-License-Identifier: GPL-2.0
#include "analyze/bench_costs.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "profile/reasons.h"
#include "util/cleanup.h"

#define KHZ_TOLERANCE 0.01 /* between KVM's and what we measured in 20 ms */
#define EXITS_MIN     0.5  /* of an iteration; the host's interrupts are far below */

static const struct median unknown = { NAN, NAN, NAN };

static void choose_khz(struct bench_costs *costs)
{
	double kvm = (double)costs->bench->tsc_khz, measured = (double)costs->bench->measured_khz;

	costs->measured = !kvm || (measured && fabs(kvm / measured - 1) > KHZ_TOLERANCE);
	costs->khz = costs->measured ? costs->bench->measured_khz : costs->bench->tsc_khz;
}

/* Cycles of one iteration, over all rounds of @mode. */
static int median_cycles(const struct bench_row *row, enum bench_mode mode, struct median *out)
{
	size_t cnt = row->round_cnt[mode];
	_cleanup_free_ double *values = calloc(cnt ?: 1, sizeof(*values));

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < cnt; i++)
		values[i] = (double)row->rounds[mode][i].cycles /
			    (double)row->rounds[mode][i].iterations;
	*out = median_of(values, cnt);
	return 0;
}

static struct bench_cost cost_of(const struct bench_costs *costs, struct median cycles)
{
	return (struct bench_cost){
		.cycles = cycles,
		.ns = costs->khz ? median_scaled(cycles, 1e6 / (double)costs->khz) : unknown,
	};
}

/* How many exits of @exit an iteration makes; 0 for what is not its own. */
static double exits_each(const struct bench_row *row, const struct bench_exit *exit)
{
	double each = (double)exit->cnt / (double)row->counted_iterations;

	return row->counted_iterations && (exit->expected || each >= EXITS_MIN) ? each : 0;
}

static double count_exits(const struct bench_row *row)
{
	double exits = 0;

	for (size_t i = 0; i < row->exit_cnt; i++)
		exits += exits_each(row, &row->exits[i]);
	return row->counted_iterations ? exits : NAN;
}

/* How many cycles of @reason, of a vCPU of @isa, an iteration has. */
static double cycles_each(const struct bench_row *row, enum isa isa, const struct reason *reason)
{
	char name[REASON_NAME_MAX];

	reason_name(isa, reason->code, name);
	for (size_t i = 0; i < row->exit_cnt; i++)
		if (!strcmp(row->exits[i].reason, name))
			return exits_each(row, &row->exits[i]);
	return 0;
}

static void add_reason(const struct correction *correction, const struct recording *recording,
		       const struct reason *reason, double each, struct bench_line *line)
{
	struct corrected cycle = correct_cycle(correction, reason);
	double ns[PHASE_COUNT];

	phase_sums(recording, reason, NULL, NULL, ns);
	for (int i = 0; i < PHASE_COUNT; i++)
		line->phase_ns[i] += ns[i] * each;
	cycle = corrected_mean(&cycle, reason->cycle_cnt);
	line->corrected.is_known &= cycle.is_known;
	line->corrected.ns += each * cycle.ns;
	/* All of them are off in the same direction, for the same constants were taken out. */
	line->corrected.uncertainty_ns += each * cycle.uncertainty_ns;
}

/* Cycles of each reason, as many as an iteration has exits for it. */
static int add_recording(const struct recording *recording, struct bench_line *line)
{
	_cleanup_(correction_free) struct correction *correction = NULL;

	if (correction_new(recording, &correction))
		return -ENOMEM;
	line->corrected.is_known = true;
	recording_for_each_vcpu (vcpu, recording) {
		vcpu_for_each_reason (reason, vcpu) {
			double each = cycles_each(line->row, vcpu->isa, reason);

			if (each > 0)
				add_reason(correction, recording, reason, each, line);
		}
	}
	return 0;
}

static int fill_line(const struct bench_costs *costs, const struct profile *profile,
		     const struct bench_row *row, struct bench_line *line)
{
	const struct recording *recording = profile_recording(profile, row->recording);
	struct median cycles;

	line->row = row;
	line->exits = count_exits(row);
	for (int i = 0; i < PHASE_COUNT; i++)
		line->phase_ns[i] = recording ? 0 : NAN;
	if (recording && add_recording(recording, line))
		return -ENOMEM;
	line->corrected.ns -= costs->loop.ns.value;
	for (int mode = 0; mode < BENCH_MODE_COUNT; mode++) {
		if (median_cycles(row, mode, &cycles))
			return -ENOMEM;
		line->cost[mode] = cost_of(costs, median_less(cycles, costs->loop.cycles));
	}
	return 0;
}

int bench_costs_new(const struct profile *profile, struct bench_costs **out)
{
	_cleanup_(bench_costs_free) struct bench_costs *costs = calloc(1, sizeof(*costs));
	struct median loop;
	size_t cnt = 0;

	if (!costs)
		return -ENOMEM;
	costs->bench = profile->bench;
	choose_khz(costs);
	if (median_cycles(&profile->bench->empty, BENCH_UNTRACED, &loop))
		return -ENOMEM;
	costs->loop = cost_of(costs, loop);
	bench_for_each_row(row, profile->bench) cnt++;
	costs->lines = calloc(cnt ?: 1, sizeof(*costs->lines));
	if (!costs->lines)
		return -ENOMEM;
	bench_for_each_row(
		row,
		profile->bench) if (fill_line(costs, profile, row,
					      &costs->lines[costs->line_cnt++])) return -ENOMEM;
	*out = TAKE_PTR(costs);
	return 0;
}

void bench_costs_free(struct bench_costs **costs)
{
	if (!*costs)
		return;
	free((*costs)->lines);
	free(*costs);
	*costs = NULL;
}

double bench_error(const struct bench_line *line)
{
	double untraced_ns = line->cost[BENCH_UNTRACED].ns.value;

	return line->corrected.is_known && untraced_ns > 0 ? line->corrected.ns / untraced_ns - 1 :
							     NAN;
}

double bench_inflation(const struct bench_line *line, enum bench_mode mode)
{
	double untraced = line->cost[BENCH_UNTRACED].cycles.value;

	return untraced > 0 ? line->cost[mode].cycles.value / untraced : NAN;
}

bool bench_exits(const struct bench_line *line)
{
	bool expected = false;

	for (size_t i = 0; i < line->row->exit_cnt; i++)
		expected |= line->row->exits[i].expected > 0;
	return isnan(line->exits) ? expected : line->exits >= EXITS_MIN;
}
