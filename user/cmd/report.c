// SPDX-License-Identifier: GPL-2.0
/* exitgraph report: a profile as text or JSON. */
#include "cmd/cmd.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "analyze/bench_costs.h"
#include "analyze/metrics.h"
#include "profile/store.h"
#include "render/cycle_list.h"
#include "render/report.h"
#include "render/stream.h"
#include "util/cleanup.h"
#include "util/log.h"

struct arguments {
	const char *path;
	struct selection selection;
	struct report_options options;
	const struct report_renderer *renderer;
	bool per_vcpu;
	bool count_may_follow; /* --slowest was given without a number */
	bool which;	       /* --cycles was given */
	u32 recording;	       /* from 1; 0 = all */
	const char *metrics, *metric_columns;
};

enum {
	OPT_DEPTH = 256,
	OPT_MIN_SHARE,
	OPT_PER_VCPU,
	OPT_REASON,
	OPT_RECORDING,
	OPT_SORT,
	OPT_VCPU,
	OPT_JSON,
	OPT_METRICS,
	OPT_METRIC_COLUMNS,
	OPT_SLOWEST,
	OPT_CYCLES,
};

#define SLOWEST_DEFAULT 3

static const struct argp_option options[] = {
	{ "input", 'i', "FILE", 0, "The same as FILE; exitgraph.xg if none is given", 0 },
	{ "reason", OPT_REASON, "NAME[,...]", 0,
	  "Only these exit reasons: names, globs ('MSR*') or numbers", 1 },
	{ "vcpu", OPT_VCPU, "[PID:]ID[,...]", 0, "Only these vCPUs", 1 },
	{ "recording", OPT_RECORDING, "N", 0, "Only the Nth recording of the file", 1 },
	{ "per-vcpu", OPT_PER_VCPU, NULL, 0, "Each vCPU by itself instead of their sum", 1 },
	{ "depth", OPT_DEPTH, "N", 0, "Call trees down to N levels", 2 },
	{ "min-share", OPT_MIN_SHARE, "PCT", 0,
	  "Leave calls with less than PCT per cent of a cycle out of the trees", 2 },
	{ "sort", OPT_SORT, "ORDER", 0,
	  "Calls in the order in which they come ('call', the default) or the longest first "
	  "('time')",
	  2 },
	{ "json", OPT_JSON, NULL, 0, "Everything as JSON, in ns", 2 },
	{ "slowest", OPT_SLOWEST, "N", OPTION_ARG_OPTIONAL,
	  "Likewise, of each reason the N slowest (3), the slowest first; of those that 'record "
	  "--slowest' kept, if --cycles does not say otherwise",
	  3 },
	{ "cycles", OPT_CYCLES, "WHICH", 0,
	  "Instead of sums, single cycles call by call, in order of time: those that were kept as "
	  "'samples', as 'slowest', as 'over' the limit, or 'all'",
	  3 },
	{ "metrics", OPT_METRICS, "FILE", 0,
	  "Show the figures per function in FILE ('name : figure : ...', or CSV) beside the times",
	  4 },
	{ "metric-columns", OPT_METRIC_COLUMNS, "N,NAME[,...]", 0,
	  "Of these, only the Nth (from 1), or those that the header calls NAME", 4 },
	{},
};

static error_t parse_number(const char *what, const char *text, u32 *out)
{
	unsigned long long value;

	if (cmd_parse_u64(what, text, 1, UINT32_MAX, &value))
		return EINVAL;
	*out = (u32)value;
	return 0;
}

static error_t parse_share(const char *text, double *out)
{
	char *end;

	errno = 0;
	*out = strtod(text, &end);
	if (!errno && end != text && (!*end || !strcmp(end, "%")) && *out >= 0 && *out <= 100)
		return 0;
	err_r(-EINVAL, "--min-share takes a number from 0 to 100, not '%s'", text);
	return EINVAL;
}

static error_t parse_sort(const char *text, enum tree_sort *out)
{
	*out = !strcmp(text, "time") ? SORT_TIME : SORT_OCCURRENCE;
	if (*out == SORT_TIME || !strcmp(text, "call"))
		return 0;
	err_r(-EINVAL, "--sort takes 'call' or 'time', not '%s'", text);
	return EINVAL;
}

/* Keep the argument of an option that is given once. */
static error_t parse_once(const char *what, const char *text, const char **out)
{
	if (*out) {
		err_r(-EINVAL, "%s is given twice: '%s' and '%s'", what, *out, text);
		return EINVAL;
	}
	*out = text;
	return 0;
}

/* --slowest, --slowest=N */
static error_t parse_slowest(const char *text, struct arguments *a)
{
	a->options.cycles = true;
	a->options.slowest = true;
	a->options.cycle_cnt = SLOWEST_DEFAULT;
	a->count_may_follow = !text;
	return text ? parse_number("--slowest", text, &a->options.cycle_cnt) : 0;
}

/* A file; but of "--slowest 5 vm.xg", 5 is no file. */
static error_t parse_file(const char *text, struct arguments *a)
{
	if (a->count_may_follow && *text && strspn(text, "0123456789") == strlen(text)) {
		a->count_may_follow = false;
		return parse_number("--slowest", text, &a->options.cycle_cnt);
	}
	if (a->path) {
		err_r(-EINVAL, "one file at a time: '%s' or '%s'", a->path, text);
		return EINVAL;
	}
	a->path = text;
	return 0;
}

