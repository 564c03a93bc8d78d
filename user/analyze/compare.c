// SPDX-License-Identifier: GPL-2.0
#include "analyze/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/equivalent.h"
#include "analyze/compare_trees.h"
#include "analyze/measure.h"
#include "util/cleanup.h"

bool comparison_is_significant(const struct comparison *comparison)
{
	return comparison->verdict == VERDICT_SIGNIFICANT;
}

bool aligned_is_significant(const struct aligned_node *node)
{
	return comparison_is_significant(&node->inclusive) ||
	       comparison_is_significant(&node->self);
}

double compared_ratio(double a_ns, double b_ns)
{
	return a_ns ? b_ns / a_ns : NAN;
}

bool compared_is_worse(const struct compared_reason *reason, double share)
{
	return comparison_is_significant(&reason->latency) &&
	       reason->latency.difference_ns > share * reason->side[SIDE_A].latency.ns;
}

void compare_free(struct compare **compare)
{
	if (!*compare)
		return;
	for (size_t i = 0; i < (*compare)->reason_cnt; i++)
		align_free(&(*compare)->reasons[i].first_child);
	for (int i = 0; i < SIDE_CNT; i++)
		vcpu_clear(&(*compare)->merged[i]);
	free((*compare)->reasons);
	free(*compare);
	*compare = NULL;
}

static struct compared_reason *reason_for(struct compare *c, const char *name)
{
	struct compared_reason *reasons;

	for (size_t i = 0; i < c->reason_cnt; i++) {
		if (!strcmp(c->reasons[i].name, name))
			return &c->reasons[i];
	}
	reasons = reallocarray(c->reasons, c->reason_cnt + 1, sizeof(*reasons));
	if (!reasons)
		return NULL;
	c->reasons = reasons;
	reasons[c->reason_cnt] = (struct compared_reason){};
	snprintf(reasons[c->reason_cnt].name, REASON_NAME_MAX, "%s", name);
	return &reasons[c->reason_cnt++];
}

/* Add @reason to what the side has of that class. */
static int add_reason(struct compare *c, enum side side, const struct reason *reason)
{
	enum isa isa = c->side[side].isa;
	char class[REASON_NAME_MAX], name[REASON_NAME_MAX];
	struct compared_reason *compared;
	struct compared_side *s;
	struct reason *sum;
	size_t length;
	int err;

	reason_name(isa, reason->code, name);
	compared = reason_for(c, c->by_class ? equivalent_reason(isa, reason->code, class) : name);
	if (!compared)
		return -ENOMEM;
	s = &compared->side[side];
	length = strlen(s->names);
	snprintf(s->names + length, sizeof(s->names) - length, "%s%s", length ? " + " : "", name);
	if (!s->reason) {
		s->reason = reason;
		return 0;
	}
	/* With the second one, the first is merged, too. */
	err = vcpu_add_reason(&c->merged[side], s->reason->code, &sum);
	if (!err && sum != s->reason)
		err = reason_merge(sum, s->reason);
	if (!err)
		err = reason_merge(sum, reason);
	if (!err)
		s->reason = sum;
	return err;
}

static int add_reasons(struct compare *c, enum side side)
{
	int err = 0;

	for (size_t i = 0; i < c->side[side].reason_cnt && !err; i++) {
		const struct reason *reason = c->side[side].reasons[i];

		/* Where a trace was cut off is no property of either. */
		if (reason->code != REASON_INCOMPLETE)
			err = add_reason(c, side, reason);
	}
	return err;
}

static bool side_wants(const struct compare *c, const struct compare_options *options,
		       const struct compared_reason *reason, enum side side)
{
	const struct compare_side *s = &c->side[side];
	char class[REASON_NAME_MAX];

	for (size_t i = 0; i < s->reason_cnt; i++) {
		u64 code = s->reasons[i]->code;

		if (c->by_class)
			equivalent_reason(s->isa, code, class);
		else
			reason_name(s->isa, code, class);
		if (!strcmp(class, reason->name) && options->wants(options->data, s->isa, code))
			return true;
	}
	return false;
}

/* Either side's name chooses the pair. */
static void drop_unwanted(struct compare *c, const struct compare_options *options)
{
	size_t cnt = 0;

	for (size_t i = 0; i < c->reason_cnt && options->wants; i++) {
		if (side_wants(c, options, &c->reasons[i], SIDE_A) ||
		    side_wants(c, options, &c->reasons[i], SIDE_B))
			c->reasons[cnt++] = c->reasons[i];
	}
	if (options->wants)
		c->reason_cnt = cnt;
}

static u64 exits_of(const struct compare_side *side)
{
	u64 exits = 0;

	for (size_t i = 0; i < side->reason_cnt; i++)
		exits += side->reasons[i]->latency.count;
	return exits;
}

