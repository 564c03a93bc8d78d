// SPDX-License-Identifier: GPL-2.0
#include "profile/store_bench.h"

#include <string.h>

#include "xg_state.h"

#define EMPTY_ID 1 /* of the workload that is the loop of nothing */

static int put_rounds(struct writer *w, const struct bench_row *row, s64 id)
{
	int err = 0;

	for (int mode = 0; mode < BENCH_MODE_COUNT; mode++) {
		for (size_t i = 0; i < row->round_cnt[mode] && !err; i++)
			err = store_put(w, w->bench_round, "itiiii", id, bench_mode_name(mode),
					(s64)i, row->rounds[mode][i].iterations,
					row->rounds[mode][i].cycles, row->rounds[mode][i].wall_ns);
	}
	return err;
}

static int put_workload(struct writer *w, const struct bench_row *row, s64 id)
{
	int err =
		store_put(w, w->bench_workload, "ittoi", id, row->workload, row->note,
			  row->recording ? (s64)row->recording : (s64)-1, row->counted_iterations);

	for (size_t i = 0; i < row->exit_cnt && !err; i++)
		err = store_put(w, w->bench_exit, "iitii", id, (s64)i, row->exits[i].reason,
				(s64)row->exits[i].expected, row->exits[i].cnt);
	return err ? err : put_rounds(w, row, id);
}

int store_put_bench(struct writer *w, const struct bench *bench)
{
	s64 id = EMPTY_ID;
	int err;

	err = store_put(w, w->bench, "iittttttiiiii", (s64)1, bench->started_unix_ns, bench->host,
			bench->kernel, bench->cpu_model, bench->version, bench->isa,
			bench->mechanism, (s64)bench->function_cnt, (s64)bench->cpu, bench->tsc_khz,
			bench->measured_khz, (s64)bench->constant);
	if (!err)
		err = put_workload(w, &bench->empty, id);
	bench_for_each_row(row, bench)
	{
		if (!err)
			err = put_workload(w, row, ++id);
	}
	return err;
}

void store_read_bench(struct reader *r)
{
	struct bench *bench;

	if (r->profile->bench)
		reader_damaged(r, "it has two benchmarks");
	else if (bench_new(&r->profile->bench))
		reader_no_memory(r);
	if (r->err)
		return;
	bench = r->profile->bench;
	bench->started_unix_ns = reader_number(r, 1, INT64_MAX);
	if (recording_set(&bench->host, reader_text(r, 2)) ||
	    recording_set(&bench->kernel, reader_text(r, 3)) ||
	    recording_set(&bench->cpu_model, reader_text(r, 4)) ||
	    recording_set(&bench->version, reader_text(r, 5)) ||
	    recording_set(&bench->isa, reader_text(r, 6)) ||
	    recording_set(&bench->mechanism, reader_text(r, 7)))
		reader_no_memory(r);
	bench->function_cnt = reader_number(r, 8, PROFILE_FUNCTIONS_MAX);
	bench->cpu = reader_number(r, 9, INT32_MAX);
	bench->tsc_khz = reader_number(r, 10, INT64_MAX);
	bench->measured_khz = reader_number(r, 11, INT64_MAX);
	bench->constant = reader_number(r, 12, 1);
}

/* The number in its profile of the recording that @column names, 0 for NULL. */
static u32 recording_number(struct reader *r, int column)
{
	struct row *row;

	if (sqlite3_column_type(r->query, column) == SQLITE_NULL)
		return 0;
	row = reader_row(r, column, &r->recordings);
	return row ? row - r->recordings.row + 1 : 0;
}

void store_read_bench_workload(struct reader *r)
{
	s64 id = sqlite3_column_int64(r->query, 0);
	u32 recording = recording_number(r, 3);
	struct bench_row *row;

	if (!r->profile->bench)
		reader_damaged(r, "it has workloads and no benchmark");
	if (r->err)
		return;
	if (id == EMPTY_ID)
		row = &r->profile->bench->empty;
	else if (bench_add_row(r->profile->bench, reader_text(r, 1), &row))
		reader_no_memory(r);
	if (r->err || !reader_add_row(r, &r->bench_rows, row, BENCH_ROWS_MAX))
		return;
	if (recording_set(&row->note, reader_text(r, 2)))
		reader_no_memory(r);
	row->recording = recording;
	row->counted_iterations = reader_number(r, 4, INT64_MAX);
}

void store_read_bench_exit(struct reader *r)
{
	struct row *row = reader_row(r, 0, &r->bench_rows);
	u32 expected = reader_number(r, 2, INT32_MAX);
	u64 cnt = reader_number(r, 3, INT64_MAX);

	if (!r->err && ++row->cnt > BENCH_EXITS_MAX)
		reader_damaged(r, "a workload has more than %d exit reasons", BENCH_EXITS_MAX);
	if (!r->err && bench_add_exit(row->item, reader_text(r, 1), expected, cnt))
		reader_no_memory(r);
}

static int find_mode(const char *name)
{
	for (int i = 0; i < BENCH_MODE_COUNT; i++)
		if (!strcmp(bench_mode_name(i), name))
			return i;
	return -1;
}

void store_read_bench_round(struct reader *r)
{
	struct row *row = reader_row(r, 0, &r->bench_rows);
	int mode = find_mode(reader_text(r, 1));
	struct bench_round round = {
		.iterations = reader_number(r, 3, INT64_MAX),
		.cycles = reader_number(r, 4, INT64_MAX),
		.wall_ns = reader_number(r, 5, INT64_MAX),
	};
	struct bench_row *bench_row;

	if (r->err)
		return;
	bench_row = row->item;
	if (mode < 0 || !round.iterations ||
	    reader_number(r, 2, BENCH_ROUNDS_MAX) != bench_row->round_cnt[mode] ||
	    bench_row->round_cnt[mode] >= BENCH_ROUNDS_MAX)
		reader_damaged(r, "a round of an unknown kind, of nothing, or out of order");
	else if (bench_add_round(bench_row, mode, round))
		reader_no_memory(r);
}
