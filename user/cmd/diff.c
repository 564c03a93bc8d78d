// SPDX-License-Identifier: GPL-2.0
/* exitgraph diff: two recordings beside each other. */
#include "cmd/cmd.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/diff_side.h"
#include "render/diff.h"
#include "render/stream.h"
#include "util/cleanup.h"
#include "util/log.h"

/* As diff(1) has it: B may be worse without anything having failed. */
enum diff_status {
	DIFF_OK = 0,
	DIFF_WORSE = 1,
	DIFF_FAILED = 2,
};

struct arguments {
	const char *paths[SIDE_CNT];
	int path_cnt;
	struct selection reasons, vcpus;
	struct compare_options compare;
	struct diff_options options;
	const struct diff_renderer *renderer;
};

enum {
	OPT_REASON = 256,
	OPT_VCPU,
	OPT_MATCH,
	OPT_NOISE,
	OPT_ALPHA,
	OPT_THRESHOLD,
	OPT_ALL,
	OPT_DEPTH,
	OPT_MIN_SHARE,
	OPT_SORT,
	OPT_JSON,
	OPT_CSV,
};

static const struct argp_option options[] = {
	{ "reason", OPT_REASON, "NAME[,...]", 0,
	  "Only these exit reasons, by the name that either side has for them", 1 },
	{ "vcpu", OPT_VCPU, "[PID:]ID[,...]", 0, "Only these vCPUs, of both", 1 },
	{ "match", OPT_MATCH, "HOW", 0,
	  "Match calls by their 'path', or by what is 'equivalent' with both vendors; by default "
	  "that if the vendors differ",
	  1 },
	{ "threshold", OPT_THRESHOLD, "PCT", 0,
	  "Exit with status 1 if B's exits of any reason are significantly slower than A's, and by "
	  "more than PCT per cent",
	  2 },
	{ "noise", OPT_NOISE, "PCT", 0,
	  "How much two runs of the same differ by (3 %): what differs by less is noise", 2 },
	{ "alpha", OPT_ALPHA, "P", 0,
	  "How likely it may be, of all comparisons together, that chance passes for a "
	  "difference (0.01)",
	  2 },
	{ "all", OPT_ALL, NULL, 0, "Trees of reasons without a significant difference, too", 3 },
	{ "depth", OPT_DEPTH, "N", 0, "Call trees down to N levels", 3 },
	{ "min-share", OPT_MIN_SHARE, "PCT", 0,
	  "Leave calls with less than PCT per cent of a cycle on both sides out of the trees (0.2)",
	  3 },
	{ "sort", OPT_SORT, "ORDER", 0,
	  "Calls of a tree in the order in which they come ('call', the default), or those that "
	  "differ most first ('difference')",
	  3 },
	{ "json", OPT_JSON, NULL, 0, "Everything as JSON, in ns", 3 },
	{ "csv", OPT_CSV, NULL, 0, "Everything as CSV, in ns", 3 },
	{},
};

/* A number of per cent, with or without the sign, as a share. */
static error_t parse_per_cent(const char *what, const char *text, double *out)
{
	char *end;
	double value;

	errno = 0;
	value = strtod(text, &end);
	if (!errno && end != text && (!*end || !strcmp(end, "%")) && isfinite(value) &&
	    value >= 0) {
		*out = value / 100;
		return 0;
	}
	err_r(-EINVAL, "%s takes a number of per cent from 0 on, not '%s'", what, text);
	return EINVAL;
}

static error_t parse_alpha(const char *text, double *out)
{
	char *end;

	errno = 0;
	*out = strtod(text, &end);
	if (!errno && end != text && !*end && *out > 0 && *out < 1)
		return 0;
	err_r(-EINVAL, "--alpha takes a number between 0 and 1, not '%s'", text);
	return EINVAL;
}

static error_t parse_word(const char *what, const char *text, const char *first, const char *second,
			  bool *is_second)
{
	*is_second = !strcmp(text, second);
	if (*is_second || !strcmp(text, first))
		return 0;
	err_r(-EINVAL, "%s takes '%s' or '%s', not '%s'", what, first, second, text);
	return EINVAL;
}

