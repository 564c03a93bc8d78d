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

enum xg_op_kind {
	XG_OP_CALL = 0, /* a call of node's */
	XG_OP_TAKEN,	/* likewise, and the next XG_OP_REST does not have its time */
	XG_OP_REST,	/* a call of node's of what the calls taken leave */
	XG_OP_OPEN,	/* node's time, and no call: it stays open */
};

/* Indices have 16 bits, so that a whole array of either is within the state whatever they are:
 * nothing needs to be masked for the verifier. */
struct xg_op {
	u16 from; /* records */
	u16 to;
	u16 node_at; /* in units of XG_NODE_UNIT bytes */
	u16 kind;    /* enum xg_op_kind */
};

#define XG_RECORD_SHIFT	   4 /* of a record's size */
#define XG_NODE_SHIFT	   7 /* of a node's */
#define XG_NODE_UNIT_SHIFT 2
#define XG_NODE_AT(node)   ((node) << (XG_NODE_SHIFT - XG_NODE_UNIT_SHIFT))

/* The end of the log's room holds times that are no records, for operations to refer to. */
enum xg_at {
	XG_AT_END = XG_LOG_RECORDS - 3, /* the cycle's end */
	XG_AT_START_LATE,		/* its start, later by what the exit boundary took: */
					/* of times that are open across that */
	XG_AT_START,
};
#define XG_LOG_ROOM	(XG_LOG_RECORDS - 16) /* records */

#define XG_GROUP	4   /* records are compared so many at a time */
#define XG_PATHS	64  /* that a vCPU knows; a power of two */
#define XG_PATH_RECORDS 512 /* likewise */
#define XG_PATH_CALLS	256 /* operations that are XG_OP_CALL; likewise */
#define XG_PATH_RUN	32  /* applied in one plain loop; likewise */
#define XG_PATH_OTHERS	16  /* the others: one run is enough for those; likewise */
#define XG_REASON_PATHS 4   /* that it knows of one reason */

/* A path that was seen: the codes of its log, and its operations. */
struct xg_path {
	u16 record_n;
	u16 call_n;
	u16 other_n;
	u16 exit_at;	 /* the record of the exit boundary */
	u16 leaves_base; /* KVM_RUN returned in it */
	u16 owner;	 /* root node of its reason; 0 = free */
	u32 unused;
	u16 code[XG_PATH_RECORDS];
	struct xg_op other[XG_PATH_OTHERS]; /* in their order; not last: a run is longer */
	struct xg_op call[XG_PATH_CALLS];   /* in any order */
};

#endif
