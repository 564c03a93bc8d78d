/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log that probes append to: one record an event, of the clock and a code, which is
 *
 *	15        1  0
 *	+-----------+---+
 *	| id        |ret|
 *	+-----------+---+
 *
 * An entry's probe writes the code first and reads the clock last; of what lies between that
 * and the call there is just the one store.
 */
#ifndef EXITGRAPH_XG_LOG_H
#define EXITGRAPH_XG_LOG_H

#include "xg_types.h"

#define XG_LOG_RECORDS	   16384 /* a power of two */

#define XG_CODE_ENTRY(id)  ((u32)(id) << 1)
#define XG_CODE_RETURN(id) (((u32)(id) << 1) | 1)
#define XG_CODE_MASK	   0xffff
#define XG_CODE_SPOIL	   XG_CODE_RETURN(XG_ID_BOUNDARY) /* at a log's end: it fits nowhere */

struct xg_record {
	u64 clock_ns; /* CLOCK_MONOTONIC */
	u64 code;
};

/*
 * Ids. Functions are numbered from XG_ID_FUNCTION on, in the order in which they were
 * selected. XG_ID_BOUNDARY stands in the log only: as an entry it is the exit boundary,
 * at the clock read first there; as a return it is the end of that boundary's own work.
 * The others stand in tree nodes only, except XG_ID_OFF_CPU, which stands in both, and
 * XG_ID_CPU, which only whole cycles are read for.
 */
#define XG_ID_OF_CPU(cpu) (XG_ID_CPU + ((cpu) & (XG_ID_CPU - 1)))

enum xg_id {
	XG_ID_BOUNDARY = 0,
	XG_ID_OFF_CPU,
	XG_ID_GUEST,
	XG_ID_USERSPACE,
	XG_ID_ROOT,    /* a reason's whole cycles; parent of its tree */
	XG_ID_LATENCY, /* a reason's exits: exit to next entry */
	XG_ID_FUNCTION = 8,
	XG_ID_LIMIT = 16384, /* of functions */
	XG_ID_CPU = 16384,   /* in the log only, as a return: now on CPU id - XG_ID_CPU */
};

#endif
