// SPDX-License-Identifier: GPL-2.0
/* exitgraph bench: the built-in guest's workloads, what each costs untraced and traced. */
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "attach/mechanism.h"
#include "bench/bench.h"
#include "cmd/cmd.h"
#include "cmd/workloads.h"
#include "collect/discover.h"
#include "profile/store.h"
#include "render/bench.h"
#include "render/stream.h"
#include "util/cleanup.h"
#include "util/log.h"

#define TIME_DEFAULT_NS 500000000
#define CPU_MAX		1024

enum {
	OPT_TIME = 256,
	OPT_ROUNDS,
	OPT_UNTRACED,
	OPT_FUNCTIONS,
	OPT_DISCOVER,
	OPT_ATTACH,
	OPT_TREE,
	OPT_JSON,
	OPT_CSV,
	OPT_LIST,
};

static const struct argp_option options[] = {
	{ "cpu", 'C', "N", 0, "run the vCPU on CPU N (the last one that this process may use)", 0 },
	{ "time", OPT_TIME, "TIME", 0,
	  "let the rounds of a workload take about TIME (500ms), untraced and traced each", 0 },
	{ "rounds", OPT_ROUNDS, "N", 0, "measure N rounds (21, or as many as fit)", 0 },
	{ "count", 'n', "N", 0, "of N iterations (as many as fit)", 0 },
	{ "untraced", OPT_UNTRACED, NULL, 0, "measure without tracing anything: needs no root", 1 },
	{ "functions", OPT_FUNCTIONS, "GLOB[,GLOB]", 0, "trace these functions, as in record", 1 },
	{ "discover", OPT_DISCOVER, "TIME", 0,
	  "look for TIME (500ms) which functions the workloads have KVM run, and trace those; 0: "
	  "trace the default list",
	  1 },
	{ "attach", OPT_ATTACH, "MECHANISM", 0, "attach by MECHANISM, as in record", 1 },
	{ "output", 'o', "FILE", 0, "keep it all as a profile: 'exitgraph report FILE'", 2 },
	{ "tree", OPT_TREE, NULL, 0, "show where the time goes, phase by phase", 2 },
	{ "json", OPT_JSON, NULL, 0, "print JSON", 2 },
	{ "csv", OPT_CSV, NULL, 0, "print CSV", 2 },
	{ "list", OPT_LIST, NULL, 0,
	  "list the workloads, the exits of each, and what vmexit.c has beyond", 2 },
	{ "verbose", 'v', NULL, 0, "say more about what is done", 2 },
	{ 0 },
};

static const char doc[] =
	"Run the built-in guest through WORKLOADs (all of them), which have the names of "
	"kvm-unit-tests' vmexit.c, and print what an exit costs by the guest's own clock: "
	"untraced, with the boundaries of each exit recorded, and with all functions traced that "
	"the workloads have KVM run.\v"
	"Examples:\n"
	"  exitgraph bench cpuid portio-no-eventfd --tree\n"
	"  exitgraph bench --untraced --rounds 101 --time 2s\n"
	"  exitgraph bench -o host.xg && exitgraph report host.xg | less\n\n"
	"Exit status: 0 all was measured, 1 it was not, 2 wrong arguments.";

struct arguments {
	struct bench_options bench;
	struct target_rules rules;
	const char *output;
	bool tree, json, csv, list;
};

static void cleanup_arguments(struct arguments *a)
{
	target_rules_free(&a->rules);
	free(a->bench.workloads);
}

static int add_workload(struct bench_options *bench, const struct guest_workload *workload)
{
	const struct guest_workload **more =
		reallocarray(bench->workloads, bench->workload_cnt + 1, sizeof(*more));

	if (!more)
		return err_r(-ENOMEM, "no memory");
	bench->workloads = more;
	more[bench->workload_cnt++] = workload;
	return 0;
}

static error_t add_named(struct arguments *a, const char *name)
{
	const struct guest_workload *workload = cmd_find_workload(name);

	if (!workload)
		return EINVAL;
	for (size_t i = 0; i < a->bench.workload_cnt; i++)
		if (a->bench.workloads[i] == workload)
			return err_r(EINVAL, "workload '%s' is given twice", name);
	return -add_workload(&a->bench, workload);
}

