// SPDX-License-Identifier: GPL-2.0
/*
 * exitgraph check: a line for each requirement, and below it what to do about it.
 *
 *	ok    KVM module      kvm
 *	FAIL  modules' BTF    the kernel has no BTF for kvm
 *	                      -> use Linux 5.17 or later with CONFIG_DEBUG_INFO_BTF_MODULES=y
 */
#include "cmd/cmd.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "target/check.h"
#include "util/cleanup.h"
#include "util/log.h"

struct options {
	bool json;
};

enum {
	OPTION_JSON = 256,
};

static const struct argp_option argp_options[] = {
	{ "json", OPTION_JSON, NULL, 0, "Print the findings as JSON", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case OPTION_JSON:
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", value);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_option,
	.doc = "Tells whether this host can be profiled, requirement by requirement, and what to "
	       "do about those that are missing."
	       "\vThe exit status is 1 if it cannot.\n\n"
	       "Example: exitgraph check && exitgraph record -o vm.xg -d 10s",
};

/* As people read them, and as programs do. */
static const struct {
	const char *mark;
	const char *name;
} statuses[] = {
	[TARGET_FINDING_OK] = { "ok", "ok" },
	[TARGET_FINDING_WARN] = { "warn", "warning" },
	[TARGET_FINDING_FAIL] = { "FAIL", "failed" },
	[TARGET_FINDING_SKIPPED] = { "-", "skipped" },
};

static void print_text(const struct target_finding *findings, size_t cnt, size_t missing)
{
	int width = 0;

	for (size_t i = 0; i < cnt; i++) {
		if ((int)strlen(findings[i].name) > width)
			width = strlen(findings[i].name);
	}
	for (size_t i = 0; i < cnt; i++) {
		const struct target_finding *f = &findings[i];

		printf("%-4s  %-*s  %s\n", statuses[f->status].mark, width, f->name, f->found);
		if (*f->remedy)
			printf("%*s-> %s\n", width + 8, "", f->remedy);
	}
	if (missing)
		printf("\nThis host cannot be profiled: %zu requirement%s missing.\n", missing,
		       missing == 1 ? " is" : "s are");
	else
		printf("\nThis host can be profiled.\n");
}

static int print_json(const struct target_finding *findings, size_t cnt, size_t missing)
{
	json_t *rows = json_array();
	json_t *root = json_pack("{s:b, s:o}", "can_be_profiled", !missing, "requirements", rows);
	int r;

	for (size_t i = 0; root && i < cnt; i++) {
		const struct target_finding *f = &findings[i];

		json_array_append_new(rows,
				      json_pack("{s:s, s:s, s:s, s:s*}", "name", f->name, "status",
						statuses[f->status].name, "found", f->found,
						"remedy", *f->remedy ? f->remedy : NULL));
	}
	r = root ? json_dumpf(root, stdout, JSON_INDENT(2)) : -1;
	putchar('\n');
	json_decref(root);
	return r ? err_r(-EIO, "cannot write the findings as JSON") : 0;
}

int cmd_check(int argc, char **argv)
{
	_cleanup_free_ struct target_finding *findings = NULL;
	struct options options = { 0 };
	size_t cnt, missing = 0;
	int status;

	if (cmd_parse(&argp, argc, argv, &options, &status))
		return status;
	if (target_check(&findings, &cnt))
		return CMD_FAILED;
	for (size_t i = 0; i < cnt; i++)
		missing += findings[i].status == TARGET_FINDING_FAIL;

	if (!options.json)
		print_text(findings, cnt, missing);
	else if (print_json(findings, cnt, missing))
		return CMD_FAILED;
	if (fflush(stdout) || ferror(stdout)) {
		log_print(LOG_ERROR, "cannot write to standard output: %m");
		return CMD_FAILED;
	}
	return missing ? CMD_FAILED : CMD_OK;
}
