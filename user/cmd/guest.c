// SPDX-License-Identifier: GPL-2.0
/* exitgraph guest: run the built-in guest and print what its exits cost. */
#include "cmd/cmd.h"
#include "cmd/workloads.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

#include "guest/guest.h"
#include "util/cleanup.h"
#include "util/log.h"

#define DEFAULT_COUNT 5000
#define CPU_MAX	      1024

static const char doc[] =
	"Run a small virtual machine that exits exactly N times for one reason, and print the "
	"cost per exit by the guest's own clock: from before the first exit to after the last, "
	"divided by N; a handful of the loop's own instructions are in it. Where several exits "
	"are needed for one thing (an interrupt), or none is, N is how often that is done.\v"
	"--list tells the workloads, and the exits of each. Each vCPU makes N.\n\n"
	"Example: exitgraph record -o pio.xg -- exitgraph guest pio --count 10000\n";

enum {
	OPT_FOREVER = 0x100,
	OPT_JSON,
	OPT_LIST,
	OPT_MOVE,
	OPT_RESPAWN,
};

static const struct argp_option options[] = {
	{ "count", 'n', "N", 0, "exits to make (5000)", 0 },
	{ "forever", OPT_FOREVER, NULL, 0, "exit until SIGINT or SIGTERM, instead of --count", 0 },
	{ "vcpus", 'v', "N", 0, "vCPUs, each of which makes N exits (1)", 0 },
	{ "cpu", 'C', "CPU[,CPU...]", 0, "run vCPU 0 on the first of these, and so on", 0 },
	{ "move", OPT_MOVE, NULL, 0, "move each vCPU to another CPU every millisecond", 0 },
	{ "respawn", OPT_RESPAWN, "K", 0, "do it all K times, each in a new virtual machine", 0 },
	{ "json", OPT_JSON, NULL, 0, "print JSON", 0 },
	{ "list", OPT_LIST, NULL, 0, "list the workloads", 0 },
	{},
};

struct arguments {
	struct guest_options guest;
	const char *name; /* of the workload, as it was given */
	unsigned long long count;
	unsigned long long runs;
	bool count_given;
	bool forever;
	bool json;
	bool list;
	unsigned int cpus[CPU_MAX];
};

/* What --forever asks the guest for: some millennia. */
#define FOREVER_COUNT (1ULL << 63)

