/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the probes cost by a mechanism, from one recording to the next: until the host is booted,
 * or anything else changes that it depends on. A line for each row:
 *
 *	1795283091000000000 8192 1 163.2 1.0 1.6 293.1 0.0 2.1
 *
 * when it was measured, the samples, the arguments, then value, spread and error, of own and of
 * around.
 */
#ifndef EXITGRAPH_COLLECT_CALIBRATE_CACHE_H
#define EXITGRAPH_COLLECT_CALIBRATE_CACHE_H

#include <stddef.h>

#include "profile/calibration.h"

/*
 * Add what is there of the mechanism @name to @out, or put what @calibration has of it there; @file
 * is a short name for its entry. 0 or -errno.
 */
int calibrate_cache_load(const char *file, const char *name, struct calibration *out);
int calibrate_cache_save(const char *file, const char *name, const struct calibration *calibration);

/* The texts of it; @out is allocated. 0 or -errno: -EBADMSG where @text is no such. */
int calibrate_cache_format(const char *name, const struct calibration *calibration, char **out,
			   size_t *size_out);
int calibrate_cache_parse(const char *text, const char *name, struct calibration *out);

#endif
