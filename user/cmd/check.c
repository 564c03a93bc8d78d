// SPDX-License-Identifier: GPL-2.0
/*
 * exitgraph check: a line for each requirement, and below it what to do about it.
 *
 *	ok    KVM module      kvm
 *	FAIL  modules' BTF    the kernel has no BTF for kvm
 *	                      -> use Linux 5.17 or later with CONFIG_DEBUG_INFO_BTF_MODULES=y
 *
 * and, where it can be profiled, a line for each mechanism that programs are attached by.
 */
#include "cmd/cmd.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "attach/mechanism.h"
#include "collect/calibrate.h"
#include "render/calibration.h"
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

/* What of that is known: it is measured by the first recording after each boot. */
static void print_calibration(const struct mechanism *const *table, size_t cnt)
{
	struct calibration calibration = { 0 };

	for (size_t i = 0; i < cnt; i++)
		calibrate_cached(table[i], &calibration);
	calibrate_cached(NULL, &calibration);
	if (!calibration.cnt)
		return;
	fputs("\nProbes cost:\n      ", stdout);
	calibration_text(&calibration, "\n      ", stdout);
	putchar('\n');
}

/* Which mechanisms are there, the best first: what record --attach takes, and what is for clones.
 */
static void print_mechanisms(const struct features *features)
{
	const struct mechanism *const *table;
	size_t cnt;

	table = mechanism_table(&cnt);
	printf("\nFunctions are attached by the first of these that there is and that takes "
	       "them:\n");
	for (size_t i = 0; i < cnt; i++) {
		bool offered = table[i]->offered(features);

		printf("%-4s  %-24s  %s%s\n", offered ? "ok" : "-", table[i]->name,
		       offered ? table[i]->use : "this kernel lacks ",
		       offered ? "" : table[i]->needs);
	}
	print_calibration(table, cnt);
}

static json_t *mechanisms_to_json(const struct features *features)
{
	const struct mechanism *const *table;
	json_t *rows = json_array();
	size_t cnt;

	table = mechanism_table(&cnt);
	for (size_t i = 0; i < cnt; i++)
		json_array_append_new(rows, json_pack("{s:s, s:s*, s:b, s:s, s:s}", "name",
						      table[i]->name, "option", table[i]->option,
						      "offered", table[i]->offered(features), "use",
						      table[i]->use, "needs", table[i]->needs));
	return rows;
}

static json_t *calibration_to_json(void)
{
	const struct mechanism *const *table;
	struct calibration calibration = { 0 };
	struct builder builder = { 0 };
	size_t cnt;

	table = mechanism_table(&cnt);
	for (size_t i = 0; i < cnt; i++)
		calibrate_cached(table[i], &calibration);
	calibrate_cached(NULL, &calibration);
	return calibration_json(&builder, &calibration);
}

static int print_json(const struct target_finding *findings, size_t cnt, size_t missing,
		      const struct features *features)
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
	if (root && !missing)
		json_object_set_new(root, "mechanisms", mechanisms_to_json(features));
	if (root && !missing)
		json_object_set_new(root, "calibration", calibration_to_json());
	r = root ? json_dumpf(root, stdout, JSON_INDENT(2)) : -1;
	putchar('\n');
	json_decref(root);
	return r ? err_r(-EIO, "cannot write the findings as JSON") : 0;
}

int cmd_check(int argc, char **argv)
{
	_cleanup_free_ struct target_finding *findings = NULL;
	struct features features = { 0 };
	struct options options = { 0 };
	size_t cnt, missing = 0;
	int status;

	if (cmd_parse(&argp, argc, argv, &options, &status))
		return status;
	if (target_check(&findings, &cnt))
		return CMD_FAILED;
	for (size_t i = 0; i < cnt; i++)
		missing += findings[i].status == TARGET_FINDING_FAIL;

	if (!missing && features_read(true, NULL, &features))
		return CMD_FAILED;
	if (!options.json) {
		print_text(findings, cnt, missing);
		if (!missing)
			print_mechanisms(&features);
	} else if (print_json(findings, cnt, missing, &features)) {
		return CMD_FAILED;
	}
	if (fflush(stdout) || ferror(stdout)) {
		log_print(LOG_ERROR, "cannot write to standard output: %m");
		return CMD_FAILED;
	}
	return missing ? CMD_FAILED : CMD_OK;
}
