/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the log of functions that do nothing to what the probes on them cost.
 *
 *	E5 R5 E6 R6 E7 R7	a run: three functions called one after the other
 *	  own  own  own
 *	    around around	of 6, and of 7: from the return before to the entry
 *
 * What little the functions do, and their caller to call them, is in there, too. How much that is
 * all together tells the time that a run takes without the probes: own and around of all three,
 * less by what a run takes longer with them. It is taken out, a function's share of it by
 * the instructions that it must have (a move for each argument in the caller, an addition for
 * each in the function, and three and two more); half of that share is taken for uncertain.
 */
#ifndef EXITGRAPH_ANALYZE_CALIBRATE_H
#define EXITGRAPH_ANALYZE_CALIBRATE_H

#include "profile/calibration.h"
#include "xg_log.h"

#define CALIBRATE_FUNCTIONS 3 /* at most */

struct calibrate;

/*
 * For @cnt functions that are called one right after the other, of the ids from @first_id on,
 * with these numbers of arguments. 0; -ENOMEM; -EINVAL for fewer than two or too many.
 */
int calibrate_new(u32 first_id, const u32 *arg_cnts, u32 cnt, struct calibrate **out);
void calibrate_free(struct calibrate **calibrate);

/* A batch of runs without the probes took so long, each. */
void calibrate_take_idle(struct calibrate *calibrate, double run_ns);

/* Likewise with them, and this is the log. What in it is none of these functions' is left out. */
void calibrate_take(struct calibrate *calibrate, double run_ns, const struct xg_record *records,
		    size_t cnt);

/*
 * Add what comes out, for @mechanism, to @out: a row for each function but the first, and none for
 * a second one of as many arguments. 0, or -ENODATA where too little was seen.
 */
int calibrate_result(const struct calibrate *calibrate, const char *mechanism,
		     struct calibration *out);

/*
 * Add the row of the boundaries from what was seen of them: records of XG_ID_BOUNDARY, two by two.
 * Only what is between two is taken, whoever's tracepoint it was. @gaps is the caller's, of
 * CALIBRATE_GAPS_MAX; calibrate_gaps() adds to the @cnt of them those of a log, and returns how
 * many there are then. 0, or -ENODATA.
 */
#define CALIBRATE_GAPS_MAX 8192
size_t calibrate_gaps(u32 *gaps, size_t cnt, const struct xg_record *records, size_t record_cnt);
int calibrate_boundaries(u32 *gaps, size_t cnt, struct calibration *out);

/* For the tests: of @cnt samples, which become sorted, value and spread; the error, of the blocks
 * that they came in. 0, or -ENODATA. */
int calibrate_value(u32 *samples, size_t cnt, struct calibration_value *out);

#endif
