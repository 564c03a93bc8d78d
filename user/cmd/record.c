// SPDX-License-Identifier: GPL-2.0
/* exitgraph record: the KVM exits of a command, of a VMM or of the whole host, into a file. */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "collect/discover.h"
#include "collect/session.h"
#include "profile/store.h"
#include "render/stream.h"
#include "render/summary.h"
#include "target/check.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "xg_state.h"

#define DEFAULT_OUTPUT "exitgraph.xg"

#define WINDOW_DEFAULT_NS 200000000ULL

enum {
	OPTION_FUNCTIONS = 256,
	OPTION_FUNCTIONS_FILE,
	OPTION_EXCLUDE,
	OPTION_EXITS_ONLY,
	OPTION_SAMPLES,
	OPTION_SLOWEST,
	OPTION_OVER,
	OPTION_ALSO,
	OPTION_CLONES,
	OPTION_MAX_VCPUS,
	OPTION_REPORT,
	OPTION_DISCOVER,
	OPTION_NO_CACHE,
	OPTION_ATTACH,
	OPTION_CALIBRATE,
	OPTION_NO_CALIBRATE,
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "write the profile to FILE (" DEFAULT_OUTPUT ")", 0 },
	{ "pid", 'p', "PID", 0, "record the VMs of process PID, a VMM", 0 },
	{ "duration", 'd', "TIME", 0,
	  "stop after TIME, such as 10s, 500ms or 2m; a COMMAND that "
	  "still runs is sent SIGTERM",
	  0 },
	{ "functions", OPTION_FUNCTIONS, "GLOB[,GLOB]", 0,
	  "trace these functions, and do not look for what runs; @FILE reads globs from a file, "
	  "'default' is the list of the exit path's functions, 'discovered' what was discovered "
	  "last on this kernel",
	  1 },
	{ "functions-file", OPTION_FUNCTIONS_FILE, "FILE", 0,
	  "trace the functions that FILE names, one a line", 1 },
	{ "discover", OPTION_DISCOVER, "TIME", 0,
	  "watch for TIME (500ms) which functions the VMs have KVM run, and trace those; 0: do "
	  "not, and trace the default list. A COMMAND is not watched: traced are the default "
	  "list and what was discovered last",
	  1 },
	{ "no-cache", OPTION_NO_CACHE, NULL, 0,
	  "take nothing that an earlier run has left in the cache (/var/cache/exitgraph)", 1 },
	{ "exclude", OPTION_EXCLUDE, "GLOB[,GLOB]", 0, "do not trace these functions", 1 },
	{ "exits-only", OPTION_EXITS_ONLY, NULL, 0,
	  "record reasons and latencies alone, without call trees: attaches at once, and costs "
	  "some hundred instructions an exit",
	  1 },
	{ "samples", OPTION_SAMPLES, "N", 0,
	  "keep N cycles of each exit reason whole, spread evenly over the recording", 2 },
	{ "slowest", OPTION_SLOWEST, "N", 0, "keep the N slowest exits of each reason whole", 2 },
	{ "over", OPTION_OVER, "TIME", 0,
	  "keep the exits whole that take longer than TIME, such as 50us (10,000 at most)", 2 },
	{ "also", OPTION_ALSO, "GLOB[,GLOB]", 0,
	  "trace these functions outside of KVM, too: of vmlinux, or of another module with "
	  "'MODULE:' before it; their calls count inside of a vCPU's cycles only, but every "
	  "task that calls them pays for the probe",
	  1 },
	{ "clones", OPTION_CLONES, NULL, 0,
	  "trace the compiler's clones of KVM's functions, too (name.isra.0, .part.0, "
	  ".constprop.0): all of them with the default list, else those that --functions means; "
	  "through kprobes, which cost half as much again as other probes",
	  1 },
	{ "attach", OPTION_ATTACH, "MECHANISM", 0,
	  "attach by multi, fsession.multi, fsession, fentry, or kprobe, and what that does not "
	  "take by fentry; auto is the best that this kernel has ('exitgraph check' tells)",
	  3 },
	{ "calibrate", OPTION_CALIBRATE, "TIME", OPTION_ARG_OPTIONAL,
	  "trace nothing but the boundaries first, for TIME (200ms): from the difference follows what "
	  "the probes cost in this workload; a COMMAND is stopped while the others are attached",
	  3 },
	{ "no-calibrate", OPTION_NO_CALIBRATE, NULL, 0,
	  "do not measure first, on functions that do nothing, what the probes themselves cost "
	  "(0.2 s, once after each boot)",
	  3 },
	{ "max-vcpus", OPTION_MAX_VCPUS, "N", 0,
	  "room for N vCPUs, 1.8 MiB of kernel memory each (those there are, and four for "
	  "each CPU, at least 8)",
	  3 },
	{ "report", OPTION_REPORT, NULL, 0,
	  "print the whole report at the end, call trees included, instead of a summary", 3 },
	{ "quiet", 'q', NULL, 0, "no progress and no summary (but --report if it is given)", 3 },
	{ "verbose", 'v', NULL, 0, "say more about what is done", 3 },
	{ 0 },
};

