/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EXITGRAPH_RENDER_JSON_NUMBER_H
#define EXITGRAPH_RENDER_JSON_NUMBER_H

#include <jansson.h>

#include "xg_types.h"

/* JSON's integers end at 2^63; what is beyond becomes a real number. NULL without memory. */
static inline json_t *number(u64 value)
{
	return value <= INT64_MAX ? json_integer((json_int_t)value) : json_real((double)value);
}

#endif