static void estimate_latency(struct compare *c, struct compared_reason *reason, enum side side)
{
	struct compared_side *s = &reason->side[side];
	double exits = (double)exits_of(&c->side[side]), cnt, phase_ns[PHASE_COUNT];
	struct measure latency;
	struct spread spread;

	if (!s->reason)
		return;
	latency = measure_latency(s->reason);
	cnt = (double)s->reason->latency.count;
	spread_of(&s->reason->latency, &spread);
	s->latency = estimate_of(latency.ns, cnt, cnt, &spread);
	s->latency.uncertainty_ns = latency.uncertainty_ns;
	s->exit_share = exits ? cnt / exits : 0;
	measure_phases(c->side[side].recording, s->reason, phase_ns);
	for (int i = 0; i < PHASE_COUNT; i++)
		s->phases[i] = (struct estimate){ .ns = phase_ns[i],
						  .bulk_ns = phase_ns[i],
						  .sample_cnt = (double)s->reason->cycle_cnt };
}

static void compare_latency(struct compare *c, struct compared_reason *reason)
{
	const struct compared_side *a = &reason->side[SIDE_A], *b = &reason->side[SIDE_B];

	reason->contribution_ns = b->exit_share * b->latency.ns - a->exit_share * a->latency.ns;
	if (!a->reason || !b->reason)
		return;
	reason->latency = compare_estimates(&a->latency, &b->latency, 0, &c->bounds);
	/* By the exits' own time; how often they come is the workload's. */
	reason->contribution_ns =
		reason->latency.difference_ns * (a->exit_share + b->exit_share) / 2;
}

/* All that is compared, to be judged together. Called without @list to count. */
static size_t list_comparisons(struct compare *c, struct comparison **list)
{
	size_t cnt = 0;

	for (size_t i = 0; i < c->reason_cnt; i++) {
		struct compared_reason *reason = &c->reasons[i];
		u32 depth = 0;

		if (!reason->side[SIDE_A].reason || !reason->side[SIDE_B].reason)
			continue;
		if (list)
			list[cnt] = &reason->latency;
		cnt++;
		for (int k = 0; k < PHASE_COUNT; k++, cnt++) {
			if (list)
				list[cnt] = &reason->phases[k];
		}
		for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth)) {
			if (list) {
				list[cnt] = &n->inclusive;
				list[cnt + 1] = &n->self;
			}
			cnt += 2;
		}
	}
	return cnt;
}

/* Where the exits differ in their tail, what goes by means alone tells no more than that. */
static void temper_one(struct comparison *comparison)
{
	if (comparison->mean_only && comparison->verdict == VERDICT_SIGNIFICANT)
		comparison->verdict = VERDICT_TAIL;
}

static void temper(struct compared_reason *reason)
{
	u32 depth = 0;

	for (int i = 0; i < PHASE_COUNT; i++)
		temper_one(&reason->phases[i]);
	for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth)) {
		temper_one(&n->inclusive);
		temper_one(&n->self);
	}
}

static int judge(struct compare *c)
{
	_cleanup_free_ struct comparison **list = NULL;
	int err;

	c->tested_cnt = list_comparisons(c, NULL);
	list = calloc(c->tested_cnt ?: 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	list_comparisons(c, list);
	err = comparisons_judge(list, c->tested_cnt, &c->bounds);
	for (size_t i = 0; i < c->reason_cnt; i++) {
		struct compared_reason *reason = &c->reasons[i];
		u32 depth = 0;

		if (reason->latency.verdict == VERDICT_TAIL)
			temper(reason);
		for (struct aligned_node *n = reason->first_child; n; n = aligned_next(n, &depth))
			reason->significant_cnt += aligned_is_significant(n);
		c->significant_cnt +=
			reason->significant_cnt + comparison_is_significant(&reason->latency);
	}
	return err;
}

static int by_contribution(const void *a, const void *b)
{
	const struct compared_reason *x = a, *y = b;
	bool more = comparison_is_significant(&x->latency);
	double by;

	if (more != comparison_is_significant(&y->latency))
		return more ? -1 : 1;
	if (!x->significant_cnt != !y->significant_cnt)
		return x->significant_cnt ? -1 : 1;
	by = fabs(y->contribution_ns) - fabs(x->contribution_ns);
	return by ? (by > 0 ? 1 : -1) : strcmp(x->name, y->name);
}

static bool by_class(const struct compare *c, enum align_match match)
{
	if (match == ALIGN_AUTO)
		return c->side[SIDE_A].isa != c->side[SIDE_B].isa;
	return match == ALIGN_CLASS;
}

int compare_new(const struct compare_side *a, const struct compare_side *b,
		const struct compare_options *options, struct compare **out)
{
	_cleanup_(compare_free) struct compare *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->side[SIDE_A] = *a;
	c->side[SIDE_B] = *b;
	c->bounds = options->bounds;
	c->by_class = by_class(c, options->match);
	err = add_reasons(c, SIDE_A);
	if (!err)
		err = add_reasons(c, SIDE_B);
	if (err)
		return err;
	drop_unwanted(c, options);
	for (size_t i = 0; i < c->reason_cnt; i++) {
		for (int side = 0; side < SIDE_CNT; side++)
			estimate_latency(c, &c->reasons[i], side);
		compare_latency(c, &c->reasons[i]);
	}
	for (size_t i = 0; i < c->reason_cnt && !err; i++)
		err = compare_trees(c, &c->reasons[i]);
	if (!err)
		err = judge(c);
	if (err)
		return err;
	if (c->reason_cnt)
		qsort(c->reasons, c->reason_cnt, sizeof(*c->reasons), by_contribution);
	*out = TAKE_PTR(c);
	return 0;
}
