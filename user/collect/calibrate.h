/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Before a recording: what will its probes cost? Measured on functions that do nothing
 * (attach/trial.h), by each mechanism that the functions will go by, and kept in the cache
 * until this host is booted again.
 */
#ifndef EXITGRAPH_COLLECT_CALIBRATE_H
#define EXITGRAPH_COLLECT_CALIBRATE_H

#include <stdbool.h>

#include "attach/attach.h"
#include "profile/calibration.h"

/*
 * For @functions, which are not attached yet, into @out; nothing is taken from the cache if @fresh.
 * What cannot be measured is no error, but @out says why.
 */
void calibrate_probes(struct attach *attach, const struct attach_function *functions, size_t cnt,
		      bool fresh, struct calibration *out);

/* Add what is in the cache of one mechanism, or, NULL, of the boundaries. 0 or -errno, not said. */
int calibrate_cached(const struct mechanism *mechanism, struct calibration *out);

#endif
