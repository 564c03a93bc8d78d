/* SPDX-License-Identifier: GPL-2.0 */
/* Writing rows into a profile's tables. */
#ifndef EXITGRAPH_PROFILE_STORE_PUT_H
#define EXITGRAPH_PROFILE_STORE_PUT_H

#include <sqlite3.h>

#include "profile/hist_text.h"
#include "profile/profile.h"

/* The INSERTs, prepared once; ids count up over the whole file. */
struct writer {
	sqlite3 *db;
	sqlite3_stmt *recording, *vm, *function, *loss, *calibration, *window, *vcpu, *exit, *node, *cycle, *cycle_span;
	sqlite3_stmt *bench, *bench_workload, *bench_exit, *bench_round;
	s64 recording_id, vcpu_id, exit_id, node_id, cycle_id;
	u64 unsound_cycles; /* left out */
	char histogram[HIST_TEXT_MAX];
};

/* The -errno behind SQLite's last failure on @db. */
int store_db_error(sqlite3 *db);

/*
 * Insert one row. @types has a letter per column: i a u64 below 2^63, c any u64 as a signed
 * integer, o an s64 that is NULL if negative, t a string, n NULL, whatever the argument
 * is.
 */
int store_put(struct writer *w, sqlite3_stmt *insert, const char *types, ...);

#endif