static error_t parse_match(const char *text, struct arguments *a)
{
	bool equivalent;
	error_t err = parse_word("--match", text, "path", "equivalent", &equivalent);

	a->compare.match = equivalent ? ALIGN_CLASS : ALIGN_NAME;
	return err;
}

static error_t parse_min_share(const char *text, double *per_cent)
{
	double share;
	error_t err = parse_per_cent("--min-share", text, &share);

	*per_cent = share * 100;
	return err;
}

static error_t parse_depth(const char *text, u32 *out)
{
	unsigned long long value;

	if (cmd_parse_u64("--depth", text, 1, UINT32_MAX, &value))
		return EINVAL;
	*out = (u32)value;
	return 0;
}

static error_t add_path(struct arguments *a, const char *path)
{
	if (a->path_cnt == SIDE_CNT) {
		err_r(-EINVAL, "two recordings at a time: '%s' is a third one", path);
		return EINVAL;
	}
	a->paths[a->path_cnt++] = path;
	return 0;
}

static error_t check(const struct arguments *a)
{
	if (a->path_cnt == SIDE_CNT)
		return 0;
	err_r(-EINVAL,
	      "two recordings are needed, A and B: files, or a file's as FILE:1 and FILE:2");
	return EINVAL;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		return add_path(a, arg);
	case OPT_REASON:
		a->options.all = true;
		return -selection_add_reasons(&a->reasons, arg);
	case OPT_VCPU:
		return -selection_add_vcpus(&a->vcpus, arg);
	case OPT_MATCH:
		return parse_match(arg, a);
	case OPT_NOISE:
		return parse_per_cent("--noise", arg, &a->compare.bounds.noise);
	case OPT_ALPHA:
		return parse_alpha(arg, &a->compare.bounds.alpha);
	case OPT_THRESHOLD:
		return parse_per_cent("--threshold", arg, &a->options.threshold);
	case OPT_ALL:
		a->options.all = true;
		return 0;
	case OPT_DEPTH:
		return parse_depth(arg, &a->options.depth);
	case OPT_MIN_SHARE:
		return parse_min_share(arg, &a->options.min_share);
	case OPT_SORT:
		return parse_word("--sort", arg, "call", "difference", &a->options.by_difference);
	case OPT_JSON:
		a->renderer = &diff_json;
		return 0;
	case OPT_CSV:
		a->renderer = &diff_csv;
		return 0;
	case ARGP_KEY_END:
		return check(a);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "A B",
	.doc = "Compare two recordings, exit reason by exit reason and call by call, and tell what "
	       "of the difference is more than noise. A and B are files; of one that holds "
	       "several recordings FILE:2 is the second, FILE:amd (or FILE:intel) the first one of "
	       "an "
	       "AMD (Intel) host. Hosts of both vendors are compared by what is equivalent, and by "
	       "phase.\v"
	       "Exit status: 0; with --threshold 1 if B is worse; 2 if they cannot be compared.\n\n"
	       "Examples:\n"
	       "  exitgraph diff before.xg after.xg\n"
	       "  exitgraph diff --threshold 5% --reason CPUID before.xg after.xg\n"
	       "  exitgraph import -o page.xg page.md; exitgraph diff page.xg:amd page.xg:intel",
};

static bool wants(const void *data, enum isa isa, u64 code)
{
	return selection_has_reason(data, isa, code);
}

static int fill_pair(struct diff_pair *pair, const struct diff_side sides[SIDE_CNT],
		     const u32 numbers[SIDE_CNT], const struct arguments *a)
{
	static const struct selection every_reason;
	struct selection vcpus = every_reason;
	struct view *views[SIDE_CNT] = {};
	int err = 0;

	vcpus.vcpus = a->vcpus.vcpus;
	vcpus.vcpu_cnt = a->vcpus.vcpu_cnt;
	for (int i = 0; i < SIDE_CNT && !err; i++) {
		pair->name[i] = diff_side_name(&sides[i], numbers[i]);
		err = pair->name[i] ? view_new(profile_recording(sides[i].profile, numbers[i]),
					       numbers[i], &vcpus, false, &views[i])
				    : -ENOMEM;
	}
	if (!err)
		return diff_pair_fill(pair, views[SIDE_A], views[SIDE_B], &a->compare);
	for (int i = 0; i < SIDE_CNT; i++) {
		if (views[i])
			view_free(&views[i]);
	}
	return err;
}

