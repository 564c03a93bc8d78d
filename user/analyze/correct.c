// SPDX-License-Identifier: GPL-2.0
#include "analyze/correct.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "util/cleanup.h"

#define COVERAGE	   2 /* standard uncertainties */

#define EXITS_MIN	   100	/* of a reason, in each kind of window */
#define SCALE_ERROR_MAX	   0.1	/* of what windows say; who knows less takes the mean of others */
#define SCALE_ERROR_MIN	   0.01 /* even if nothing differs between two exits of a window */
#define OTHER_REASON_ERROR 0.02 /* between reasons, besides what is seen of that */

/* What the probes of a number of calls cost, and by how much that may be off. */
struct cost {
	bool is_known;
	double ns, error_ns;
};

static const struct cost NOTHING = { .is_known = true };

/* Of a call: in its own time, and besides in that of those above it; and both. */
struct call_cost {
	struct cost own, around, all;
};

struct scale {
	double factor, error;
};

struct reason_scale {
	u64 code;
	struct scale scale;
};

struct correction {
	const struct recording *recording;
	struct call_cost *calls; /* by function */
	struct cost boundary;	 /* what is left of the boundaries' programs in each phase */
	struct reason_scale *scales;
	size_t scale_cnt;
	struct scale common; /* of reasons that no window has enough of */
	bool has_windows;
};

static void cost_add(struct cost *sum, const struct cost *cost, double times)
{
	if (times == 0)
		return;
	sum->is_known &= cost->is_known;
	sum->ns += times * cost->ns;
	sum->error_ns += times * cost->error_ns;
}

static void cost_add_value(struct cost *sum, const struct calibration_value *value)
{
	sum->ns += value->ns;
	sum->error_ns += value->error_ns;
}

static struct call_cost call_cost(const struct recording *recording,
				  const struct function *function)
{
	struct calibration_value own, around;
	struct call_cost cost = { 0 };

	if (!calibration_find(&recording->calibration, function->mechanism, function->arg_cnt, &own,
			      &around))
		return cost;
	cost.own = cost.around = cost.all = NOTHING;
	cost_add_value(&cost.own, &own);
	cost_add_value(&cost.around, &around);
	cost_add(&cost.all, &cost.own, 1);
	cost_add(&cost.all, &cost.around, 1);
	return cost;
}

/* What the probes of @node's calls cost, at all, and those of all below it. */
static void add_calls(const struct correction *c, const struct node *node, struct cost *sum)
{
	if (node->kind == NODE_CALL)
		cost_add(sum, &c->calls[node->function].all, node->dist.count);
	tree_for_each_child (child, node->first_child)
		add_calls(c, child, sum);
}

static void add_children(const struct correction *c, const struct node *first, struct cost *sum)
{
	tree_for_each_child (child, (struct node *)first)
		add_calls(c, child, sum);
}

/* Guest phases below @node, itself included. */
static u64 guest_phase_cnt(const struct node *node)
{
	u64 cnt = node->kind == NODE_GUEST ? node->dist.count : 0;

	tree_for_each_child (child, node->first_child)
		cnt += guest_phase_cnt(child);
	return cnt;
}

/*
 * What all calls beside @guest cost, by @part of it, as far as they are in the guest phase: so many
 * of them are that these are as many as the kernel counted.
 */
static struct cost guest_calls(const struct correction *c, const struct reason *reason,
			       const struct node *guest, size_t part)
{
	const struct node *first = guest->parent ? guest->parent->first_child : reason->first_child;
	struct cost all = NOTHING, cost = NOTHING;
	u64 cnt = 0;

	tree_for_each_child (call, (struct node *)first) {
		if (call->kind != NODE_CALL)
			continue;
		cost_add(&all, (void *)&c->calls[call->function] + part, call->dist.count);
		cnt += call->dist.count;
	}
	if (cnt)
		cost_add(&cost, &all, fmin(1, (double)reason->guest_call_cnt / cnt));
	return cost;
}

/* Of all guest phases below @first. */
static void add_guest_calls(const struct correction *c, const struct reason *reason,
			    const struct node *first, struct cost *sum)
{
	tree_for_each_child (node, (struct node *)first) {
		if (node->kind == NODE_GUEST) {
			struct cost cost =
				guest_calls(c, reason, node, offsetof(struct call_cost, all));

			cost_add(sum, &cost, 1);
		}
		add_guest_calls(c, reason, node->first_child, sum);
	}
}

/* By the constants alone: the calls in the exit phases of the cycles of @reason. */
static struct cost exit_calls(const struct correction *c, const struct reason *reason)
{
	struct cost cost = NOTHING, guest = NOTHING;