static int parse_cpus(struct arguments *args, const char *text)
{
	_cleanup_free_ char *copy = strdup(text);
	char *next = copy, *word;
	unsigned long long cpu;

	if (!copy)
		return err_r(-ENOMEM, "no memory for --cpu");
	args->guest.cpu_cnt = 0;
	while ((word = strsep(&next, ","))) {
		if (args->guest.cpu_cnt == CPU_MAX)
			return err_r(-EINVAL, "--cpu takes at most %d CPUs", CPU_MAX);
		if (cmd_parse_u64("--cpu", word, 0, CPU_MAX - 1, &cpu))
			return -EINVAL;
		args->cpus[args->guest.cpu_cnt++] = cpu;
	}
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;
	unsigned long long value;

	switch (key) {
	case 'n':
		args->count_given = true;
		return -cmd_parse_u64("--count", arg, 1, FOREVER_COUNT - 1, &args->count);
	case 'v':
		if (cmd_parse_u64("--vcpus", arg, 1, GUEST_VCPU_MAX, &value))
			return EINVAL;
		args->guest.vcpu_cnt = value;
		return 0;
	case 'C':
		return -parse_cpus(args, arg);
	case OPT_FOREVER:
		args->forever = true;
		return 0;
	case OPT_MOVE:
		args->guest.move = true;
		return 0;
	case OPT_RESPAWN:
		return -cmd_parse_u64("--respawn", arg, 1, 1000000, &args->runs);
	case OPT_JSON:
		args->json = true;
		return 0;
	case OPT_LIST:
		args->list = true;
		return 0;
	case ARGP_KEY_ARG:
		if (args->guest.workload)
			argp_error(state, "one workload only, not '%s' too", arg);
		args->name = arg;
		args->guest.workload = cmd_find_workload(arg);
		return args->guest.workload ? 0 : EINVAL;
	case ARGP_KEY_END:
		if (args->list)
			return 0;
		if (!args->guest.workload)
			argp_error(state, "which workload? --list tells them");
		if (args->forever && args->count_given)
			argp_error(state, "--forever and --count exclude each other");
		if (args->forever && args->runs > 1)
			argp_error(state, "--forever and --respawn exclude each other");
		if (args->guest.move && args->guest.cpu_cnt)
			argp_error(state, "--move and --cpu exclude each other");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = { options, parse_option, "WORKLOAD", doc, NULL, NULL, NULL };

/* "812 ns", "1.02 us", "25.6 us", "3.41 ms": three digits or more. */
static void format_ns(double ns, char *buffer, size_t size)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	size_t i = 0;
	double value;
	int decimals = 0;

	while (i + 1 < ARRAY_SIZE(units) && ns >= units[i + 1].ns)
		i++;
	value = ns / units[i].ns;
	if (value < 100)
		decimals = value < 10 ? 2 : 1;
	snprintf(buffer, size, "%.*f %s", decimals, value, units[i].unit);
}

/* "exits", where that is what an iteration is. */
static const char *what_is_counted(const struct guest *guest, const struct guest_workload *workload)
{
	return guest_workload_exit_cnt(workload, guest_isa(guest)) == 1 ? "exits" : "iterations";
}

static void print_text(const struct arguments *args, const struct guest *guest,
		       const struct guest_result *results)
{
	const struct guest_workload *workload = args->guest.workload;

	for (unsigned int i = 0; i < args->guest.vcpu_cnt; i++) {
		const struct guest_result *r = &results[i];
		double cycles = r->iterations ? (double)r->cycles / r->iterations : 0;
		uint64_t khz = guest_tsc_khz(guest);
		char vcpu[32] = "", time[32];

		if (args->guest.vcpu_cnt > 1)
			snprintf(vcpu, sizeof(vcpu), "vCPU %u: ", i);
		printf("%s: %s%" PRIu64 " %s, %.0f cycles", args->name, vcpu, r->iterations,
		       what_is_counted(guest, workload), cycles);
		if (khz) {
			format_ns(cycles * 1e6 / khz, time, sizeof(time));
			printf(" (%s)", time);
		}
		printf(" each, as the guest saw it\n");
		if (guest_alike_exits(guest, r))
			printf("%s: %sfurther %s exits, page faults on the guest's memory: %" PRIu64
			       "\n",
			       args->name, vcpu, guest_workload_reason(workload, guest_isa(guest)),
			       guest_alike_exits(guest, r));
	}
	if (args->guest.move)
		printf("%s: vCPU threads moved %" PRIu64 " times\n", args->name,
		       guest_move_cnt(guest));
}

static json_t *kvm_json(const struct guest_stats *kvm)
{
	if (!kvm->known)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I}", "exits", (json_int_t)kvm->exits, "interrupts",
			 (json_int_t)kvm->interrupts, "faults", (json_int_t)kvm->faults,
			 "mmio_pages", (json_int_t)kvm->mmio_pages);
}

static json_t *result_json(unsigned int run, unsigned int vcpu, unsigned int exit_cnt,
			   const struct guest *guest, const struct guest_result *r)
{
	uint64_t khz = guest_tsc_khz(guest);
	double cycles = r->iterations ? (double)r->cycles / r->iterations : 0;
	bool one = exit_cnt == 1;
	json_t *json = json_object();

	json_object_set_new(json, "run", json_integer(run));
	json_object_set_new(json, "vcpu", json_integer(vcpu));
	json_object_set_new(json, "iterations", json_integer(r->iterations));
	json_object_set_new(json, "exits", json_integer(r->iterations * exit_cnt));
	json_object_set_new(json, "alike_exits", json_integer(guest_alike_exits(guest, r)));
	json_object_set_new(json, "user_exits", json_integer(r->user_exits));
	json_object_set_new(json, "guest_cycles", json_integer(r->cycles));
	json_object_set_new(json, "cycles_per_iteration", json_real(cycles));
	json_object_set_new(json, "cycles_per_exit", one ? json_real(cycles) : json_null());
	json_object_set_new(json, "ns_per_exit",
			    khz && one ? json_real(cycles * 1e6 / khz) : json_null());
	json_object_set_new(json, "wall_ns", json_integer(r->wall_ns));
	json_object_set_new(json, "kvm", kvm_json(&r->kvm));
	return json;
}

