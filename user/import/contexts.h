/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The calls of a trace, added up: a context is a function called along one path of calls by
 * one task; a stat has its calls that belong to one exit reason.
 *
 *	context > stat > chunk of histogram buckets (include/xg_hist.h)
 *
 * Memory is bounded by the number of different contexts, for which there is a limit, and not
 * by the length of the trace.
 */
#ifndef EXITGRAPH_IMPORT_CONTEXTS_H
#define EXITGRAPH_IMPORT_CONTEXTS_H

#include <errno.h>

#include "import/arena.h"
#include "import/symbols.h"
#include "xg_hist.h"

#define CONTEXT_CNT_MAX 65536 /* of one trace */
#define STAT_CNT_MAX	65536
#define STAT_LISTS	4
#define CHILD_CNT_MAX	4000 /* what a profile takes of one node */

struct chunk {
	u64 count[XG_HIST_SUB];
};

struct stat {
	struct stat *next;
	u32 row; /* of handlers.h: the exit reason */
	u64 calls;
	u64 total_ns;
	u64 min_ns;
	u64 max_ns;
	struct chunk *chunk[XG_HIST_CHUNKS];
};

struct context {
	struct symbol *symbol; /* NULL for a task's root */
	struct context *parent;
	struct context *guess;		/* the context entered next after this one the last time */
	struct stat *stats[STAT_LISTS]; /* by reason; in each the one used last is the first */
	struct context *first_child;
	struct context *last_child;
	struct context *next_sibling;
	u32 child_cnt;
	u32 hash;
};

struct contexts {
	struct arena arena;
	struct context **slots; /* open addressing, by parent and symbol */
	u32 room;
	u32 cnt;
	u32 stat_cnt;
	u32 stat_max; /* at most STAT_CNT_MAX */
};

/* A new root. NULL without memory. */
struct context *context_root(struct contexts *contexts);

/*
 * The child of @parent with @symbol, added if need be. NULL when there is no room (*@err is
 * 0) or no memory (*@err is -ENOMEM).
 */
struct context *context_child(struct contexts *contexts, struct context *parent,
			      struct symbol *symbol, int *err);

/* The stat of @context for the reason of @row; as above. */
struct stat *context_stat_search(struct contexts *contexts, struct context *context, u32 row,
				 int *err);

/* A new histogram chunk. NULL without memory. */
struct chunk *contexts_chunk(struct contexts *contexts);

void contexts_free(struct contexts *contexts);

static inline struct stat *context_stat(struct contexts *contexts, struct context *context, u32 row,
					int *err)
{
	struct stat *stat = context->stats[row % STAT_LISTS];

	if (__builtin_expect(stat && stat->row == row, 1))
		return stat;
	return context_stat_search(contexts, context, row, err);
}

/* Count one call of @ns. 0 or -ENOMEM. */
static inline int stat_add(struct contexts *contexts, struct stat *stat, u64 ns)
{
	u32 bucket = xg_hist_bucket(ns), octave = bucket / XG_HIST_SUB;
	struct chunk *chunk = stat->chunk[octave];

	stat->calls++;
	stat->total_ns += ns;
	if (ns < stat->min_ns)
		stat->min_ns = ns;
	if (ns > stat->max_ns)
		stat->max_ns = ns;
	if (__builtin_expect(!chunk, 0)) {
		chunk = contexts_chunk(contexts);
		if (!chunk)
			return -ENOMEM;
		stat->chunk[octave] = chunk;
	}
	chunk->count[bucket % XG_HIST_SUB]++;
	return 0;
}

#endif
