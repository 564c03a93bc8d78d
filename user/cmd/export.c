// SPDX-License-Identifier: GPL-2.0
/* exitgraph export: a profile, or single cycles of it, in other programs' formats. */
#include "cmd/cmd.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "profile/place.h"
#include "profile/store.h"
#include "render/csv.h"
#include "render/funcgraph.h"
#include "render/stream.h"
#include "util/cleanup.h"
#include "util/log.h"

struct arguments;

/* What is written: write() gives 0, -ENOMEM, or another -errno that it said. */
struct format {
	const char *name;
	int (*write)(const struct recording *recording, const struct arguments *a, FILE *out);
};

struct arguments {
	const char *path;
	const char *output; /* NULL or "-" = standard output */
	const struct format *format;
	const struct csv_table *table; /* of csv; NULL = tree */
	struct selection selection;
	bool merge;
	bool graph_options; /* --cycles or --funcgraph-options was given */
	u32 why;	    /* of funcgraph: which cycles (render/cycle_list.h), */
	u32 funcgraph;	    /* and enum funcgraph_option */
	u32 recording;	    /* from 1; 0 = the only one */
};

enum {
	OPT_FORMAT = 256,
	OPT_TABLE,
	OPT_MERGE,
	OPT_REASON,
	OPT_RECORDING,
	OPT_VCPU,
	OPT_CYCLES,
	OPT_FUNCGRAPH_OPTIONS,
};

static const struct argp_option options[] = {
	{ "input", 'i', "FILE", 0, "The same as FILE; exitgraph.xg if none is given", 0 },
	{ "format", OPT_FORMAT, "FORMAT", 0,
	  "csv, which is the default; funcgraph: the single cycles that were kept, as text of "
	  "the kernel's function_graph tracer",
	  1 },
	{ "table", OPT_TABLE, "TABLE", 0,
	  "tree: a row per call in the call trees (default); exits: per exit reason; functions: "
	  "per "
	  "function, wherever it is called from; losses: what the recording missed; calibration: what "
	  "the probes cost",
	  1 },
	{ "output", 'o', "OUT", 0, "Write to OUT instead of standard output", 1 },
	{ "merge", OPT_MERGE, NULL, 0,
	  "All vCPUs added up (vm and vcpu are '*') instead of rows for each", 2 },
	{ "reason", OPT_REASON, "NAME[,...]", 0,
	  "Only these exit reasons: names, globs ('MSR*') or numbers", 2 },
	{ "vcpu", OPT_VCPU, "[PID:]ID[,...]", 0, "Only these vCPUs", 2 },
	{ "recording", OPT_RECORDING, "N", 0, "The Nth recording of a file that holds several", 2 },
	{ "cycles", OPT_CYCLES, "WHICH", 0,
	  "Of the single cycles, only the slowest, the samples or those over the limit: 'slowest', "
	  "'samples', 'over'; 'all' is the default",
	  3 },
	{ "funcgraph-options", OPT_FUNCGRAPH_OPTIONS, "LIST", 0,
	  "What the lines show, as in the kernel's trace_options: cpu, duration, overhead and "
	  "events "
	  "(kvm_entry, kvm_exit), which are the default, and abstime, reltime, proc, tail; nocpu "
	  "and so on to leave one out",
	  3 },
	{},
};

static int write_csv(const struct recording *recording, const struct arguments *a, FILE *out)
{
	_cleanup_(view_free) struct view *view = NULL;
	int err;

	err = view_new(recording, a->recording ?: 1, &a->selection, !a->merge, &view);
	return err ? err : csv_write(a->table ?: csv_find("tree"), view, a->merge, out);
}

static int write_funcgraph(const struct recording *recording, const struct arguments *a, FILE *out)
{
	struct cycle_list list;
	int err;

	err = cycle_list_fill(&list, recording, &a->selection, a->why);
	if (err)
		return err;
	err = list.cnt ? funcgraph_write(&list, a->funcgraph, out)
		       : cycle_list_none(recording, a->path, a->why);
	cycle_list_clear(&list);
	return err;
}

