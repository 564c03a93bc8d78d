// SPDX-License-Identifier: GPL-2.0
/*
 * exitgraph list: what can be traced here, and why the rest cannot.
 *
 *	FUNCTION          MODULE   SET      TRACED BY
 *	amd_pmu_init      kvm_amd  -        no: vmlinux has a function of this name: ...
 *	kvm_emulate_cpuid kvm      default  fentry+fexit
 */
#include "cmd/list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "target/discovered.h"
#include "target/outside.h"
#include "target/select.h"
#include "target/target.h"
#include "util/cleanup.h"
#include "util/log.h"

struct options {
	struct target_rules patterns;
	struct target_rules also;
	bool only_default;
	bool only_discovered;
	bool only_traceable;
	bool all;
	bool clones;
	bool verify;
	bool json;
};

enum {
	OPTION_DEFAULT = 256,
	OPTION_DISCOVERED,
	OPTION_TRACEABLE,
	OPTION_ALL,
	OPTION_ALSO,
	OPTION_CLONES,
	OPTION_VERIFY,
	OPTION_JSON,
};

static const struct argp_option argp_options[] = {
	{ "default", OPTION_DEFAULT, NULL, 0,
	  "Only the functions of the default list, which are traced where nothing is discovered",
	  0 },
	{ "discovered", OPTION_DISCOVERED, NULL, 0,
	  "Only the functions that were discovered last on this kernel (exitgraph discover)", 0 },
	{ "traceable", OPTION_TRACEABLE, NULL, 0, "Only functions that can be traced", 0 },
	{ "all", OPTION_ALL, NULL, 0, "The machinery of tracepoints, too", 0 },
	{ "also", OPTION_ALSO, "GLOB[,GLOB]", 0,
	  "Functions outside of KVM, as for record --also: of vmlinux and all modules; these alone "
	  "if no other GLOB is given",
	  0 },
	{ "clones", OPTION_CLONES, NULL, 0,
	  "As for record --clones: the compiler's clones of functions can be traced, too", 0 },
	{ "verify", OPTION_VERIFY, NULL, 0,
	  "Have the kernel load (never attach) a program for each function, not only for the "
	  "doubtful ones",
	  0 },
	{ "json", OPTION_JSON, NULL, 0, "Print JSON", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case OPTION_DEFAULT:
		options->only_default = true;
		return 0;
	case OPTION_DISCOVERED:
		options->only_discovered = true;
		return 0;
	case OPTION_TRACEABLE:
		options->only_traceable = true;
		return 0;
	case OPTION_ALL:
		options->all = true;
		return 0;
	case OPTION_CLONES:
		options->clones = true;
		return 0;
	case OPTION_ALSO:
		return target_rules_add(&options->also, value, false) ? EINVAL : 0;
	case OPTION_VERIFY:
		options->verify = true;
		return 0;
	case OPTION_JSON:
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		return target_rules_add(&options->patterns, value, false) ? EINVAL : 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_option,
	.args_doc = "[GLOB...]",
	.doc = "Lists the functions of kvm and the vendor's module: whether each can be traced, "
	       "and if not, why. A GLOB is a name, a glob, either with 'kvm:', 'kvm_amd:' or "
	       "'kvm_intel:' before it, or @FILE with one of these a line."
	       "\vThe exit status is 1 if a GLOB matches no function.\n\n"
	       "Examples: exitgraph list --traceable 'kvm_emulate_*' 'kvm_amd:*_interception'\n"
	       "          exitgraph list --also 'eventfd_*,try_to_wake_up'",
};

/* Mark what @pattern means; false if that is nothing. */
static bool mark(const struct target_host *host, const char *pattern, bool *wanted)
{
	struct target_function **functions, *found = NULL;
	bool any = false;
	size_t cnt;

	functions = target_host_functions(host, &cnt);
	/* Finds clones by the name that they have in the source, too. */
	if (!target_pattern_is_glob(pattern))
		found = target_host_find(host, pattern);
	for (size_t i = 0; i < cnt; i++) {
		if (functions[i] == found || target_pattern_matches(pattern, functions[i]))
			any = wanted[i] = true;
	}
	return any;
}

static bool is_listed(const struct options *options, struct target_function *f)
{
	if (options->only_default && !f->is_default)
		return false;
	if (options->only_discovered && !f->is_discovered)
		return false;
	if (options->verify)
		f->doubtful = true;
	if (!target_is_traceable(f) && options->only_traceable)
		return false;
	return f->verdict != TARGET_GLUE || options->all || options->patterns.cnt ||
	       options->also.cnt;
}

/* -ENOENT, after saying so, if a pattern matches nothing; the listing is made all the same. */
static int make_listing(const struct target_host *host, const struct options *options,
			struct listing *out)
{
	_cleanup_free_ bool *wanted = NULL;
	struct target_function **functions;
	size_t cnt;
	int r = 0;

	functions = target_host_functions(host, &cnt);
	wanted = calloc(cnt + 1, sizeof(*wanted));
	out->v = calloc(cnt + 1, sizeof(*out->v));
	if (!wanted || !out->v)
		return err_r(-ENOMEM, "no memory for the list of functions");
	for (size_t i = 0; i < options->patterns.cnt; i++) {
		const char *pattern = options->patterns.v[i].pattern;

		if (!mark(host, pattern, wanted))
			r = err_r(
				-ENOENT,
				"'%s' matches no function of kvm or %s; for those outside of KVM: "
				"exitgraph list --also '%s'",
				pattern, target_host_vendor(host), pattern);
	}
	for (size_t i = 0; i < cnt; i++) {
		if ((wanted[i] || !options->patterns.cnt) && is_listed(options, functions[i]))
			out->v[out->cnt++] = functions[i];
	}
	return r;
}

/* The functions outside of KVM, all of which were asked for, behind the others. */
static int add_outside(const struct target_host *outside, const struct options *options,
		       struct listing *listing)
{
	struct target_function **functions;
	void *v;
	size_t cnt;

	functions = target_host_functions(outside, &cnt);
	v = realloc(listing->v, (listing->cnt + cnt + 1) * sizeof(*listing->v));
	if (!v)
		return err_r(-ENOMEM, "no memory for the list of functions");
	listing->v = v;
	for (size_t i = 0; i < cnt; i++) {
		if (is_listed(options, functions[i]))
			listing->v[listing->cnt++] = functions[i];
	}
	return 0;
}

/* What the cache has, if anything. -ENOENT, after saying so, where that is what is asked for. */
static int mark_discovered(struct target_host *host, const struct options *options)
{
	struct discovered found;
	int r = discovered_load(host, &found);

	if (!r || !options->only_discovered)
		return 0;
	return err_r(-EINVAL,
		     "nothing was discovered on this kernel yet (%s): run 'exitgraph discover' "
		     "while a guest runs",
		     strerror(-r));
}

static int list(const struct options *options)
{
	_cleanup_(target_host_free) struct target_host *host = NULL;
	_cleanup_(target_host_free) struct target_host *outside = NULL;
	struct listing listing = { 0 };
	int r, printed;

	r = features_read(true, NULL, &listing.features);
	if (r)
		return r;
	if (!options->also.cnt || options->patterns.cnt) {
		r = target_host_open(false, &host);
		if (r)
			return r;
		if (options->clones)
			target_host_allow_clones(host);
		r = mark_discovered(host, options);
		if (r)
			return r;
		r = make_listing(host, options, &listing);
	}
	if (options->also.cnt && (!r || r == -ENOENT)) {
		int also = target_outside_open(&options->also, &outside);

		if (!also)
			also = add_outside(outside, options, &listing);
		/* What there is is listed all the same. */
		r = also ? (host ? -ENOENT : also) : r;
	}
	if (!r || r == -ENOENT) {
		printed = list_print(host, &listing, options->json);
		r = r ? r : printed;
	}
	free(listing.v);
	return r;
}

int cmd_list(int argc, char **argv)
{
	struct options options = { 0 };
	int status;

	if (!cmd_parse(&argp, argc, argv, &options, &status))
		status = list(&options) ? CMD_FAILED : CMD_OK;
	target_rules_free(&options.patterns);
	target_rules_free(&options.also);
	return status;
}