	add_children(c, reason->first_child, &cost);
	add_guest_calls(c, reason, reason->first_child, &guest);
	cost.ns = fmax(0, cost.ns - guest.ns);
	cost.error_ns = fmax(0, cost.error_ns - guest.error_ns);
	return cost;
}

/* Likewise of all exits, of which the tree has the whole cycles only. */
static struct cost latency_calls(const struct correction *c, const struct reason *reason)
{
	struct cost cost = exit_calls(c, reason), sum = NOTHING;

	if (reason->cycle_cnt)
		cost_add(&sum, &cost, (double)reason->latency.count / reason->cycle_cnt);
	return sum;
}

static struct scale scale_of(const struct correction *c, const struct reason *reason)
{
	for (size_t i = 0; i < c->scale_cnt; i++)
		if (c->scales[i].code == reason->code)
			return c->scales[i].scale;
	return c->common;
}

/*
 * @measured_ns less the calls' @calls and @phases times a boundary's rest. With windows, how much
 * the calls cost is known from those, and no more from the constants.
 */
static struct corrected take_out(const struct correction *c, const struct reason *reason,
				 double measured_ns, const struct cost *calls, double phases)
{
	struct scale scale = scale_of(c, reason);
	double calls_error_ns = c->has_windows ? calls->ns * scale.error : calls->error_ns;

	return (struct corrected){
		.is_known = calls->is_known && (c->boundary.is_known || !phases) &&
			    correction_is_known(c),
		.ns = measured_ns - scale.factor * calls->ns - phases * c->boundary.ns,
		.uncertainty_ns = COVERAGE * hypot(calls_error_ns, phases * c->boundary.error_ns),
	};
}

struct corrected correct_latency(const struct correction *c, const struct reason *reason)
{
	struct cost calls = latency_calls(c, reason);

	return take_out(c, reason, reason->latency.total_ns, &calls, reason->latency.count);
}

struct corrected correct_cycle(const struct correction *c, const struct reason *reason)
{
	struct cost calls = NOTHING;

	add_children(c, reason->first_child, &calls);
	return take_out(c, reason, reason->cycle_ns, &calls, 2.0 * reason->cycle_cnt);
}

/* A guest phase has one boundary's rest, what is open around it both. */
static double node_phases(const struct node *node)
{
	return node->kind == NODE_GUEST ? node->dist.count : 2.0 * guest_phase_cnt(node);
}

static struct cost inclusive_cost(const struct correction *c, const struct reason *reason,
				  const struct node *node)
{
	struct cost cost = NOTHING;

	/* The calls in it are none of its time, but what is around them is. */
	if (node->kind == NODE_GUEST)
		return guest_calls(c, reason, node, offsetof(struct call_cost, around));
	if (node->kind == NODE_CALL)
		cost_add(&cost, &c->calls[node->function].own, node->dist.count);
	add_children(c, node->first_child, &cost);
	return cost;
}

struct corrected correct_inclusive(const struct correction *c, const struct reason *reason,
				   const struct node *node)
{
	struct cost cost = inclusive_cost(c, reason, node);

	return take_out(c, reason, node->dist.total_ns, &cost, node_phases(node));
}

struct corrected correct_self(const struct correction *c, const struct reason *reason,
			      const struct node *node)
{
	struct cost cost = NOTHING;
	double phases = node_phases(node);

	if (!node->first_child)
		return correct_inclusive(c, reason, node);
	if (node->kind == NODE_CALL)
		cost_add(&cost, &c->calls[node->function].own, node->dist.count);
	tree_for_each_child (child, node->first_child) {
		struct cost guest = NOTHING;

		if (child->kind == NODE_CALL)
			cost_add(&cost, &c->calls[child->function].around, child->dist.count);
		else if (child->kind == NODE_GUEST)
			guest = guest_calls(c, reason, child, offsetof(struct call_cost, around));
		cost.ns -= guest.ns;
		phases -= node_phases(child);
	}
	return take_out(c, reason, node_self_ns(node), &cost, phases);
}

struct corrected corrected_mean(const struct corrected *sum, u64 cnt)
{
	return (struct corrected){
		.is_known = sum->is_known && cnt,
		.ns = cnt ? sum->ns / cnt : 0,
		.uncertainty_ns = cnt ? sum->uncertainty_ns / cnt : 0,
	};
}

struct corrected corrected_quantile(const struct dist *measured, const struct corrected *sum,
				    double quantile)
{
	double value_ns = dist_quantile_ns(measured, quantile), taken_ns, share_ns;
	struct corrected corrected = { .is_known = sum->is_known && measured->count };

	if (!corrected.is_known)
		return corrected;
	taken_ns = (measured->total_ns - sum->ns) / measured->count;
	share_ns = measured->total_ns ? value_ns * sum->ns / measured->total_ns : 0;
	corrected.ns = fmax(0, value_ns - taken_ns);
	corrected.uncertainty_ns = hypot(sum->uncertainty_ns / measured->count,
					 fabs(corrected.ns - fmax(0, share_ns)));
	return corrected;
}

