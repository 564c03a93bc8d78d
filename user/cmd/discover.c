// SPDX-License-Identifier: GPL-2.0
/* exitgraph discover: the functions that guests have KVM run, as a list for record --functions. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "cmd/cmd.h"
#include "collect/discover.h"
#include "collect/signals.h"
#include "target/check.h"
#include "util/cleanup.h"
#include "util/log.h"

struct arguments {
	struct discover_options options;
	const char *output; /* NULL: standard output */
	bool has_duration;
};

static const struct argp_option options[] = {
	{ "pid", 'p', "PID", 0, "watch the VMs of process PID, a VMM", 0 },
	{ "duration", 'd', "TIME", 0,
	  "watch for TIME (500ms; a COMMAND until it ends, which is then sent SIGTERM)", 0 },
	{ "output", 'o', "FILE", 0, "write the list to FILE", 0 },
	{ "verbose", 'v', NULL, 0, "say more about what is done", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	unsigned long long value = 0;
	int r = 0;

	switch (key) {
	case 'p':
		r = cmd_parse_u64("-p", arg, 1, 1 << 22, &value);
		arguments->options.pid = value;
		break;
	case 'd':
		r = cmd_parse_duration("-d", arg, &value);
		arguments->options.duration_ns = value;
		arguments->has_duration = true;
		break;
	case 'o':
		arguments->output = arg;
		break;
	case 'v':
		log_set_level(LOG_DEBUG);
		break;
	case ARGP_KEY_ARGS:
		arguments->options.command = state->argv + state->next;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return r ? EINVAL : 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[-- COMMAND [ARGUMENT...]]",
	.doc = "Watch all VMs, those of a process (-p) or of COMMAND for a moment with the "
	       "kernel's "
	       "function tracer, and list the functions of KVM that ran. The tracer runs in a "
	       "tracefs instance of its own; whatever else is traced goes on undisturbed. The list "
	       "is kept for this kernel, too: 'exitgraph record --functions discovered' traces it."
	       "\vExamples:\n"
	       "  exitgraph discover -o functions && vi functions\n"
	       "  exitgraph record --functions @functions -d 10s\n"
	       "  exitgraph discover -- exitgraph guest pio --count 1000\n\n"
	       "Exit status: 0 there is a list, 1 there is none, 2 wrong arguments.",
};

static int print(struct target_host *host, const struct discovered *found, const char *path)
{
	_cleanup_fclose_ FILE *file = path ? fopen(path, "we") : NULL;
	_cleanup_free_ char *text = NULL;
	FILE *out = path ? file : stdout;
	size_t size;
	int r;

	if (!out)
		return err_r(-errno, "cannot write %s: %m", path);
	r = discovered_format(host, found, &text, &size);
	if (r)
		return err_r(r, "no memory");
	if (fwrite(text, 1, size, out) != size || fflush(out))
		return err_r(errno ? -errno : -EIO, "cannot write %s: %m",
			     path ? path : "to standard output");
	return 0;
}

/* Everything but the arguments and signals. */
static int watch(const struct arguments *arguments)
{
	_cleanup_(target_host_free) struct target_host *host = NULL;
	struct discovered found;
	char why[160];
	int r;

	r = target_require();
	if (!r)
		r = discover(&arguments->options, &host, &found, why, sizeof(why));
	if (r == -ENXIO || r == -ENODATA || r == -EOPNOTSUPP)
		log_print(LOG_ERROR, "nothing was discovered: %s", why);
	return r ? r : print(host, &found, arguments->output);
}

int cmd_discover(int argc, char **argv)
{
	_cleanup_(signals_give_back) struct signals signals = SIGNALS_INIT;
	struct arguments arguments = { 0 };
	struct rlimit descriptors;
	int status;

	if (cmd_parse(&argp, argc, argv, &arguments, &status))
		return status;
	if (arguments.options.command && !*arguments.options.command)
		arguments.options.command = NULL;
	if (!arguments.has_duration && !arguments.options.command)
		arguments.options.duration_ns = DISCOVER_DEFAULT_NS;
	if (signals_take(&signals))
		return CMD_FAILED;
	getrlimit(RLIMIT_NOFILE, &descriptors);
	arguments.options.stop_fd = signals.fd;
	arguments.options.descriptors = &descriptors;
	arguments.options.mask = &signals.old_mask;
	return watch(&arguments) ? CMD_FAILED : CMD_OK;
}