/* The options that take a number from 1 on, and where in struct session_options it goes. */
static const struct {
	int key;
	const char *name;
	u32 max;
	size_t offset;
} numbers[] = {
	{ 'p', "-p", 1 << 22, offsetof(struct session_options, pid) },
	{ OPTION_SAMPLES, "--samples", XG_SAMPLES_MAX, offsetof(struct session_options, samples) },
	{ OPTION_SLOWEST, "--slowest", XG_SLOWEST_MAX, offsetof(struct session_options, slowest) },
	{ OPTION_MAX_VCPUS, "--max-vcpus", XG_VCPUS_MAX,
	  offsetof(struct session_options, max_vcpus) },
};

static const char doc[] =
	"Record the KVM exits of COMMAND and its children, of a VMM (-p), or of all VMs on this "
	"host, until COMMAND or the VMM ends, TIME is over, or Ctrl-C.\v"
	"Examples:\n"
	"  exitgraph record -d 10s -p $(pgrep -f 'guest=web1')\n"
	"  exitgraph record -o cpuid.xg -- exitgraph guest cpuid --count 100000\n"
	"  exitgraph record --report -d 5s | less\n"
	"  exitgraph record --slowest 3 --samples 10 -d 10s\n"
	"  exitgraph record --functions 'svm_*,kvm_emulate_*' -d 5s\n"
	"  exitgraph record --also 'eventfd_signal*,try_to_wake_up' -d 5s\n\n"
	"Exit status: 0 a profile was written, 1 it was not, 2 wrong arguments.";

struct arguments {
	struct session_options session;
	struct target_rules rules;
	struct target_rules also;
	const char *output;
	bool report;
	bool quiet;
};

static void cleanup_arguments(struct arguments *arguments)
{
	target_rules_free(&arguments->rules);
	target_rules_free(&arguments->also);
}

static error_t parse_number(int key, char *arg, struct session_options *session)
{
	unsigned long long value = 0;
	int r;

	if (key == 'd' || key == OPTION_OVER) {
		r = cmd_parse_duration(key == 'd' ? "-d" : "--over", arg, &value);
		*(key == 'd' ? &session->duration_ns : &session->over_ns) = value;
		return r ? EINVAL : 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (numbers[i].key != key)
			continue;
		if (cmd_parse_u64(numbers[i].name, arg, 1, numbers[i].max, &value))
			return EINVAL;
		*(u32 *)((char *)session + numbers[i].offset) = value;
	}
	return 0;
}

/* A duration, or 0. */
static int parse_time(const char *option, const char *arg, u64 *out)
{
	unsigned long long ns = 0;
	int r = strcmp(arg, "0") ? cmd_parse_duration(option, arg, &ns) : 0;

	*out = ns;
	return r;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	int r = 0;

	switch (key) {
	case 'o':
		arguments->output = arg;
		break;
	case 'p':
	case 'd':
	case OPTION_SAMPLES:
	case OPTION_SLOWEST:
	case OPTION_OVER:
	case OPTION_MAX_VCPUS:
		return parse_number(key, arg, &arguments->session);
	case OPTION_FUNCTIONS:
		r = target_rules_add(&arguments->rules, arg, false);
		break;
	case OPTION_FUNCTIONS_FILE:
		r = target_rules_add_file(&arguments->rules, arg, false);
		break;
	case OPTION_DISCOVER:
		r = parse_time("--discover", arg, &arguments->session.discover_ns);
		break;
	case OPTION_NO_CACHE:
		arguments->session.no_cache = true;
		break;
	case OPTION_EXCLUDE:
		r = target_rules_add(&arguments->rules, arg, true);
		break;
	case OPTION_ALSO:
		r = target_rules_add(&arguments->also, arg, false);
		break;
	case OPTION_CLONES:
		arguments->session.clones = true;
		break;
	case OPTION_ATTACH:
		return cmd_parse_mechanism(arg, &arguments->session.mechanism);
	case OPTION_CALIBRATE:
		arguments->session.window_ns = WINDOW_DEFAULT_NS;
		if (arg)
			r = parse_time("--calibrate", arg, &arguments->session.window_ns);
		break;
	case OPTION_NO_CALIBRATE:
		arguments->session.calibrate = false;
		break;
	case OPTION_EXITS_ONLY:
		arguments->session.exits_only = true;
		break;
	case OPTION_REPORT:
		arguments->report = true;
		break;
	case 'q':
		arguments->quiet = true;
		break;
	case 'v':
		log_set_level(LOG_DEBUG);
		break;
	case ARGP_KEY_ARGS:
		arguments->session.command = state->argv + state->next;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return r ? EINVAL : 0;
}

/* argp stops at the first word that is no option, or after "--": the rest is the command. */
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[-- COMMAND [ARGUMENT...]]",
	.doc = doc,
};

