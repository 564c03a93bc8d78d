/* SPDX-License-Identifier: GPL-2.0 */
/* Corrected times (analyze/correct.h), as text, JSON and CSV. */
#ifndef EXITGRAPH_RENDER_CORRECTED_H
#define EXITGRAPH_RENDER_CORRECTED_H

#include <stdio.h>

#include "analyze/correct.h"
#include "render/json_builder.h"
#include "render/units.h"

#define CORRECTED_MAX (2 * UNITS_MAX + 8)

/*
 * "880 ns"; "<40 ns", where the uncertainty is larger than what there is: with all of it the value
 * is no larger; "-" if it is not known. Written to @buffer, and returned.
 */
const char *corrected_text(const struct corrected *corrected, char buffer[CORRECTED_MAX]);

/* Both: "880 ns +-35 ns", "<40 ns" or "-". */
#define CORRECTED_BOTH_MAX (2 * CORRECTED_MAX)
const char *corrected_both_text(const struct corrected *corrected, char buffer[CORRECTED_BOTH_MAX]);

/* @name_corrected_ns and @name_uncertainty_ns of @object; null where it is not known. */
void corrected_json(struct builder *b, json_t *object, const char *name,
		    const struct corrected *corrected);

/* ",VALUE,UNCERTAINTY", both empty where it is not known. */
void corrected_csv(const struct corrected *corrected, FILE *out);

#endif
