// SPDX-License-Identifier: GPL-2.0
#include "collect/calibrate_cache.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "attach/attach.h"
#include "collect/describe.h"
#include "util/cache.h"
#include "util/cleanup.h"

#define CACHE_PREFIX "calibration-"

/* What else makes a difference to the way into BPF and out, or to reading the clock. */
static const char *const settings[] = {
	"/proc/sys/kernel/random/boot_id",
	"/sys/devices/system/clocksource/clocksource0/current_clocksource",
	"/proc/sys/kernel/bpf_stats_enabled",
	"/proc/sys/net/core/bpf_jit_harden",
};

static void add_setting(FILE *key, const char *path)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	char text[128] = "";

	if (f && fgets(text, sizeof(text), f))
		text[strcspn(text, "\n")] = '\0';
	fprintf(key, "%s %s\n", path, text);
}

static int make_key(char **out)
{
	_cleanup_free_ char *text = NULL;
	char model[DESCRIBE_CPU_MODEL_MAX];
	struct utsname system;
	size_t size;
	FILE *key = open_memstream(&text, &size);

	if (!key)
		return -ENOMEM;
	uname(&system);
	describe_cpu_model(model);
	fprintf(key, "exitgraph %s, programs %08x\n%s %s\n%s\n", EXITGRAPH_VERSION,
		attach_programs_sum(), system.release, system.version, model);
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		add_setting(key, settings[i]);
	if (fclose(key))
		return -ENOMEM;
	*out = TAKE_PTR(text);
	return 0;
}

int calibrate_cache_format(const char *name, const struct calibration *calibration, char **out,
			   size_t *size_out)
{
	_cleanup_free_ char *text = NULL;
	FILE *f = open_memstream(&text, size_out);

	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < calibration->cnt; i++) {
		const struct calibration_row *row = &calibration->rows[i];

		if (strcmp(row->mechanism, name))
			continue;
		fprintf(f, "%" PRIu64 " %" PRIu64 " %u %.17g %.17g %.17g %.17g %.17g %.17g\n",
			calibration->measured_unix_ns, row->sample_cnt, row->arg_cnt, row->own.ns,
			row->own.spread_ns, row->own.error_ns, row->around.ns,
			row->around.spread_ns, row->around.error_ns);
	}
	if (fclose(f))
		return -ENOMEM;
	*out = TAKE_PTR(text);
	return 0;
}

int calibrate_cache_parse(const char *text, const char *name, struct calibration *out)
{
	struct calibration found = *out;

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		struct calibration_row row = { 0 };

		if (sscanf(line, "%" SCNu64 " %" SCNu64 " %u %lf %lf %lf %lf %lf %lf",
			   &found.measured_unix_ns, &row.sample_cnt, &row.arg_cnt, &row.own.ns,
			   &row.own.spread_ns, &row.own.error_ns, &row.around.ns,
			   &row.around.spread_ns, &row.around.error_ns) != 9)
			return -EBADMSG;
		snprintf(row.mechanism, sizeof(row.mechanism), "%s", name);
		if (calibration_add(&found, &row))
			return -EBADMSG;
	}
	if (found.cnt == out->cnt || !found.measured_unix_ns || found.measured_unix_ns > INT64_MAX)
		return -EBADMSG;
	*out = found;
	return 0;
}

/* The entry @file: the directory's descriptor, its name and key; or -errno. */
static int open_entry(const char *file, bool create, char entry[256], char **key)
{
	_cleanup_close_ int dir = cache_open(create);
	char prefix[64];
	int r = dir < 0 ? dir : make_key(key);

	snprintf(prefix, sizeof(prefix), CACHE_PREFIX "%s", file);
	if (!r)
		r = cache_kernel_name(prefix, entry, 256);
	return r ? r : TAKE_FD(dir);
}

int calibrate_cache_load(const char *file, const char *name, struct calibration *out)
{
	_cleanup_free_ char *key = NULL, *text = NULL;
	char entry[256];
	_cleanup_close_ int dir = open_entry(file, false, entry, &key);
	size_t size;
	int r = dir < 0 ? dir : cache_read(dir, entry, key, &text, &size);

	return r ? r : calibrate_cache_parse(text, name, out);
}

int calibrate_cache_save(const char *file, const char *name, const struct calibration *calibration)
{
	_cleanup_free_ char *key = NULL, *text = NULL;
	char entry[256];
	_cleanup_close_ int dir = open_entry(file, true, entry, &key);
	size_t size;
	int r = dir < 0 ? dir : calibrate_cache_format(name, calibration, &text, &size);

	return r ? r : cache_write(dir, entry, key, text, size);
}
