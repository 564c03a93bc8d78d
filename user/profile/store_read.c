// SPDX-License-Identifier: GPL-2.0
/*
 * Rows to a profile. The rows are untrusted: every number is checked for its type and range,
 * every reference for its target, every sum for overflow, and all work is bounded.
 */
#include "profile/store.h"

#include <errno.h>
#include <string.h>

#include "profile/losses.h"
#include "profile/store_bench.h"
#include "profile/store_calibration.h"
#include "profile/store_cycles.h"
#include "profile/store_open.h"
#include "profile/store_rows.h"
#include "profile/tree.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "xg_log.h"

/* Far above what a recording can hold (include/xg_state.h), and few enough to be read. */
#define RECORDINGS_MAX 16384
#define VCPUS_MAX      16384 /* of one recording */
#define REASONS_MAX    1024  /* of one vCPU */
#define CHILDREN_MAX   4096  /* of one node: looking for one is linear */
#define DEPTH_MAX      512

static void read_recording(struct reader *r)
{
	struct recording *recording;
	struct row *row;

	if (r->recordings.cnt >= RECORDINGS_MAX)
		reader_damaged(r, "it has more than %d recordings", RECORDINGS_MAX);
	else if (profile_add_recording(r->profile, &recording))
		reader_no_memory(r);
	if (r->err)
		return;
	row = reader_add_row(r, &r->recordings, recording, RECORDINGS_MAX);
	if (!row)
		return;
	row->recording = recording;
	recording->started_unix_ns = reader_number(r, 1, INT64_MAX);
	recording->duration_ns = reader_number(r, 2, INT64_MAX);
	if (recording_set(&recording->title, reader_text(r, 3)) ||
	    recording_set(&recording->host, reader_text(r, 4)) ||
	    recording_set(&recording->kernel, reader_text(r, 5)) ||
	    recording_set(&recording->cpu_model, reader_text(r, 6)) ||
	    recording_set(&recording->version, reader_text(r, 7)) ||
	    recording_set(&recording->mechanism, reader_text(r, 8)) ||
	    recording_set(&recording->exit_boundary, reader_text(r, 9)) ||
	    recording_set(&recording->source, reader_text(r, 11)))
		reader_no_memory(r);
	recording->kernel_bytes = reader_number(r, 10, INT64_MAX);
	recording->user_bytes = reader_number(r, 14, INT64_MAX);
	recording->first_line = reader_number(r, 12, INT64_MAX);
	recording->last_line = reader_number(r, 13, INT64_MAX);
	recording->calibration.measured_unix_ns = reader_number(r, 15, INT64_MAX);
	store_read_fixed(r, 16, recording->calibration.why_not,
			 sizeof(recording->calibration.why_not));
	recording->window_ns = reader_number(r, 17, INT64_MAX);
}

static void read_vm(struct reader *r)
{
	struct row *row = reader_row(r, 0, &r->recordings);
	u32 pid = reader_number(r, 2, INT32_MAX), index;
	const char *name = reader_text(r, 3);

	if (r->err)
		return;
	if (reader_number(r, 1, ROWS_MAX) != row->recording->vm_cnt)
		reader_damaged(r, "its VMs are not numbered 0, 1, ...");
	else if (recording_add_vm(row->recording, pid, name, &index))
		reader_no_memory(r);
}

static void read_function(struct reader *r)
{
	struct row *row = reader_row(r, 0, &r->recordings);
	const char *name = reader_text(r, 2), *module = reader_text(r, 3);
	const char *mechanism = reader_text(r, 4);
	u32 arg_cnt = reader_number(r, 5, CALIBRATION_ARGS_MAX), index;

	if (r->err)
		return;
	if (reader_number(r, 1, PROFILE_FUNCTIONS_MAX) != row->recording->function_cnt)
		reader_damaged(r, "its functions are not numbered 0, 1, ...");
	else if (recording_add_function(row->recording, name, module, &index) ||
		 function_set_probe(&row->recording->functions[index], mechanism, arg_cnt))
		reader_no_memory(r);
}

static void read_loss(struct reader *r)
{
	struct row *row = reader_row(r, 0, &r->recordings);
	const char *name = reader_text(r, 1);
	int loss = loss_find(name);

	if (r->err)
		return;
	if (loss < 0)
		reader_damaged(r, "'%.60s' is no kind of loss", name);
	else if (row->recording->losses[loss])
		reader_damaged(r, "loss '%s' is there twice", name);
	else
		row->recording->losses[loss] = reader_number(r, 2, INT64_MAX);
}

static void read_window(struct reader *r)
{
	struct row *row = reader_row(r, 0, &r->recordings);
	struct window window = {
		.code = (u64)sqlite3_column_int64(r->query, 1),
		.exit_cnt = reader_number(r, 2, INT64_MAX),
		.busy_ns = reader_number(r, 3, INT64_MAX),
		.spread_ns = reader_number(r, 4, INT64_MAX),
		.call_cnt = reader_number(r, 5, INT64_MAX),
	};
	int err;

	if (sqlite3_column_type(r->query, 1) != SQLITE_INTEGER)
		reader_damaged(r, "an exit code is no number");
	if (r->err)
		return;
	err = window_add(row->recording, &window);
	if (err == -ENOMEM)
		reader_no_memory(r);
	else if (err)
		reader_damaged(r, "a window's reason is there twice, or there are too many");
}

