// SPDX-License-Identifier: GPL-2.0
/* Writing profiles. SQLite needs no journal here: until the rename nobody knows the file. */
#include "profile/store.h"

#include <errno.h>
#include <sqlite3.h>

#include "profile/losses.h"
#include "profile/place.h"
#include "profile/reasons.h"
#include "profile/store_bench.h"
#include "profile/store_calibration.h"
#include "profile/store_cycles.h"
#include "profile/store_put.h"
#include "profile/store_schema.h"
#include "profile/tree.h"
#include "util/cleanup.h"
#include "util/log.h"

struct store {
	struct place *place;
};

int store_create(const char *path, struct store **out)
{
	_cleanup_(store_free) struct store *store = calloc(1, sizeof(*store));
	int err;

	if (!store)
		return err_r(-ENOMEM, "cannot write %s: out of memory", path);
	err = place_new(path, &store->place);
	if (err)
		return err;
	*out = TAKE_PTR(store);
	return 0;
}

void store_free(struct store **store)
{
	if (!*store)
		return;
	place_free(&(*store)->place);
	free(*store);
	*store = NULL;
}

static s64 min_or_null(const struct dist *dist)
{
	return dist->count ? (s64)dist->min_ns : -1;
}

static s64 max_or_null(const struct dist *dist)
{
	return dist->count ? (s64)dist->max_ns : -1;
}

static int put_node(struct writer *w, const struct node *node, s64 parent_id)
{
	const struct dist *dist = &node->dist;

	return store_put(w, w->node, "iiotoiioot", ++w->node_id, w->exit_id, parent_id,
			 node_kind_name(node->kind),
			 node->kind == NODE_CALL ? (s64)node->function : (s64)-1, dist->count,
			 dist->total_ns, min_or_null(dist), max_or_null(dist),
			 hist_format(&dist->hist, w->histogram));
}

/* A node's id is larger than its parent's, and than those of the siblings before it. */
static int put_tree(struct writer *w, const struct reason *reason)
{
	_cleanup_free_ s64 *ids = NULL; /* of the nodes from the first level to here */
	u32 depth = 0, room = 0;
	int err;

	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth)) {
		if (depth >= room) {
			s64 *more;

			room = 2 * depth + 64;
			more = reallocarray(ids, room, sizeof(*ids));
			if (!more)
				return -ENOMEM;
			ids = more;
		}
		err = put_node(w, n, depth ? ids[depth - 1] : -1);
		if (err)
			return err;
		ids[depth] = w->node_id;
	}
	return 0;
}

static int put_exit(struct writer *w, const struct vcpu *vcpu, const struct reason *reason)
{
	const struct dist *dist = &reason->latency;
	char name[REASON_NAME_MAX];
	int err;

	err = store_put(w, w->exit, "iictiiooiiit", ++w->exit_id, w->vcpu_id, reason->code,
			reason_name(vcpu->isa, reason->code, name), dist->count, dist->total_ns,
			min_or_null(dist), max_or_null(dist), reason->cycle_cnt, reason->cycle_ns, reason->guest_call_cnt,
			hist_format(&dist->hist, w->histogram));
	return err ? err : put_tree(w, reason);
}

static int put_vcpus(struct writer *w, const struct recording *recording)
{
	int err;

	recording_for_each_vcpu (vcpu, recording) {
		err = store_put(w, w->vcpu, "iiiiit", ++w->vcpu_id, w->recording_id, (s64)vcpu->vm,
			  (s64)vcpu->id, (s64)vcpu->tid, isa_name(vcpu->isa));
		if (err)
			return err;
		vcpu_for_each_reason (reason, vcpu) {
			err = put_exit(w, vcpu, reason);
			if (err)
				return err;
		}
		err = store_put_cycles(w, recording, vcpu);
		if (err)
			return err;
	}
	return 0;
}

static int put_recording(struct writer *w, const struct recording *r)
{
	int err;

	err = store_put(w, w->recording, "iiitttttttiitiiiit", ++w->recording_id, r->started_unix_ns,
		  r->duration_ns, r->title, r->host, r->kernel, r->cpu_model, r->version,
		  r->mechanism, r->exit_boundary, r->kernel_bytes, r->user_bytes, r->source, r->first_line,
		  r->last_line, r->window_ns, r->calibration.measured_unix_ns, r->calibration.why_not);
	for (size_t i = 0; i < r->vm_cnt && !err; i++)
		err = store_put(w, w->vm, "iiit", w->recording_id, (s64)i, (s64)r->vms[i].pid,
			  r->vms[i].name);
	for (size_t i = 0; i < r->function_cnt && !err; i++)
		err = store_put(w, w->function, "iittti", w->recording_id, (s64)i, r->functions[i].name,
			  r->functions[i].module, r->functions[i].mechanism, (s64)r->functions[i].arg_cnt);
	for (int i = 0; i < XG_LOSS_COUNT && !err; i++) {
		if (r->losses[i])
			err = store_put(w, w->loss, "itit", w->recording_id, loss_kind(i)->name,
				  r->losses[i], loss_kind(i)->text);
	}
	if (!err)
		err = store_put_calibration(w, &r->calibration);
	for (size_t i = 0; i < r->window_cnt && !err; i++)
		err = store_put(w, w->window, "iciiii", w->recording_id, r->windows[i].code,
				r->windows[i].exit_cnt, r->windows[i].busy_ns,
				r->windows[i].spread_ns, r->windows[i].call_cnt);
	return err ? err : put_vcpus(w, r);
}