static double mean(double sum, u64 cnt)
{
	return cnt ? sum / cnt : 0;
}

/*
 * What the windows say of @all, a reason's exits: how much longer they were with all probes than
 * with the boundaries alone, against what the constants say of the calls that they had more.
 */
static bool scale_find(const struct correction *c, const struct reason *all, struct scale *out)
{
	const struct window *alone = window_find(c->recording, all->code);
	struct cost calls = exit_calls(c, all);
	double taken_ns, error_ns, expected_ns;
	struct window with;

	window_of_reason(all, &with);
	if (!alone || alone->exit_cnt < EXITS_MIN || with.exit_cnt < EXITS_MIN)
		return false;
	/* Those in the window were of the same kind. */
	expected_ns = mean(calls.ns, all->cycle_cnt) *
		      (1 - mean(alone->call_cnt, alone->exit_cnt) /
				   fmax(1, mean(with.call_cnt, with.exit_cnt)));
	taken_ns = mean(with.busy_ns, with.exit_cnt) - mean(alone->busy_ns, alone->exit_cnt);
	error_ns = hypot(with.spread_ns / sqrt(with.exit_cnt),
			 alone->spread_ns / sqrt(alone->exit_cnt));
	if (!calls.is_known || expected_ns <= 0 || error_ns > SCALE_ERROR_MAX * expected_ns ||
	    taken_ns <= 0)
		return false;
	out->factor = taken_ns / expected_ns;
	/* No two windows are alike: the guest's share of it is not known. */
	out->error = hypot(error_ns / expected_ns, SCALE_ERROR_MIN);
	return true;
}

/* The mean of what the windows say of all reasons, each by how sure it is, and how they differ. */
static void add_common(struct correction *c)
{
	double weights = 0, sum = 0, squares = 0;

	for (size_t i = 0; i < c->scale_cnt; i++) {
		const struct scale *scale = &c->scales[i].scale;
		double weight = 1 / (scale->error * scale->error);

		weights += weight;
		sum += weight * scale->factor;
		squares += weight * scale->factor * scale->factor;
	}
	if (!c->scale_cnt)
		return;
	c->has_windows = true;
	c->common.factor = sum / weights;
	c->common.error = sqrt(fmax(0, squares / weights - c->common.factor * c->common.factor) +
			       1 / weights + OTHER_REASON_ERROR * OTHER_REASON_ERROR);
}

static int find_scales(struct correction *c)
{
	struct vcpu all = { 0 };
	int r = recording_merge_reasons(c->recording, &all);

	c->scales = calloc(c->recording->window_cnt + 1, sizeof(*c->scales));
	if (!c->scales)
		r = -ENOMEM;
	vcpu_for_each_reason (reason, &all) {
		struct reason_scale *to = &c->scales[c->scale_cnt];

		if (r || !scale_find(c, reason, &to->scale))
			continue;
		to->code = reason->code;
		c->scale_cnt++;
	}
	vcpu_clear(&all);
	if (!r)
		add_common(c);
	return r;
}

bool correction_is_known(const struct correction *c)
{
	return c->recording->calibration.cnt;
}

bool correction_scale(const struct correction *c, double *scale_out, double *error_out)
{
	*scale_out = c->common.factor;
	*error_out = c->common.error;
	return c->has_windows;
}

void correction_free(struct correction **c)
{
	if (!*c)
		return;
	free((*c)->calls);
	free((*c)->scales);
	free(*c);
	*c = NULL;
}

int correction_new(const struct recording *recording, struct correction **out)
{
	_cleanup_(correction_free) struct correction *c = calloc(1, sizeof(*c));
	struct calibration_value own, around;
	int r;

	if (!c)
		return -ENOMEM;
	c->recording = recording;
	c->common = (struct scale){ .factor = 1 };
	c->calls = calloc(recording->function_cnt + 1, sizeof(*c->calls));
	if (!c->calls)
		return -ENOMEM;
	for (size_t i = 0; i < recording->function_cnt; i++)
		c->calls[i] = call_cost(recording, &recording->functions[i]);
	c->boundary.is_known =
		calibration_find(&recording->calibration, CALIBRATION_BOUNDARY, 0, &own, &around);
	if (c->boundary.is_known)
		cost_add_value(&c->boundary, &around);
	r = recording->window_cnt ? find_scales(c) : 0;
	if (!r)
		*out = TAKE_PTR(c);
	return r;
}
