/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a cycle comes to, in the accounting: operations, each the time between two records of
 * its log and the node that it goes to. They depend on the order of the log's codes alone, not
 * on its clock, so those of a path that repeats are made once.
 */
#ifndef EXITGRAPH_XG_PATH_H
#define EXITGRAPH_XG_PATH_H

#include "xg_log.h"
#include "xg_types.h"

/*
 *	 63        62..60   51..41   33..20   16..3
 *	+---------+--------+--------+--------+--------+
 *	| kind!=0 | kind   | node   | to     | from   |
 *	+---------+--------+--------+--------+--------+
 *
 * Records and nodes as they are needed, as offsets into their arrays in bytes.
 */
enum xg_op_kind {
	XG_OP_CALL = 0, /* a call of node's */
	XG_OP_TAKEN,	/* likewise, and the next XG_OP_REST does not have its time */
	XG_OP_REST,	/* a call of node's of what the calls taken leave */
	XG_OP_OPEN,	/* node's time, and no call: it stays open */
	XG_OP_NOTHING,
};

#define XG_RECORD_SHIFT	 3 /* of a record's size */
#define XG_NODE_SHIFT	 7 /* of a node's */
#define XG_OP_TO_SHIFT	 17
#define XG_OP_NODE_SHIFT 34
#define XG_OP_KIND_SHIFT 60

#define XG_OP(kind, node, from, to)                                   \
	((u64)((kind) != 0) << 63 | (u64)(kind) << XG_OP_KIND_SHIFT | \
	 (u64)(node) << (XG_OP_NODE_SHIFT + XG_NODE_SHIFT) |          \
	 (u64)(to) << (XG_OP_TO_SHIFT + XG_RECORD_SHIFT) | (u64)(from) << XG_RECORD_SHIFT)
#define XG_OP_KIND(op)	     ((u32)((op) >> XG_OP_KIND_SHIFT) & 7)
#define XG_OP_IS_SPECIAL(op) ((s64)(op) < 0) /* not XG_OP_CALL */

/* The end of the log's room holds times that are no records, for operations to refer to. */
enum xg_at {
	XG_AT_END = XG_LOG_RECORDS - 3, /* the cycle's end */
	XG_AT_START_LATE,		/* its start, later by what the exit boundary took: */
					/* of times that are open across that */
	XG_AT_START,
};
#define XG_LOG_ROOM (XG_LOG_RECORDS - 16) /* records */

/* Both are read in groups, of which the last is filled up. */
#define XG_GROUP	8   /* of records */
#define XG_OP_GROUP	4   /* of operations */
#define XG_PATHS	64  /* that a vCPU knows; a power of two */
#define XG_PATH_RECORDS 512 /* likewise */
#define XG_PATH_OPS	512
#define XG_REASON_PATHS 4 /* that it knows of one reason */

/* A path that was seen: the codes of its log, and its operations. */
struct xg_path {
	u32 record_n;
	u32 op_n;
	u32 exit_at;	 /* the record of the exit boundary */
	u32 leaves_base; /* KVM_RUN returned in it */
	u32 owner;	 /* root node of its reason; 0 = free */
	u16 code[XG_PATH_RECORDS];
	u64 op[XG_PATH_OPS];
};

#endif