/* Compare every pair that there is; *@pairs and *@cnt are to be cleared in any case. */
static int compare_pairs(const struct diff_side sides[SIDE_CNT], const struct arguments *a,
			 struct diff_pair **pairs, u32 *cnt)
{
	u32 numbers[SIDE_CNT];
	int err = 0;

	while (!err && diff_side_pair(&sides[SIDE_A], &sides[SIDE_B], *cnt, &numbers[SIDE_A],
				      &numbers[SIDE_B])) {
		struct diff_pair *more = reallocarray(*pairs, *cnt + 1, sizeof(*more));

		if (!more)
			return err_r(-ENOMEM, "out of memory");
		*pairs = more;
		more[*cnt] = (struct diff_pair){};
		err = fill_pair(&more[(*cnt)++], sides, numbers, a);
		if (err)
			err_r(err, "cannot compare %s with %s: out of memory", a->paths[SIDE_A],
			      a->paths[SIDE_B]);
	}
	return err || *cnt ? err : diff_side_none(&sides[SIDE_A], &sides[SIDE_B]);
}

/* Is there what was asked for, on either side? */
static int check_selection(const struct diff_pair *pairs, u32 cnt, const struct arguments *a)
{
	for (u32 i = 0; i < cnt; i++) {
		if (pairs[i].compare->reason_cnt)
			return 0;
	}
	if (a->reasons.reason_cnt)
		return err_r(-ENOENT, "neither has exits of these reasons; 'exitgraph report' "
				      "shows which there are");
	return err_r(-ENOENT, "neither has exits%s", a->vcpus.vcpu_cnt ? " of these vCPUs" : "");
}

static int show(const struct diff_side sides[SIDE_CNT], const struct arguments *a, bool *worse)
{
	struct diff_pair *pairs = NULL;
	u32 cnt = 0;
	int err;

	err = compare_pairs(sides, a, &pairs, &cnt);
	if (!err)
		err = check_selection(pairs, cnt, a);
	if (!err) {
		err = a->renderer->render(pairs, cnt, &a->options, stdout);
		if (err)
			err_r(err, "cannot show the comparison: out of memory");
		else
			err = stream_finish(stdout, "the comparison");
		*worse = a->options.threshold >= 0 &&
			 diff_is_worse(pairs, cnt, a->options.threshold);
	}
	for (u32 i = 0; i < cnt; i++)
		diff_pair_clear(&pairs[i]);
	free(pairs);
	return err;
}

static enum diff_status diff(struct arguments *a)
{
	struct diff_side sides[SIDE_CNT] = {};
	bool worse = false;
	int err = 0;

	a->options.unicode = stream_is_unicode(stdout);
	if (a->reasons.reason_cnt) {
		a->compare.wants = wants;
		a->compare.data = &a->reasons;
	}
	for (int i = 0; i < SIDE_CNT && !err; i++)
		err = diff_side_open(&sides[i], a->paths[i]);
	if (!err)
		err = show(sides, a, &worse);
	for (int i = 0; i < SIDE_CNT; i++)
		diff_side_close(&sides[i]);
	if (err)
		return DIFF_FAILED;
	return worse ? DIFF_WORSE : DIFF_OK;
}

int cmd_diff(int argc, char **argv)
{
	struct arguments a = {
		.renderer = &diff_text,
		.compare.bounds = BOUNDS_DEFAULT,
		.options = { .min_share = 0.2, .threshold = -1 },
	};
	int status;

	if (!cmd_parse(&argp, argc, argv, &a, &status))
		status = diff(&a);
	else if (status == CMD_FAILED)
		status = DIFF_FAILED;
	selection_clear(&a.reasons);
	selection_clear(&a.vcpus);
	return status;
}