static int execute(struct writer *w, const char *sql)
{
	return sqlite3_exec(w->db, sql, NULL, NULL, NULL) ? store_db_error(w->db) : 0;
}

static int create_schema(struct writer *w)
{
	char pragmas[256];
	int err;

	snprintf(pragmas, sizeof(pragmas),
		 "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
		 "PRAGMA application_id = %d; PRAGMA user_version = %d; BEGIN",
		 STORE_APPLICATION_ID, STORE_VERSION);
	err = execute(w, pragmas);
	for (size_t i = 0; i < ARRAY_SIZE(store_tables) && !err; i++)
		err = execute(w, store_tables[i].sql);
	return err;
}

static int prepare(struct writer *w)
{
	const struct {
		sqlite3_stmt **insert;
		const char *sql;
	} inserts[] = {
		{ &w->recording, "INSERT INTO recording VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)" },
		{ &w->vm, "INSERT INTO vm VALUES (?,?,?,?)" },
		{ &w->function, "INSERT INTO function VALUES (?,?,?,?,?,?)" },
		{ &w->loss, "INSERT INTO loss VALUES (?,?,?,?)" },
		{ &w->window, "INSERT INTO window VALUES (?,?,?,?,?,?)" },
		{ &w->calibration, "INSERT INTO calibration VALUES (?,?,?,?,?,?,?,?,?,?)" },
		{ &w->vcpu, "INSERT INTO vcpu VALUES (?,?,?,?,?,?)" },
		{ &w->exit, "INSERT INTO exit VALUES (?,?,?,?,?,?,?,?,?,?,?,?)" },
		{ &w->node, "INSERT INTO node VALUES (?,?,?,?,?,?,?,?,?,?)" },
		{ &w->cycle, "INSERT INTO cycle VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)" },
		{ &w->cycle_span, "INSERT INTO cycle_span VALUES (?,?,?,?,?,?,?,?)" },
		{ &w->bench, "INSERT INTO bench VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)" },
		{ &w->bench_workload, "INSERT INTO bench_workload VALUES (?,?,?,?,?)" },
		{ &w->bench_exit, "INSERT INTO bench_exit VALUES (?,?,?,?,?)" },
		{ &w->bench_round, "INSERT INTO bench_round VALUES (?,?,?,?,?,?)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(inserts); i++) {
		if (sqlite3_prepare_v2(w->db, inserts[i].sql, -1, inserts[i].insert, NULL))
			return store_db_error(w->db);
	}
	return 0;
}

static int write_all(struct writer *w, const struct profile *profile)
{
	int err = create_schema(w);

	if (!err)
		err = prepare(w);
	profile_for_each_recording (recording, profile) {
		if (!err)
			err = put_recording(w, recording);
	}
	if (!err && profile->bench)
		err = store_put_bench(w, profile->bench);
	/* Sorted at once, the index takes a fraction of what it would row by row. */
	if (!err)
		err = execute(w, store_views);
	return err ? err : execute(w, "COMMIT");
}

/* Write the whole database to @path, an empty file. 0 or -errno, not said. */
static int write_file(const char *path, const struct profile *profile)
{
	_cleanup_free_ struct writer *w = calloc(1, sizeof(*w));
	sqlite3_stmt *statement;
	int err;

	if (!w)
		return -ENOMEM;
	if (sqlite3_open_v2(path, &w->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL))
		err = w->db ? store_db_error(w->db) : -ENOMEM;
	else
		err = write_all(w, profile);
	while (w->db && (statement = sqlite3_next_stmt(w->db, NULL)))
		sqlite3_finalize(statement);
	if (sqlite3_close(w->db) && !err)
		err = -EIO;
	if (!err && w->unsound_cycles)
		log_warn("%llu cycles whose calls do not fit together are not in the profile",
			 (unsigned long long)w->unsound_cycles);
	return err;
}

int store_commit(struct store *store, const struct profile *profile)
{
	_cleanup_close_ int fd = -1;
	int err;

	err = place_open(store->place, &fd);
	if (err)
		return err;
	err = write_file(place_temporary(store->place), profile);
	if (err)
		return place_failed(store->place, err);
	return place_commit(store->place, fd);
}
