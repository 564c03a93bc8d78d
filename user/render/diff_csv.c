// SPDX-License-Identifier: GPL-2.0
/*
 * A comparison as a CSV table (RFC 4180, but lines end in \n), in ns per exit:
 *
 *	a,b,reason,row,depth,path,name_a,name_b,phase_a,phase_b,calls_per_exit_a,calls_per_exit_b,
 *	ns_a,ns_b,difference_ns,ratio,p,differs,self_ns_a,self_ns_b,self_difference_ns,self_p,
 *	self_differs,p50_ns_a,p50_ns_b,p99_ns_a,p99_ns_b
 *
 * row is "exit" (ns: the latency; calls per exit: the share of all exits), "phase" or "call". A
 * path has the matched names from the first level to the call, joined with ";". A cell without a
 * value is empty.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/measure.h"
#include "render/csv.h"
#include "render/diff.h"
#include "util/cleanup.h"

static void real(bool known, double value, FILE *out)
{
	putc(',', out);
	if (known && isfinite(value))
		fprintf(out, "%.12g", value);
}

static void text(const char *value, FILE *out)
{
	putc(',', out);
	csv_cell(value ?: "", out);
}

static void comparison(const struct estimate *a, const struct estimate *b,
		       const struct comparison *c, bool has_a, bool has_b, bool ratio, FILE *out)
{
	real(has_a, a->ns, out);
	real(has_b, b->ns, out);
	real(has_a || has_b, b->ns - a->ns, out);
	if (ratio)
		real(has_a && has_b, compared_ratio(a->ns, b->ns), out);
	real(c, c ? fmin(c->p_mean, c->p_bulk) : 0, out);
	text(c ? verdict_name(c->verdict) : "", out);
}

static void quantiles(const struct dist *a, const struct dist *b, FILE *out)
{
	static const double wanted[] = { 0.5, 0.99 };

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		real(a && hist_values(&a->hist), a ? (double)measure_quantile_ns(a, wanted[i]) : 0,
		     out);
		real(b && hist_values(&b->hist), b ? (double)measure_quantile_ns(b, wanted[i]) : 0,
		     out);
	}
	putc('\n', out);
}

/* "a,b,reason,row" */
static void owner(const struct diff_pair *pair, const struct compared_reason *reason,
		  const char *row, FILE *out)
{
	csv_cell(pair->name[SIDE_A], out);
	text(pair->name[SIDE_B], out);
	text(reason->name, out);
	text(row, out);
}

static void write_exit(const struct diff_pair *pair, const struct compared_reason *reason,
		       FILE *out)
{
	const struct compared_side *a = &reason->side[SIDE_A], *b = &reason->side[SIDE_B];

	owner(pair, reason, "exit", out);
	fputs(",,", out);
	text(a->names, out);
	text(b->names, out);
	fputs(",,", out);
	real(a->reason, a->exit_share, out);
	real(b->reason, b->exit_share, out);
	comparison(&a->latency, &b->latency, a->reason && b->reason ? &reason->latency : NULL,
		   a->reason, b->reason, true, out);
	fputs(",,,,,", out);
	quantiles(a->reason ? &a->reason->latency : NULL, b->reason ? &b->reason->latency : NULL,
		  out);
}

static void write_phases(const struct diff_pair *pair, const struct compared_reason *reason,
			 FILE *out)
{
	const struct compared_side *a = &reason->side[SIDE_A], *b = &reason->side[SIDE_B];

	for (int i = 0; i < PHASE_COUNT; i++) {
		owner(pair, reason, "phase", out);
		fputs(",,,,", out);
		text(a->reason ? phase_key(i) : "", out);
		text(b->reason ? phase_key(i) : "", out);
		fputs(",,", out);
		comparison(&a->phases[i], &b->phases[i],
			   a->reason && b->reason ? &reason->phases[i] : NULL, a->reason, b->reason,
			   true, out);
		fputs(",,,,,", out);
		quantiles(NULL, NULL, out);
	}
}

/* The keys from the first level down to @node. NULL without memory. */
static char *path_of(const struct aligned_node *node)
{
	char *path = strdup(node->key);

	for (const struct aligned_node *n = node->parent; n && path; n = n->parent) {
		char *longer;

		if (asprintf(&longer, "%s;%s", n->key, path) < 0)
			longer = NULL;
		free(path);
		path = longer;
	}
	return path;
}

static int write_call(const struct diff_pair *pair, const struct compared_reason *reason,
		      const struct aligned_node *node, u32 depth, FILE *out)
{
	const struct aligned_side *a = &node->side[SIDE_A], *b = &node->side[SIDE_B];
	_cleanup_free_ char *path = path_of(node);

	if (!path)
		return -ENOMEM;
	owner(pair, reason, "call", out);
	fprintf(out, ",%" PRIu32, depth);
	text(path, out);
	text(diff_node_name(pair, node, SIDE_A), out);
	text(diff_node_name(pair, node, SIDE_B), out);
	text(a->example ? phase_key(a->phase) : "", out);
	text(b->example ? phase_key(b->phase) : "", out);
	for (int i = 0; i < SIDE_CNT; i++)
		real(node->side[i].example,
		     (double)node->side[i].calls.count / (double)reason->side[i].reason->cycle_cnt,
		     out);
	comparison(&a->inclusive, &b->inclusive, &node->inclusive, a->example, b->example, true,
		   out);
	comparison(&a->self, &b->self, &node->self, a->example, b->example, false, out);
	quantiles(&a->calls, &b->calls, out);
	return 0;
}

static int render(const struct diff_pair *pairs, size_t pair_cnt,
		  const struct diff_options *options, FILE *out)
{
	int err = 0;

	fputs("a,b,reason,row,depth,path,name_a,name_b,phase_a,phase_b,calls_per_exit_a,"
	      "calls_per_exit_b,ns_a,ns_b,difference_ns,ratio,p,differs,self_ns_a,self_ns_b,"
	      "self_difference_ns,self_p,self_differs,p50_ns_a,p50_ns_b,p99_ns_a,p99_ns_b\n",
	      out);
	for (size_t i = 0; i < pair_cnt; i++) {
		const struct compare *c = pairs[i].compare;

		for (size_t k = 0; k < c->reason_cnt; k++) {
			const struct compared_reason *reason = &c->reasons[k];
			u32 depth = 0;

			write_exit(&pairs[i], reason, out);
			write_phases(&pairs[i], reason, out);
			for (const struct aligned_node *n = reason->first_child; n && !err;
			     n = aligned_next(n, &depth))
				err = write_call(&pairs[i], reason, n, depth, out);
		}
	}
	return err;
}

const struct diff_renderer diff_csv = { "csv", render };