static int find_isa(const char *name)
{
	for (int i = ISA_UNKNOWN; i <= ISA_SVM; i++) {
		if (!strcmp(isa_name(i), name))
			return i;
	}
	return -1;
}

static void read_vcpu(struct reader *r)
{
	struct row *row = reader_row(r, 1, &r->recordings), *added;
	u32 id = reader_number(r, 3, UINT32_MAX), tid = reader_number(r, 4, INT32_MAX);
	int isa = find_isa(reader_text(r, 5));
	struct vcpu *vcpu;
	u64 vm;

	if (r->err)
		return;
	vm = reader_number(r, 2, ROWS_MAX);
	if (vm >= row->recording->vm_cnt || isa < 0 ||
	    ++row->cnt > VCPUS_MAX) {
		reader_damaged(r, "a vCPU without a VM, of an unknown ISA, or too many of them");
		return;
	}
	if (recording_add_vcpu(row->recording, vm, id, isa, &vcpu)) {
		reader_no_memory(r);
		return;
	}
	vcpu->tid = tid;
	added = reader_add_row(r, &r->vcpus, vcpu, ROWS_MAX);
	if (added)
		added->recording = row->recording;
}

static void read_exit(struct reader *r)
{
	struct row *row = reader_row(r, 1, &r->vcpus), *added;
	u64 code = (u64)sqlite3_column_int64(r->query, 2);
	struct reason *reason;

	if (sqlite3_column_type(r->query, 2) != SQLITE_INTEGER)
		reader_damaged(r, "an exit code is no number");
	if (r->err)
		return;
	vcpu_for_each_reason (other, (struct vcpu *)row->item) {
		if (other->code == code)
			reader_damaged(r, "a vCPU has one exit code twice");
	}
	if (++row->cnt > REASONS_MAX)
		reader_damaged(r, "a vCPU has more than %d exit reasons", REASONS_MAX);
	if (r->err)
		return;
	if (vcpu_add_reason(row->item, code, &reason)) {
		reader_no_memory(r);
		return;
	}
	reader_dist(r, 3, 9, &reason->latency);
	reason->cycle_cnt = reader_number(r, 7, INT64_MAX);
	reason->cycle_ns = reader_number(r, 8, INT64_MAX);
	reason->guest_call_cnt = reader_number(r, 10, INT64_MAX);
	reader_sum(r, reason->latency.count, &r->exit_cnt);
	reader_sum(r, reason->latency.total_ns, &r->exit_ns);
	reader_sum(r, reason->cycle_cnt, &r->cycle_cnt);
	reader_sum(r, reason->cycle_ns, &r->cycle_ns);
	added = reader_add_row(r, &r->exits, reason, ROWS_MAX);
	if (added)
		added->recording = row->recording;
}

static int find_kind(const char *name)
{
	for (int i = 0; i < NODE_KIND_COUNT; i++) {
		if (!strcmp(node_kind_name(i), name))
			return i;
	}
	return -1;
}

/*
 * A node comes after its parent, since that has a smaller id: there are no circles. That
 * there are no two siblings of one kind and function is checked when all are there.
 */
static void read_node(struct reader *r)
{
	bool first_level = sqlite3_column_type(r->query, 2) == SQLITE_NULL;
	struct row *exit = reader_row(r, 1, &r->exits), *parent, *added;
	int kind = find_kind(reader_text(r, 3));
	u64 function = 0;
	struct node *node;
	s64 exit_id;
	u32 depth;

	if (r->err)
		return;
	parent = first_level ? exit : reader_row(r, 2, &r->nodes);
	if (kind == NODE_CALL)
		function = reader_number(r, 4, ROWS_MAX);
	else if (sqlite3_column_type(r->query, 4) != SQLITE_NULL)
		kind = -1;
	if (r->err)
		return;
	if (kind < 0 || (kind == NODE_CALL && function >= exit->recording->function_cnt)) {
		reader_damaged(r, "a node is of an unknown kind or function");
		return;
	}
	if (!first_level && (parent->exit != exit->id || parent->depth + 1 >= DEPTH_MAX)) {
		reader_damaged(r, "a node is below another exit's, or deeper than %d", DEPTH_MAX);
		return;
	}
	if (++parent->cnt > CHILDREN_MAX) {
		reader_damaged(r, "a node has more than %d children", CHILDREN_MAX);
		return;
	}
	if (tree_append(exit->item, first_level ? NULL : parent->item, parent->last, kind, function,
			&node)) {
		reader_no_memory(r);
		return;
	}
	parent->last = node;
	exit_id = exit->id;
	depth = first_level ? 0 : parent->depth + 1;
	reader_dist(r, 5, 9, &node->dist);
	added = reader_add_row(r, &r->nodes, node, ROWS_MAX);
	/* That may have moved @parent. */
	if (added) {
		added->exit = exit_id;
		added->depth = depth;
	}
}

