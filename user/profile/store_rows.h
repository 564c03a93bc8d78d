/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cells of untrusted rows. What is wrong is said once and kept in the reader: the getters
 * then give harmless values, so a row is got whole and judged once, by reader.err.
 */
#ifndef EXITGRAPH_PROFILE_STORE_ROWS_H
#define EXITGRAPH_PROFILE_STORE_ROWS_H

#include <sqlite3.h>

#include "profile/profile.h"
#include "xg_state.h"

/* Of vcpu, of exit, of node, of cycle: as many nodes as the kernel's state can hold. */
#define ROWS_MAX (XG_VCPUS_MAX * XG_NODES)

/* A row that later rows refer to. Rows come in order of their ids. */
struct row {
	s64 id;
	void *item;
	struct recording *recording;
	struct node *last; /* child so far, of an exit or a node */
	s64 exit;	   /* id, of a node */
	u32 depth;	   /* of a node */
	u32 cnt;	   /* things below it so far */
};

struct rows {
	struct row *row;
	size_t cnt;
};

struct reader {
	const char *path;
	sqlite3 *db;
	sqlite3_stmt *query;
	struct profile *profile;
	struct rows recordings, vcpus, exits, nodes, cycles, bench_rows;
	struct cycle_span *spans; /* of the cycle whose row is the latest with spans */
	size_t span_cnt, span_room, span_cycle;
	u64 exit_cnt, exit_ns, cycle_cnt, cycle_ns; /* sums over the file */
	int err;
};

/* Say once that the file is damaged, and how. */
void reader_damaged(struct reader *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void reader_no_memory(struct reader *r);

/* The whole number 0 .. @max in @column; else the file is damaged, and 0. */
u64 reader_number(struct reader *r, int column, u64 max);

/* Add @value (below 2^63) to *@sum, which must stay below 2^63 itself, else it is damage. */
void reader_sum(struct reader *r, u64 value, u64 *sum);

/* The text in @column, never NULL; it stays until the next row. */
const char *reader_text(struct reader *r, int column);

/* Count, total, minimum and maximum in four columns from @column on, and the @histogram's. */
void reader_dist(struct reader *r, int column, int histogram, struct dist *dist);

/* Keep a row whose id, in column 0, later rows name. NULL, and r->err, beyond @max rows. */
struct row *reader_add_row(struct reader *r, struct rows *rows, void *item, size_t max);

/* The row that the id in @column names; NULL, and damage, if there is none. */
struct row *reader_row(struct reader *r, int column, struct rows *rows);

#endif