static void say_how_it_ended(enum session_end end, int status)
{
	switch (end) {
	case SESSION_END_COMMAND:
		if (WIFSIGNALED(status))
			log_warn("the command was ended by signal %d (%s)", WTERMSIG(status),
				 strsignal(WTERMSIG(status)));
		else if (WEXITSTATUS(status))
			log_warn("the command ended with status %d", WEXITSTATUS(status));
		break;
	case SESSION_END_VMM:
		log_info("the VMM has ended");
		break;
	case SESSION_END_SIGNAL:
		log_info("stopped by a signal");
		break;
	case SESSION_END_DURATION:
		break;
	}
}

/* Everything but the arguments. 0 or -errno (said). */
static int record(const struct arguments *arguments)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	_cleanup_(session_free) struct session *session = NULL;
	_cleanup_(store_free) struct store *store = NULL;
	enum session_end end;
	int status, r;

	r = target_require();
	if (!r)
		r = profile_new(&profile);
	if (!r)
		r = store_create(arguments->output, &store);
	if (!r)
		r = session_new(&arguments->session, &session);
	if (!r)
		r = session_attach(session);
	if (!r)
		r = session_run(session, profile, &end, &status);
	if (r)
		return r;
	say_how_it_ended(end, status);
	log_debug("the profile is complete");
	r = store_commit(store, profile);
	log_debug("the profile is written");
	if (!r && (arguments->report || !arguments->quiet))
		r = summary_print(profile->first, arguments->output, arguments->report, stdout);
	if (!r && !arguments->quiet && *session_how_chosen(session))
		printf("functions: %s\n", session_how_chosen(session));
	/* The profile is there, with or without its summary. */
	if (stream_finish(stdout, "the summary") && !r)
		log_info("the profile was written to %s all the same", arguments->output);
	log_debug("the summary is printed");
	/* The user has all of it: now the probes may take their time to go. */
	profile_free(&profile);
	session_release(session);
	log_debug("the probes are given away");
	return r;
}

/* What --exits-only leaves nothing of. */
static int check_exits_only(const struct arguments *arguments)
{
	const struct session_options *session = &arguments->session;

	if (!session->exits_only)
		return 0;
	if (session->samples || session->slowest || session->over_ns)
		return err_r(-EINVAL, "--exits-only sees no calls, so there are no cycles to keep "
				      "whole: leave out --samples, --slowest and --over");
	if (arguments->rules.cnt || arguments->also.cnt || session->clones || session->mechanism ||
	    session->window_ns)
		return err_r(-EINVAL, "--exits-only traces no functions: leave out those options");
	return 0;
}

int cmd_record(int argc, char **argv)
{
	_cleanup_(cleanup_arguments) struct arguments arguments = {
		.session.discover_ns = DISCOVER_DEFAULT_NS,
		.session.calibrate = true,
		.output = DEFAULT_OUTPUT,
	};
	int status;

	if (cmd_parse(&argp, argc, argv, &arguments, &status))
		return status;
	if (check_exits_only(&arguments))
		return CMD_USAGE;
	if (arguments.session.window_ns && !arguments.session.calibrate) {
		err_r(-EINVAL, "--calibrate goes by what --no-calibrate leaves out: choose one");
		return CMD_USAGE;
	}
	arguments.session.calibrate &= !arguments.session.exits_only;
	arguments.session.rules = &arguments.rules;
	arguments.session.also = &arguments.also;
	arguments.session.progress = !arguments.quiet && isatty(STDERR_FILENO);
	if (arguments.session.command && !*arguments.session.command)
		arguments.session.command = NULL;
	return record(&arguments) ? CMD_FAILED : CMD_OK;
}