/* Add what the vCPUs did in @run to @json, an object that the first of them makes. */
static void collect_json(json_t *json, const struct arguments *args, unsigned int run,
			 const struct guest *guest, const struct guest_result *results)
{
	const struct guest_workload *workload = args->guest.workload;
	enum guest_isa isa = guest_isa(guest);
	uint64_t khz = guest_tsc_khz(guest);
	json_t *list = json_object_get(json, "results");
	char exits[CMD_EXITS_MAX];

	if (!list) {
		list = json_array();
		json_object_set_new(json, "workload", json_string(args->name));
		json_object_set_new(json, "isa", json_string(isa == GUEST_VMX ? "VMX" : "SVM"));
		json_object_set_new(json, "exit_reason",
				    json_string(guest_workload_reason(workload, isa)));
		json_object_set_new(
			json, "exits_per_iteration",
			json_string(guest_workload_expects(workload, isa, exits, sizeof(exits))));
		json_object_set_new(json, "tsc_khz", khz ? json_integer(khz) : json_null());
		json_object_set_new(json, "results", list);
	}
	for (unsigned int i = 0; i < args->guest.vcpu_cnt; i++)
		json_array_append_new(list,
				      result_json(run, i, guest_workload_exit_cnt(workload, isa),
						  guest, &results[i]));
}

static void say_interrupted(const struct arguments *args, const struct guest_result *results)
{
	uint64_t done = 0;

	for (unsigned int i = 0; i < args->guest.vcpu_cnt; i++)
		done += results[i].iterations;
	log_print(LOG_ERROR, "%s: interrupted after %" PRIu64 " of %llu exits", args->name, done,
		  args->count * args->guest.vcpu_cnt);
}

/*
 * One virtual machine's life. Ends early when stop_fd can be read, which is success only for
 * --forever.
 */
static int run_once(const struct arguments *args, unsigned int run, json_t *json)
{
	_cleanup_(guest_free) struct guest *guest = NULL;
	struct guest_result results[GUEST_VCPU_MAX] = {};
	int r;

	r = guest_new(&guest, &args->guest);
	if (r)
		return r;
	r = guest_run(guest, args->count, results);
	if (r && r != -EINTR)
		return r;
	if (r && !args->forever)
		say_interrupted(args, results);
	if (args->json)
		collect_json(json, args, run, guest, results);
	else if (!r || args->forever)
		print_text(args, guest, results);
	return args->forever ? 0 : r;
}

static void cleanup_json(json_t **json)
{
	json_decref(*json);
}

/* SIGINT, SIGTERM and SIGHUP no longer end the process but can be read from the descriptor. */
static int stop_fd_open(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		return err_r(-errno, "signalfd: %s", strerror(errno));
	return fd;
}

int cmd_guest(int argc, char **argv)
{
	struct arguments args = {
		.guest = { .vcpu_cnt = 1, .stop_fd = -1 },
		.count = DEFAULT_COUNT,
		.runs = 1,
	};
	_cleanup_(cleanup_json) json_t *json = json_object();
	_cleanup_close_ int stop_fd = -1;
	int status, r = 0;

	if (cmd_parse(&argp, argc, argv, &args, &status))
		return status;
	if (args.list) {
		cmd_print_workloads(false);
		return CMD_OK;
	}
	/* In ps and in reports, guests of different workloads are told apart by this. */
	prctl(PR_SET_NAME, args.name);
	stop_fd = stop_fd_open();
	if (stop_fd < 0)
		return CMD_FAILED;
	args.guest.stop_fd = stop_fd;
	args.guest.cpus = args.cpus;
	if (args.forever)
		args.count = FOREVER_COUNT;

	for (unsigned int run = 0; run < args.runs && !r; run++)
		r = run_once(&args, run, json);
	if (args.json && (!r || r == -EINTR)) {
		json_dumpf(json, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	if (ferror(stdout) || fflush(stdout))
		r = err_r(-errno, "cannot write the result: %s", strerror(errno));
	return r ? CMD_FAILED : CMD_OK;
}