/* What goes together, when all options are known. */
static error_t check(struct arguments *a)
{
	if (a->metric_columns && !a->metrics) {
		err_r(-EINVAL, "--metric-columns needs the --metrics FILE that has them");
		return EINVAL;
	}
	if (a->options.cycles && a->options.sort == SORT_TIME) {
		err_r(-EINVAL, "--sort time is for sums: a single cycle's calls stay in order");
		return EINVAL;
	}
	/* The slowest ones of a sample are not the slowest. */
	if (a->options.slowest && !a->which)
		a->options.cycle_why = CYCLE_SLOWEST;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'i':
	case ARGP_KEY_ARG:
		return parse_file(arg, a);
	case OPT_REASON:
		return -selection_add_reasons(&a->selection, arg);
	case OPT_VCPU:
		return -selection_add_vcpus(&a->selection, arg);
	case OPT_RECORDING:
		return parse_number("--recording", arg, &a->recording);
	case OPT_PER_VCPU:
		a->per_vcpu = true;
		return 0;
	case OPT_DEPTH:
		return parse_number("--depth", arg, &a->options.depth);
	case OPT_MIN_SHARE:
		return parse_share(arg, &a->options.min_share);
	case OPT_SORT:
		return parse_sort(arg, &a->options.sort);
	case OPT_JSON:
		a->renderer = &report_json;
		return 0;
	case OPT_METRICS:
		return parse_once("--metrics", arg, &a->metrics);
	case OPT_METRIC_COLUMNS:
		return parse_once("--metric-columns", arg, &a->metric_columns);
	case OPT_SLOWEST:
		return parse_slowest(arg, a);
	case OPT_CYCLES:
		a->options.cycles = true;
		a->which = true;
		return -cycle_list_parse_why(arg, &a->options.cycle_why);
	case ARGP_KEY_END:
		return check(a);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[FILE]",
	.doc = "Show a recording: exit reasons, latencies and call trees.\v"
	       "Examples:\n"
	       "  exitgraph report --reason CPUID,MSR --min-share 1 vm.xg\n"
	       "  exitgraph report --slowest 1 --reason HLT vm.xg",
};

/* What a benchmark measured is of all its recordings. */
static int render_bench(const struct profile *profile, const struct arguments *a,
			struct report_options *options, struct bench_costs **costs)
{
	int err = 0;

	if (profile->bench && !a->recording && !a->options.cycles)
		err = bench_costs_new(profile, costs);
	options->bench = *costs;
	return err;
}

static int render(const struct profile *profile, const struct arguments *a)
{
	_cleanup_(bench_costs_free) struct bench_costs *costs = NULL;
	struct report_options options = a->options;
	u32 from = a->recording ?: 1, cnt = a->recording ? 1 : profile_recording_cnt(profile);
	_cleanup_free_ struct view **views = calloc(cnt, sizeof(*views));
	int err = views ? render_bench(profile, a, &options, &costs) : -ENOMEM;

	for (u32 i = 0; i < cnt && !err; i++)
		err = view_new(profile_recording(profile, from + i), from + i, &a->selection,
			       a->per_vcpu, &views[i]);
	if (!err)
		err = a->renderer->render(views, cnt, &options, stdout);
	for (u32 i = 0; i < cnt && views; i++)
		view_free(&views[i]);
	return err ? err_r(err, "cannot show %s: out of memory", a->path) : 0;
}

static int check_recording(const struct profile *profile, const struct arguments *a)
{
	u32 cnt = profile_recording_cnt(profile);

	if (!cnt)
		return err_r(-ENOENT, "%s holds no recording", a->path);
	if (a->recording > cnt)
		return err_r(-ENOENT, "%s holds no recording %u; it holds %u", a->path,
			     a->recording, cnt);
	return 0;
}

/* Are there single cycles, if they shall be shown? */
static int check_cycles(const struct profile *profile, const struct arguments *a)
{
	const struct recording *first = profile_recording(profile, a->recording ?: 1);
	struct cycle_list list;
	u32 number = 0;
	int err;

	if (!a->options.cycles)
		return 0;
	profile_for_each_recording (recording, profile) {
		if (a->recording && ++number != a->recording)
			continue;
		err = cycle_list_fill(&list, recording, &a->selection, a->options.cycle_why);
		if (err)
			return err_r(err, "cannot show %s: out of memory", a->path);
		if (list.cnt) {
			cycle_list_clear(&list);
			return 0;
		}
	}
	return cycle_list_none(first, a->path, a->options.cycle_why);
}

static int show(struct arguments *a)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	int err;

	err = store_read(a->path, &profile);
	if (!err)
		err = check_recording(profile, a);
	if (!err)
		err = selection_check(&a->selection, profile,
				      profile_recording(profile, a->recording));
	if (!err)
		err = check_cycles(profile, a);
	if (!err)
		err = render(profile, a);
	return err ? err : stream_finish(stdout, "the report");
}

/* Read the file of figures, if one is given. */
static enum cmd_status read_metrics(const struct arguments *a, struct metrics **out)
{
	int err = 0;

	if (a->metrics && metrics_read(a->metrics, out))
		return CMD_FAILED;
	if (a->metric_columns)
		err = metrics_choose(*out, a->metric_columns);
	return !err ? CMD_OK : err == -EINVAL ? CMD_USAGE : CMD_FAILED;
}

int cmd_report(int argc, char **argv)
{
	_cleanup_(metrics_free) struct metrics *metrics = NULL;
	struct arguments a = { .renderer = &report_text };
	int status;

	if (!cmd_parse(&argp, argc, argv, &a, &status)) {
		a.path = a.path ?: "exitgraph.xg";
		a.options.unicode = stream_is_unicode(stdout);
		status = read_metrics(&a, &metrics);
		a.options.metrics = metrics;
		if (status == CMD_OK)
			status = show(&a) ? CMD_FAILED : CMD_OK;
	}
	selection_clear(&a.selection);
	return status;
}
