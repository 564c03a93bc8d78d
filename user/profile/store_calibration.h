/* SPDX-License-Identifier: GPL-2.0 */
/* What the probes cost, in a profile's file. */
#ifndef EXITGRAPH_PROFILE_STORE_CALIBRATION_H
#define EXITGRAPH_PROFILE_STORE_CALIBRATION_H

#include "profile/store_put.h"
#include "profile/store_rows.h"

/* The rows of the recording that was written last. 0 or -errno. */
int store_put_calibration(struct writer *w, const struct calibration *calibration);

/* The text in @column into @to, made safe to print; what is too long is damage. */
void store_read_fixed(struct reader *r, int column, char *to, size_t size);

/* A row: recording, mechanism, arguments, own and around by three columns each, samples. */
void store_read_calibration(struct reader *r);

#endif