static const struct format formats[] = {
	{ "csv", write_csv },
	{ "funcgraph", write_funcgraph },
};

static error_t parse_format(const char *text, const struct format **out)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (strcmp(formats[i].name, text))
			continue;
		*out = &formats[i];
		return 0;
	}
	err_r(-EINVAL, "no format '%s'; there are csv and funcgraph", text);
	return EINVAL;
}

static error_t parse_table(const char *text, const struct csv_table **out)
{
	*out = csv_find(text);
	if (*out)
		return 0;
	err_r(-EINVAL, "no table '%s'; there are tree, exits, functions, losses and calibration", text);
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

/* What belongs to one format is not ignored with another. */
static error_t check(const struct arguments *a)
{
	bool csv = a->format == formats;

	if (csv && a->graph_options) {
		err_r(-EINVAL, "--cycles and --funcgraph-options need --format funcgraph");
		return EINVAL;
	}
	if (!csv && (a->table || a->merge)) {
		err_r(-EINVAL, "--table and --merge are of --format csv");
		return EINVAL;
	}
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
		return parse_format(arg, &a->format);
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
	case OPT_CYCLES:
		a->graph_options = true;
		return -cycle_list_parse_why(arg, &a->why);
	case OPT_FUNCGRAPH_OPTIONS:
		a->graph_options = true;
		return -funcgraph_options_parse(arg, &a->funcgraph);
	case ARGP_KEY_END:
		return check(a);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[FILE]",
	.doc = "Write a recording as CSV, times in ns; or the single cycles of it that were kept "
	       "('exitgraph record --slowest 3') as function_graph text.\v"
	       "Columns of tree: vm (PID:NAME), vcpu, isa, reason, depth (0 = first level), path "
	       "(names "
	       "joined with ;), function, module, kind (call, guest, userspace, off-cpu), calls, "
	       "inclusive_ns, self_ns, min_ns, max_ns, p50_ns, p90_ns, p99_ns. A cell without a "
	       "value is "
	       "empty.\n\n"
	       "Examples:\n"
	       "  exitgraph export --format csv --table exits -o exits.csv vm.xg\n"
	       "  exitgraph export --format funcgraph --reason CPUID vm.xg",
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

static int write_format(const struct recording *recording, const struct arguments *a, FILE *out)
{
	int err = a->format->write(recording, a, out);

	return err == -ENOMEM ? err_r(err, "cannot export %s: out of memory", a->path) : err;
}

/* Write to standard output, or to what is no file: a pipe, a device. */
static int write_stream(const struct recording *recording, const struct arguments *a)
{
	_cleanup_fclose_ FILE *opened = NULL;
	int err;

	if (a->output) {
		opened = fopen(a->output, "we");
		if (!opened)
			return err_r(-errno, "cannot write %s: %s", a->output, strerror(errno));
	}
	err = write_format(recording, a, opened ?: stdout);
	return err ? err : stream_finish(opened ?: stdout, a->output ?: "standard output");
}

/* Write a file that is whole or not there. */
static int write_file(const struct recording *recording, const struct arguments *a)
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
	err = write_format(recording, a, out);
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
	const struct recording *recording;
	int err;

	err = store_read(a->path, &profile);
	if (!err)
		err = choose_recording(profile, a, &recording);
	if (!err)
		err = selection_check(&a->selection, profile, recording);
	if (err)
		return err;
	return is_file(a->output) ? write_file(recording, a) : write_stream(recording, a);
}

int cmd_export(int argc, char **argv)
{
	struct arguments a = { .format = formats, .funcgraph = FUNCGRAPH_DEFAULT };
	int status;

	if (!cmd_parse(&argp, argc, argv, &a, &status)) {
		a.path = a.path ?: "exitgraph.xg";
		status = export(&a) ? CMD_FAILED : CMD_OK;
	}
	selection_clear(&a.selection);
	return status;
}
