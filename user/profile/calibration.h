/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the probes cost, as it was measured on functions that do nothing. Of one call:
 *
 *	the caller  ====|                                   |====
 *	the probes       |--- head ---#       #--- tail ---|
 *	the function                  |--====-|
 *	                             clock   clock
 *
 * own is what of the probes lies between the two clock readings, so what a call is measured too
 * long by itself; around is head and tail, which whoever called it is measured too long by, besides
 * the callee's own. What the function does, and what it takes to call it, is in neither.
 */
#ifndef EXITGRAPH_PROFILE_CALIBRATION_H
#define EXITGRAPH_PROFILE_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "xg_types.h"

#define CALIBRATION_ROWS_MAX	 16
#define CALIBRATION_NAME_MAX	 32
#define CALIBRATION_WHY_MAX	 128
#define CALIBRATION_ARGS_MAX	 64
#define CALIBRATION_VALUE_MAX_NS 1e9 /* nothing measured is larger, nor is any of its parts */

struct calibration_value {
	double ns;	  /* the mean of the middle half of the samples */
	double spread_ns; /* between their quartiles */
	double error_ns;  /* the value may be off by so much: a standard deviation */
};

/* Of the functions that go by a mechanism and take so many arguments. */
struct calibration_row {
	char mechanism[CALIBRATION_NAME_MAX]; /* "fentry+fexit" */
	u32 arg_cnt;			      /* registers */
	struct calibration_value own, around;
	u64 sample_cnt;
};

/*
 * The name that stands for the programs at the boundaries in place of a mechanism, with no
 * arguments. They read the clock first and last; around is what of them is after the last reading
 * of one and before the first of the next one. So much too long is a latency, which is from the one
 * to the other, besides what its calls cost; and the guest phase.
 */
#define CALIBRATION_BOUNDARY "boundary"

struct calibration {
	u64 measured_unix_ns; /* 0 = it was not */
	struct calibration_row rows[CALIBRATION_ROWS_MAX];
	size_t cnt;
	char why_not[CALIBRATION_WHY_MAX]; /* of a mechanism that has no rows; else empty */
};

/* Add a copy of @row. 0; -ENOSPC; or -EINVAL for one that no measuring gives, or is there. */
int calibration_add(struct calibration *calibration, const struct calibration_row *row);

/*
 * What a call costs of a function with @arg_cnt arguments that goes by @mechanism: where so many
 * were not measured, on the line through those that were. False if that mechanism was not.
 */
bool calibration_find(const struct calibration *calibration, const char *mechanism, u32 arg_cnt,
		      struct calibration_value *own, struct calibration_value *around);

#endif
