// SPDX-License-Identifier: GPL-2.0
/* exitgraph import: function_graph text to a profile. */
#include "cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "import/import.h"
#include "profile/store.h"
#include "render/stream.h"
#include "util/cleanup.h"
#include "util/log.h"

#define DEFAULT_OUTPUT "exitgraph.xg"

struct arguments {
	const char *output;
	char **paths;
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "Write the profile to FILE; " DEFAULT_OUTPUT " if not given",
	  0 },
	{},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'o':
		a->output = arg;
		return 0;
	case ARGP_KEY_ARGS:
		a->paths = state->argv + state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		err_r(-EINVAL, "nothing to import: name a file, or - for standard input");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "TRACE...",
	.doc = "Read what the kernel's function_graph tracer printed, and make a profile of it: "
	       "tracefs's trace and trace_pipe, 'trace-cmd report', 'perf ftrace', or a page with "
	       "several traces, each of which becomes a recording. - is standard input.\v"
	       "Where the events kvm:kvm_entry and kvm:kvm_exit are in it, a cycle runs from entry "
	       "to "
	       "entry, and its exit reason is the event's; else a call with nothing around it "
	       "counts as a cycle, and its exit reason is that of the exit handler in it.\n\n"
	       "Example: exitgraph import -o page.xg page.md && exitgraph report page.xg",
};

static int import_path(struct import *import, const char *path)
{
	_cleanup_close_ int fd = -1;
	u32 recordings;

	if (!strcmp(path, "-"))
		return import_file(import, STDIN_FILENO, "standard input", &recordings);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_r(-errno, "cannot open %s: %s", path, strerror(errno));
	return import_file(import, fd, path, &recordings);
}

/* The first failure does not keep what else can be read out of the profile. */
static int import_all(const struct arguments *a, struct profile *profile)
{
	_cleanup_(import_free) struct import *import = NULL;
	int err, first_err = 0;

	err = import_new(profile, &import);
	if (err)
		return err_r(err, "out of memory");
	for (char **path = a->paths; *path; path++) {
		err = import_path(import, *path);
		first_err = first_err ?: err;
		if (err == -ENOMEM)
			break;
	}
	return first_err;
}

static int import(const struct arguments *a)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	_cleanup_(store_free) struct store *store = NULL;
	int err, import_err;

	if (profile_new(&profile))
		return err_r(-ENOMEM, "out of memory");
	err = store_create(a->output, &store);
	if (err)
		return err;
	import_err = import_all(a, profile);
	if (!profile->first)
		return import_err;
	err = store_commit(store, profile);
	if (err)
		return err;
	log_info("%u recording%s written to %s; 'exitgraph report %s' shows them",
		 profile_recording_cnt(profile), profile->first->next ? "s" : "", a->output,
		 a->output);
	return import_err;
}

int cmd_import(int argc, char **argv)
{
	struct arguments a = { .output = DEFAULT_OUTPUT };
	int status;

	if (cmd_parse(&argp, argc, argv, &a, &status))
		return status;
	return import(&a) ? CMD_FAILED : CMD_OK;
}