static error_t parse_number(int key, const char *arg, struct bench_options *bench)
{
	unsigned long long value = 0;
	error_t err = 0;

	switch (key) {
	case 'C':
		err = -cmd_parse_u64("--cpu", arg, 0, CPU_MAX - 1, &value);
		bench->cpu = value;
		break;
	case 'n':
		err = -cmd_parse_u64("--count", arg, 1, BENCH_ITERATIONS_MAX, &value);
		bench->iterations = value;
		break;
	case OPT_ROUNDS:
		err = -cmd_parse_u64("--rounds", arg, 1, BENCH_ROUNDS_MAX, &value);
		bench->rounds = value;
		break;
	case OPT_TIME:
		err = -cmd_parse_duration("--time", arg, &value);
		bench->time_ns = value;
		break;
	case OPT_DISCOVER:
		if (strcmp(arg, "0"))
			err = -cmd_parse_duration("--discover", arg, &value);
		bench->discover_ns = value;
		break;
	}
	return err;
}

/* What goes together, when all is known. */
static error_t check(struct arguments *a)
{
	if (a->json && a->csv)
		return err_r(EINVAL, "--json and --csv exclude each other");
	if (a->csv && a->tree)
		return err_r(EINVAL, "--csv has no --tree; --json has it always");
	if (a->bench.untraced && (a->output || a->tree || a->rules.cnt || a->bench.mechanism))
		return err_r(EINVAL, "--untraced records nothing: leave out -o, --tree, "
				     "--functions and --attach");
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'C':
	case 'n':
	case OPT_ROUNDS:
	case OPT_TIME:
	case OPT_DISCOVER:
		return parse_number(key, arg, &a->bench);
	case OPT_UNTRACED:
		a->bench.untraced = true;
		return 0;
	case OPT_FUNCTIONS:
		return target_rules_add(&a->rules, arg, false) ? EINVAL : 0;
	case OPT_ATTACH:
		return cmd_parse_mechanism(arg, &a->bench.mechanism);
	case 'o':
		a->output = arg;
		return 0;
	case OPT_TREE:
		a->tree = true;
		return 0;
	case OPT_JSON:
		a->json = true;
		return 0;
	case OPT_CSV:
		a->csv = true;
		return 0;
	case OPT_LIST:
		a->list = true;
		return 0;
	case 'v':
		log_set_level(LOG_DEBUG);
		return 0;
	case ARGP_KEY_ARG:
		return add_named(a, arg);
	case ARGP_KEY_END:
		return check(a);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[WORKLOAD...]",
	.doc = doc,
};

static int print_json(const struct bench_costs *costs)
{
	json_t *json = bench_json(costs);
	int err = json && !json_dumpf(json, stdout, JSON_INDENT(2)) ? 0 : -ENOMEM;

	putchar('\n');
	json_decref(json);
	return err;
}

static int print(const struct arguments *a, const struct profile *profile)
{
	_cleanup_(bench_costs_free) struct bench_costs *costs = NULL;
	int err = bench_costs_new(profile, &costs);

	if (!err && a->json)
		err = print_json(costs);
	else if (!err && a->csv)
		bench_csv(costs, stdout);
	else if (!err)
		err = bench_text(costs, a->tree, stream_is_unicode(stdout), stdout);
	if (err)
		return err_r(err, "no memory");
	return stream_finish(stdout, "the benchmark");
}

static int run(const struct arguments *a)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	_cleanup_(store_free) struct store *store = NULL;
	int err = profile_new(&profile) ? err_r(-ENOMEM, "no memory") : 0;

	if (!err && a->output)
		err = store_create(a->output, &store);
	if (!err)
		err = bench_run(&a->bench, profile);
	if (!err && store)
		err = store_commit(store, profile);
	return err ? err : print(a, profile);
}

int cmd_bench(int argc, char **argv)
{
	_cleanup_(cleanup_arguments) struct arguments a = {
		.bench = { .cpu = BENCH_ANY_CPU,
			   .time_ns = TIME_DEFAULT_NS,
			   .discover_ns = DISCOVER_DEFAULT_NS },
	};
	const struct guest_workload *workload;
	int status;

	if (cmd_parse(&argp, argc, argv, &a, &status))
		return status;
	if (a.list) {
		cmd_print_workloads(true);
		return CMD_OK;
	}
	for (size_t i = 0, named = a.bench.workload_cnt;
	     !named && (workload = guest_workload_at(i)); i++)
		if (add_workload(&a.bench, workload))
			return CMD_FAILED;
	a.bench.rules = &a.rules;
	a.bench.progress = isatty(STDERR_FILENO);
	return run(&a) ? CMD_FAILED : CMD_OK;
}
