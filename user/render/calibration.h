/* SPDX-License-Identifier: GPL-2.0 */
/* What the probes cost, as reports and exports have it: profile/calibration.h says what it is. */
#ifndef EXITGRAPH_RENDER_CALIBRATION_H
#define EXITGRAPH_RENDER_CALIBRATION_H

#include <stdio.h>

#include "render/json_builder.h"
#include "render/view.h"

/* Is there anything to say: was it measured, or could not be? */
bool calibration_is_known(const struct calibration *calibration);

/* A line, without its end, for each mechanism, and one for what was not measured; @next begins each
 * but the first. */
void calibration_text(const struct calibration *calibration, const char *next, FILE *out);

/* { "measured_unix_ns", "not_calibrated", "calls": [ { "mechanism", "arguments", "own_ns", ... } ]
 * } */
json_t *calibration_json(struct builder *b, const struct calibration *calibration);

/* The rows of the table "calibration". */
int calibration_csv(const struct view *view, bool merged, FILE *out);

#endif
