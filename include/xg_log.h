/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log that probes append to: one 64-bit record an event.
 *
 *	63            16 15        1  0
 *	+---------------+-----------+---+
 *	| clock, ns     | id        |ret|
 *	+---------------+-----------+---+
 *
 * The clock is the low 48 bits of bpf_ktime_get_ns(); only differences within one cycle are
 * used, so it may wrap (every 78 hours) as long as no cycle is that long. One store writes
 * a whole record, so an interrupt never sees half of one.
 */
#ifndef EXITGRAPH_XG_LOG_H
#define EXITGRAPH_XG_LOG_H

#include "xg_types.h"

#define XG_LOG_RECORDS 16384 /* a power of two */

#define XG_RECORD_CLOCK_SHIFT 16
#define XG_CLOCK_MASK	      ((1ULL << 48) - 1)

#define XG_RECORD(clock_ns, code) (((u64)(clock_ns) << XG_RECORD_CLOCK_SHIFT) | (u64)(code))
#define XG_CODE_ENTRY(id)	  ((u32)(id) << 1)
#define XG_CODE_RETURN(id)	  (((u32)(id) << 1) | 1)
#define XG_RECORD_CODE(record)	  ((u32)(record) & 0xffff)
#define XG_RECORD_CLOCK(record)	  ((u64)(record) >> XG_RECORD_CLOCK_SHIFT)

/* From one record to another, ns; the codes must not borrow from the clock. */
#define XG_RECORD_NS(from, to) ((((u64)(to) | 0xffff) - (u64)(from)) >> XG_RECORD_CLOCK_SHIFT)

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
	XG_ID_ROOT,	/* a reason's whole cycles; parent of its tree */
	XG_ID_LATENCY,	/* a reason's exits: exit to next entry */
	XG_ID_FUNCTION = 8,
	XG_ID_LIMIT = 16384, /* of functions */
	XG_ID_CPU = 16384,   /* in the log only, as a return: now on CPU id - XG_ID_CPU */
};

#endif
