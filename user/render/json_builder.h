/* SPDX-License-Identifier: GPL-2.0 */
/* Values into JSON objects and arrays; that memory ran out is remembered, and asked once. */
#ifndef EXITGRAPH_RENDER_JSON_BUILDER_H
#define EXITGRAPH_RENDER_JSON_BUILDER_H

#include <jansson.h>

#include "render/report.h"

struct builder {
	const struct correction *correction;
	const struct recording *recording;
	const struct report_options *options;
	bool no_memory;
};

/* These take @value; NULL is one that there was no memory for. */
static inline void set(struct builder *b, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		b->no_memory = true;
}

static inline void append(struct builder *b, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		b->no_memory = true;
}

#endif
