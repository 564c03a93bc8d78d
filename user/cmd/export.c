// SPDX-License-Identifier: GPL-2.0
/* exitgraph export: a profile in other programs' formats. */
#include "cmd/cmd.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "profile/place.h"
#include "profile/store.h"
#include "render/csv.h"
#include "render/stream.h"
#include "util/cleanup.h"
#include "util/log.h"

struct arguments {
	const char *path;
	const char *output; /* NULL or "-" = standard output */
	const struct csv_table *table;
	struct selection selection;
	bool merge;
	u32 recording; /* from 1; 0 = the only one */
};

enum {
	OPT_FORMAT = 256,
	OPT_TABLE,
	OPT_MERGE,
	OPT_REASON,
	OPT_RECORDING,
	OPT_VCPU,
};

static const struct argp_option options[] = {
	{ "input", 'i', "FILE", 0, "The same as FILE; exitgraph.xg if none is given", 0 },
	{ "format", OPT_FORMAT, "FORMAT", 0, "csv, which is the default", 1 },
	{ "table", OPT_TABLE, "TABLE", 0,
	  "tree: a row per call in the call trees (default); exits: per exit reason; functions: "
	  "per "
	  "function, wherever it is called from; losses: what the recording missed",
	  1 },
	{ "output", 'o', "OUT", 0, "Write to OUT instead of standard output", 1 },
	{ "merge", OPT_MERGE, NULL, 0,
	  "All vCPUs added up (vm and vcpu are '*') instead of rows for each", 2 },
	{ "reason", OPT_REASON, "NAME[,...]", 0,
	  "Only these exit reasons: names, globs ('MSR*') or numbers", 2 },
	{ "vcpu", OPT_VCPU, "[PID:]ID[,...]", 0, "Only these vCPUs", 2 },
	{ "recording", OPT_RECORDING, "N", 0, "The Nth recording of a file that holds several", 2 },
	{},
};

static error_t parse_format(const char *text)
{
	if (!strcmp(text, "csv"))
		return 0;
	err_r(-EINVAL, "no format '%s'; there is csv", text);
	return EINVAL;
}

static error_t parse_table(const char *text, const struct csv_table **out)
{
	*out = csv_find(text);
	if (*out)
		return 0;
	err_r(-EINVAL, "no table '%s'; there are tree, exits, functions and losses", text);
	return EINVAL;
}

static error_t parse_recording(const char *text, u32 *out)
{
	unsigned long long value;

	if (cmd_parse_u64("--recording", text, 1, UINT32_MAX, &value))
		return EINVAL;
	*out = (u32)value;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'i':
	case ARGP_KEY_ARG:
		if (a->path) {
			err_r(-EINVAL, "one file at a time: '%s' or '%s'", a->path, arg);
			return EINVAL;
		}
		a->path = arg;
		return 0;
	case 'o':
		a->output = strcmp(arg, "-") ? arg : NULL;
		return 0;
	case OPT_FORMAT:
		return parse_format(arg);
	case OPT_TABLE:
		return parse_table(arg, &a->table);
	case OPT_MERGE:
		a->merge = true;
		return 0;
	case OPT_REASON:
		return -selection_add_reasons(&a->selection, arg);
	case OPT_VCPU:
		return -selection_add_vcpus(&a->selection, arg);
	case OPT_RECORDING:
		return parse_recording(arg, &a->recording);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[FILE]",
	.doc = "Write a recording as CSV, times in ns.\v"
	       "Columns of tree: vm (PID:NAME), vcpu, isa, reason, depth (0 = first level), path "
	       "(names "
	       "joined with ;), function, module, kind (call, guest, userspace, off-cpu), calls, "
	       "inclusive_ns, self_ns, min_ns, max_ns, p50_ns, p90_ns, p99_ns. A cell without a "
	       "value is "
	       "empty.\n\n"
	       "Example: exitgraph export --format csv --table exits -o exits.csv vm.xg",
};

static int choose_recording(const struct profile *profile, const struct arguments *a,
			    const struct recording **out)
{
	u32 cnt = profile_recording_cnt(profile);

	if (!cnt)
		return err_r(-ENOENT, "%s holds no recording", a->path);
	if (cnt > 1 && !a->recording)
		return err_r(-EINVAL, "%s holds %u recordings; choose one with --recording 1 to %u",
			     a->path, cnt, cnt);
	*out = profile_recording(profile, a->recording ?: 1);
	return *out ? 0
		    : err_r(-ENOENT, "%s holds no recording %u; it holds %u", a->path, a->recording,
			    cnt);
}

static int write_rows(const struct view *view, const struct arguments *a, FILE *out)
{
	int err = csv_write(a->table, view, a->merge, out);

	return err ? err_r(err, "cannot export %s: out of memory", a->path) : 0;
}

/* Write to standard output, or to what is no file: a pipe, a device. */
static int write_stream(const struct view *view, const struct arguments *a)
{
	_cleanup_fclose_ FILE *opened = NULL;
	int err;

	if (a->output) {
		opened = fopen(a->output, "we");
		if (!opened)
			return err_r(-errno, "cannot write %s: %s", a->output, strerror(errno));
	}
	err = write_rows(view, a, opened ?: stdout);
	return err ? err : stream_finish(opened ?: stdout, a->output ?: "standard output");
}

/* Write a file that is whole or not there. */
static int write_file(const struct view *view, const struct arguments *a)
{
	_cleanup_(place_free) struct place *place = NULL;
	_cleanup_fclose_ FILE *out = NULL;
	int err, fd;

	err = place_new(a->output, &place);
	if (!err)
		err = place_open(place, &fd);
	if (err)
		return err;
	out = fdopen(fd, "w");
	if (!out) {
		close(fd);
		return err_r(-ENOMEM, "cannot export %s: out of memory", a->path);
	}
	err = write_rows(view, a, out);
	if (err)
		return err;
	err = stream_flush(out);
	return err ? place_failed(place, err) : place_commit(place, fd);
}

static bool is_file(const char *path)
{
	struct stat st;

	/* Of a directory, writing a file says what is wrong. */
	return path && (stat(path, &st) || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

static int export(struct arguments *a)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	_cleanup_(view_free) struct view *view = NULL;
	const struct recording *recording;
	u32 number = a->recording ?: 1;
	int err;

	err = store_read(a->path, &profile);
	if (!err)
		err = choose_recording(profile, a, &recording);
	if (!err)
		err = selection_check(&a->selection, profile, recording);
	if (err)
		return err;
	err = view_new(recording, number, &a->selection, !a->merge, &view);
	if (err)
		return err_r(err, "cannot export %s: out of memory", a->path);
	return is_file(a->output) ? write_file(view, a) : write_stream(view, a);
}

int cmd_export(int argc, char **argv)
{
	struct arguments a = { .table = csv_find("tree") };
	int status;

	if (!cmd_parse(&argp, argc, argv, &a, &status)) {
		a.path = a.path ?: "exitgraph.xg";
		status = export(&a) ? CMD_FAILED : CMD_OK;
	}
	selection_clear(&a.selection);
	return status;
}