/* In this order: what is referred to comes first. */
static const struct {
	const char *sql;
	void (*read)(struct reader *r);
} queries[] = {
	{ "SELECT id, started_unix_ns, duration_ns, title, host, kernel, cpu_model, version,"
	  " mechanism, exit_boundary, kernel_bytes, source, first_line, last_line, user_bytes,"
	  " calibrated_unix_ns, not_calibrated, window_ns"
	  " FROM recording ORDER BY id",
	  read_recording },
	{ "SELECT recording, number, pid, name FROM vm ORDER BY recording, number", read_vm },
	{ "SELECT recording, number, name, module, mechanism, arguments FROM function"
	  " ORDER BY recording, number",
	  read_function },
	{ "SELECT recording, kind, count FROM loss", read_loss },
	{ "SELECT recording, mechanism, arguments, own_ps, own_spread_ps, own_error_ps, around_ps,"
	  " around_spread_ps, around_error_ps, samples FROM calibration",
	  store_read_calibration },
	{ "SELECT recording, code, count, busy_ns, spread_ns, calls FROM window", read_window },
	{ "SELECT id, recording, vm, vcpu_id, tid, isa FROM vcpu ORDER BY id", read_vcpu },
	{ "SELECT id, vcpu, code, count, total_ns, min_ns, max_ns, cycles, cycle_ns,"
	  " histogram, guest_calls FROM exit"
	  " ORDER BY id",
	  read_exit },
	{ "SELECT id, exit, parent, kind, function, calls, inclusive_ns, min_ns, max_ns, histogram"
	  " FROM node ORDER BY id",
	  read_node },
	{ "SELECT id, vcpu, code, why, started_unix_ns, started_mono_ns, latency_ns, duration_ns,"
	  " cpu, tid, rip, next_rip, info1, info2, intr_info FROM cycle ORDER BY id",
	  store_read_cycle },
	{ "SELECT cycle, number, depth, kind, function, from_ns, to_ns, cpu FROM cycle_span"
	  " ORDER BY cycle, number",
	  store_read_span },
	{ "SELECT id, started_unix_ns, host, kernel, cpu_model, version, isa, mechanism, functions,"
	  " cpu, tsc_khz, measured_khz, constant FROM bench",
	  store_read_bench },
	{ "SELECT id, name, note, recording, counted_iterations FROM bench_workload ORDER BY id",
	  store_read_bench_workload },
	{ "SELECT workload, reason, expected, count FROM bench_exit ORDER BY workload, number",
	  store_read_bench_exit },
	{ "SELECT workload, mode, number, iterations, cycles, wall_ns FROM bench_round"
	  " ORDER BY workload, mode, number",
	  store_read_bench_round },
};

static int run_query(struct reader *r, const char *sql, void (*read)(struct reader *r))
{
	int step = SQLITE_ERROR;

	if (!sqlite3_prepare_v2(r->db, sql, -1, &r->query, NULL)) {
		while (!r->err && (step = sqlite3_step(r->query)) == SQLITE_ROW)
			read(r);
	}
	if (!r->err && step != SQLITE_DONE)
		r->err = store_read_failed(r->db, r->path);
	sqlite3_finalize(r->query);
	r->query = NULL;
	return r->err;
}

static int by_key(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Are there two of one kind and function among these siblings? */
static bool has_twins(const struct node *first)
{
	u64 key[CHILDREN_MAX];
	size_t cnt = 0;

	if (!first || !first->next_sibling)
		return false;
	tree_for_each_child (child, (struct node *)first)
		key[cnt++] = (u64)child->kind << 32 | child->function;
	qsort(key, cnt, sizeof(*key), by_key);
	for (size_t i = 1; i < cnt; i++) {
		if (key[i] == key[i - 1])
			return true;
	}
	return false;
}

static void check_twins(struct reader *r)
{
	bool found = false;

	for (size_t i = 0; i < r->exits.cnt && !found; i++)
		found = has_twins(((struct reason *)r->exits.row[i].item)->first_child);
	for (size_t i = 0; i < r->nodes.cnt && !found; i++)
		found = has_twins(((struct node *)r->nodes.row[i].item)->first_child);
	if (found)
		reader_damaged(r, "a node is there twice");
}

static int read_profile(struct reader *r)
{
	int err = profile_new(&r->profile);

	if (err)
		return err_r(err, "cannot read %s: out of memory", r->path);
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		err = run_query(r, queries[i].sql, queries[i].read);
		if (err)
			return err;
	}
	check_twins(r);
	store_read_cycles_end(r);
	return r->err;
}

int store_read(const char *path, struct profile **out)
{
	struct reader r = { .path = path };
	int err;

	err = store_open(path, &r.db);
	if (!err)
		err = read_profile(&r);
	if (!err)
		*out = TAKE_PTR(r.profile);
	profile_free(&r.profile);
	free(r.recordings.row);
	free(r.vcpus.row);
	free(r.exits.row);
	free(r.nodes.row);
	free(r.cycles.row);
	free(r.bench_rows.row);
	free(r.spans);
	if (r.db)
		store_close(&r.db);
	return err;
}
