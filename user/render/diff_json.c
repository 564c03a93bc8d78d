// SPDX-License-Identifier: GPL-2.0
/*
 * A comparison as JSON, in ns and counts, nothing rounded. What one side has not is null.
 *
 *	{ "format": "exitgraph-diff", "format_version": 1, "times": "measured",
 *	  "threshold": 0.05 | null, "worse": true,
 *	  "comparisons": [ {
 *	    "a", "b": { "name", "title", "source", "host", "kernel", "cpu_model", "isa", "exits" },
 *	    "match": "path" | "equivalent", "alpha", "noise", "negligible", "tests",
 *	    "reasons": [ {
 *	        "reason", "reason_a", "reason_b", "contribution_ns", "matched_share_a", ..._b,
 *	        "exits_a", "exits_b", "latency": COMPARISON, "p50_ns_a", ..._b, "p99_ns_a", ..._b,
 *	        "phases": [ { "phase", COMPARISON } ],
 *	        "tree": [ { "function_a", "function_b", "module_a", ..._b, "kind", "phase_a", ..._b,
 *	                    "traced_a", ..._b, "calls_a", ..._b, "calls_per_exit_a", ..._b,
 *	                    "inclusive": COMPARISON, "self": COMPARISON,
 *	                    "p50_ns_a" to "p99_ns_b", "children": [ ... ] } ]
 *	    } ],
 *	    "notes": [ "..." ] } ] }
 *
 * COMPARISON, ns per exit: "ns_a", "ns_b", "uncertainty_ns_a", ..._b, "difference_ns", "ratio",
 * "p_mean", "p_bulk" (corrected for the number of tests), "differs": "same", "noise", "small",
 * "few", "tail" or "yes" (analyze/significance.h).
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>

#include "analyze/measure.h"
#include "render/diff.h"
#include "render/json_builder.h"
#include "render/json_number.h"

/* Reals that JSON has not become null. */
static json_t *real(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *string_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *comparison(struct builder *b, const struct estimate *x, const struct estimate *y,
			  const struct comparison *c, bool has_a, bool has_b)
{
	json_t *object = json_object();
	bool both = has_a && has_b;

	set(b, object, "ns_a", has_a ? real(x->ns) : json_null());
	set(b, object, "ns_b", has_b ? real(y->ns) : json_null());
	set(b, object, "uncertainty_ns_a", has_a ? real(x->uncertainty_ns) : json_null());
	set(b, object, "uncertainty_ns_b", has_b ? real(y->uncertainty_ns) : json_null());
	set(b, object, "difference_ns", has_a || has_b ? real(y->ns - x->ns) : json_null());
	set(b, object, "ratio", both ? real(compared_ratio(x->ns, y->ns)) : json_null());
	set(b, object, "p_mean", c ? real(c->p_mean) : json_null());
	set(b, object, "p_bulk", c && !c->mean_only ? real(c->p_bulk) : json_null());
	set(b, object, "differs", c ? json_string(verdict_name(c->verdict)) : json_null());
	return object;
}

static json_t *quantile(const struct dist *dist, double q)
{
	if (!dist || !dist->count || !hist_values(&dist->hist))
		return json_null();
	return number(measure_quantile_ns(dist, q));
}

static void set_quantiles(struct builder *b, json_t *object, const struct dist *x,
			  const struct dist *y)
{
	set(b, object, "p50_ns_a", quantile(x, 0.5));
	set(b, object, "p50_ns_b", quantile(y, 0.5));
	set(b, object, "p99_ns_a", quantile(x, 0.99));
	set(b, object, "p99_ns_b", quantile(y, 0.99));
}

static json_t *level(struct builder *b, const struct diff_pair *pair,
		     const struct compared_reason *reason, const struct aligned_node *first);

static void set_side(struct builder *b, json_t *object, const struct diff_pair *pair,
		     const struct compared_reason *reason, const struct aligned_node *node,
		     enum side side)
{
	static const char *const keys[][SIDE_CNT] = {
		{ "function_a", "function_b" }, { "module_a", "module_b" },
		{ "phase_a", "phase_b" },	{ "traced_a", "traced_b" },
		{ "calls_a", "calls_b" },	{ "calls_per_exit_a", "calls_per_exit_b" },
	};
	const struct aligned_side *s = &node->side[side];
	double cycles = (double)reason->side[side].reason->cycle_cnt;
	const char *name = diff_node_name(pair, node, side);

	set(b, object, keys[0][side], string_or_null(name));
	set(b, object, keys[1][side],
	    name ? json_string(node_module(pair->view[side]->recording, s->example)) : json_null());
	set(b, object, keys[2][side], name ? json_string(phase_key(s->phase)) : json_null());
	set(b, object, keys[3][side], json_boolean(s->traced));
	set(b, object, keys[4][side], number(s->calls.count));
	set(b, object, keys[5][side], real((double)s->calls.count / cycles));
}

static json_t *tree_node(struct builder *b, const struct diff_pair *pair,
			 const struct compared_reason *reason, const struct aligned_node *node)
{
	const struct aligned_side *x = &node->side[SIDE_A], *y = &node->side[SIDE_B];
	json_t *object = json_object();
	bool has_a = x->example, has_b = y->example;

	set_side(b, object, pair, reason, node, SIDE_A);
	set_side(b, object, pair, reason, node, SIDE_B);
	set(b, object, "kind", json_string(node_kind_name(node->kind)));
	set(b, object, "inclusive",
	    comparison(b, &x->inclusive, &y->inclusive, &node->inclusive, has_a, has_b));
	set(b, object, "self", comparison(b, &x->self, &y->self, &node->self, has_a, has_b));
	set_quantiles(b, object, &x->calls, &y->calls);
	set(b, object, "children", level(b, pair, reason, node->first_child));
	return object;
}

static json_t *level(struct builder *b, const struct diff_pair *pair,
		     const struct compared_reason *reason, const struct aligned_node *first)
{
	json_t *array = json_array();

	for (const struct aligned_node *n = first; n; n = n->next_sibling)
		append(b, array, tree_node(b, pair, reason, n));
	return array;
}

static json_t *phases(struct builder *b, const struct compared_reason *reason)
{
	json_t *array = json_array();

	for (int i = 0; i < PHASE_COUNT; i++) {
		bool has_a = reason->side[SIDE_A].reason, has_b = reason->side[SIDE_B].reason;
		json_t *object =
			comparison(b, &reason->side[SIDE_A].phases[i],
				   &reason->side[SIDE_B].phases[i],
				   has_a && has_b ? &reason->phases[i] : NULL, has_a, has_b);

		set(b, object, "phase", json_string(phase_key(i)));
		append(b, array, object);
	}
	return array;
}

static json_t *reason_object(struct builder *b, const struct diff_pair *pair,
			     const struct compared_reason *reason)
{
	const struct reason *x = reason->side[SIDE_A].reason, *y = reason->side[SIDE_B].reason;
	json_t *object = json_object();

	set(b, object, "reason", json_string(reason->name));
	set(b, object, "reason_a", string_or_null(x ? reason->side[SIDE_A].names : NULL));
	set(b, object, "reason_b", string_or_null(y ? reason->side[SIDE_B].names : NULL));
	set(b, object, "contribution_ns", real(reason->contribution_ns));
	set(b, object, "matched_share_a", real(reason->matched_share[SIDE_A]));
	set(b, object, "matched_share_b", real(reason->matched_share[SIDE_B]));
	set(b, object, "exits_a", number(x ? x->latency.count : 0));
	set(b, object, "exits_b", number(y ? y->latency.count : 0));
	set(b, object, "latency",
	    comparison(b, &reason->side[SIDE_A].latency, &reason->side[SIDE_B].latency,
		       x && y ? &reason->latency : NULL, x, y));
	set_quantiles(b, object, x ? &x->latency : NULL, y ? &y->latency : NULL);
	set(b, object, "phases", phases(b, reason));
	set(b, object, "tree", level(b, pair, reason, reason->first_child));
	return object;
}

static json_t *side_object(struct builder *b, const struct diff_pair *pair, enum side side)
{
	const struct recording *r = pair->view[side]->recording;
	const struct group *group = pair->group[side];
	json_t *object = json_object();

	set(b, object, "name", json_string(pair->name[side]));
	set(b, object, "title", json_string(r->title));
	set(b, object, "source", json_string(r->source));
	set(b, object, "host", json_string(r->host));
	set(b, object, "kernel", json_string(r->kernel));
	set(b, object, "cpu_model", json_string(r->cpu_model));
	set(b, object, "isa", json_string(isa_name(group ? group->isa : ISA_UNKNOWN)));
	set(b, object, "exits", number(group ? group->exits.count : 0));
	return object;
}

static json_t *pair_object(struct builder *b, const struct diff_pair *pair)
{
	json_t *object = json_object(), *reasons = json_array(), *notes = json_array();
	const struct compare *c = pair->compare;

	set(b, object, "a", side_object(b, pair, SIDE_A));
	set(b, object, "b", side_object(b, pair, SIDE_B));
	set(b, object, "match", json_string(c->by_class ? "equivalent" : "path"));
	set(b, object, "alpha", real(c->bounds.alpha));
	set(b, object, "noise", real(c->bounds.noise));
	set(b, object, "negligible", real(c->bounds.negligible));
	set(b, object, "tests", number(c->tested_cnt));
	for (size_t i = 0; i < c->reason_cnt; i++)
		append(b, reasons, reason_object(b, pair, &c->reasons[i]));
	set(b, object, "reasons", reasons);
	for (size_t i = 0; i < pair->notes.cnt; i++)
		append(b, notes, json_string(pair->notes.text[i]));
	set(b, object, "notes", notes);
	return object;
}

static int render(const struct diff_pair *pairs, size_t pair_cnt,
		  const struct diff_options *options, FILE *out)
{
	json_t *root = json_object(), *array = json_array();
	bool asked = options->threshold >= 0;
	struct builder b = {};

	for (size_t i = 0; i < pair_cnt; i++)
		append(&b, array, pair_object(&b, &pairs[i]));
	set(&b, root, "format", json_string("exitgraph-diff"));
	set(&b, root, "format_version", json_integer(1));
	set(&b, root, "times", json_string(MEASURE_KEY));
	set(&b, root, "threshold", asked ? real(options->threshold) : json_null());
	set(&b, root, "worse",
	    asked ? json_boolean(diff_is_worse(pairs, pair_cnt, options->threshold)) : json_null());
	set(&b, root, "comparisons", array);
	if (!b.no_memory && json_dumpf(root, out, JSON_COMPACT) && !ferror(out))
		b.no_memory = true;
	putc('\n', out);
	json_decref(root);
	return b.no_memory ? -ENOMEM : 0;
}

const struct diff_renderer diff_json = { "json", render };
