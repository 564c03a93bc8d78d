// SPDX-License-Identifier: GPL-2.0
#include "profile/bench.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/profile.h"
#include "util/cleanup.h"

const char *bench_mode_name(enum bench_mode mode)
{
	static const char *const names[] = {
		[BENCH_UNTRACED] = "untraced",
		[BENCH_BOUNDARIES] = "boundaries",
		[BENCH_TRACED] = "traced",
	};

	_Static_assert(ARRAY_SIZE(names) == BENCH_MODE_COUNT, "every mode has a name");
	return names[mode];
}

static int row_init(struct bench_row *row, const char *workload)
{
	int err = recording_set(&row->workload, workload);

	return err ? err : recording_set(&row->note, "");
}

static void row_clear(struct bench_row *row)
{
	for (int i = 0; i < BENCH_MODE_COUNT; i++)
		free(row->rounds[i]);
	for (size_t i = 0; i < row->exit_cnt; i++)
		free(row->exits[i].reason);
	free(row->exits);
	free(row->workload);
	free(row->note);
}

int bench_new(struct bench **out)
{
	_cleanup_(bench_free) struct bench *bench = calloc(1, sizeof(*bench));

	if (!bench)
		return -ENOMEM;
	if (row_init(&bench->empty, "empty") || recording_set(&bench->host, "") ||
	    recording_set(&bench->kernel, "") || recording_set(&bench->cpu_model, "") ||
	    recording_set(&bench->version, "") || recording_set(&bench->isa, "") ||
	    recording_set(&bench->mechanism, ""))
		return -ENOMEM;
	*out = TAKE_PTR(bench);
	return 0;
}

void bench_free(struct bench **bench_ptr)
{
	struct bench *bench = *bench_ptr;

	if (!bench)
		return;
	while (bench->first) {
		struct bench_row *row = bench->first;

		bench->first = row->next;
		row_clear(row);
		free(row);
	}
	row_clear(&bench->empty);
	free(bench->host);
	free(bench->kernel);
	free(bench->cpu_model);
	free(bench->version);
	free(bench->isa);
	free(bench->mechanism);
	free(bench);
	*bench_ptr = NULL;
}

int bench_add_row(struct bench *bench, const char *workload, struct bench_row **out)
{
	struct bench_row *row = calloc(1, sizeof(*row)), **end = &bench->first;

	if (!row || row_init(row, workload)) {
		if (row)
			row_clear(row);
		free(row);
		return -ENOMEM;
	}
	while (*end)
		end = &(*end)->next;
	*end = row;
	*out = row;
	return 0;
}

int bench_add_round(struct bench_row *row, enum bench_mode mode, struct bench_round round)
{
	size_t cnt = row->round_cnt[mode];
	struct bench_round *more = reallocarray(row->rounds[mode], cnt + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	row->rounds[mode] = more;
	more[cnt] = round;
	row->round_cnt[mode]++;
	return 0;
}

int bench_add_exit(struct bench_row *row, const char *reason, u32 expected, u64 cnt)
{
	struct bench_exit *more = reallocarray(row->exits, row->exit_cnt + 1, sizeof(*more));
	struct bench_exit exit = { .expected = expected, .cnt = cnt };

	if (!more)
		return -ENOMEM;
	row->exits = more;
	if (recording_set(&exit.reason, reason))
		return -ENOMEM;
	more[row->exit_cnt++] = exit;
	return 0;
}

int bench_add_note(struct bench_row *row, const char *format, ...)
{
	_cleanup_free_ char *text = NULL, *all = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		text = NULL;
		return -ENOMEM;
	}
	n = asprintf(&all, "%s%s%s", row->note, *row->note ? "; " : "", text);
	if (n < 0) {
		all = NULL;
		return -ENOMEM;
	}
	return recording_set(&row->note, all);
}
