// SPDX-License-Identifier: GPL-2.0
#include "profile/calibration.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static bool is_sound_number(double ns)
{
	return isfinite(ns) && ns >= 0 && ns <= CALIBRATION_VALUE_MAX_NS;
}

static bool is_sound(const struct calibration_value *value)
{
	return is_sound_number(value->ns) && is_sound_number(value->spread_ns) &&
	       is_sound_number(value->error_ns);
}

static bool is_of(const struct calibration_row *row, const char *mechanism)
{
	return !strcmp(row->mechanism, mechanism);
}

int calibration_add(struct calibration *calibration, const struct calibration_row *row)
{
	if (!*row->mechanism || row->arg_cnt > CALIBRATION_ARGS_MAX || !is_sound(&row->own) ||
	    !is_sound(&row->around))
		return -EINVAL;
	for (size_t i = 0; i < calibration->cnt; i++)
		if (is_of(&calibration->rows[i], row->mechanism) &&
		    calibration->rows[i].arg_cnt == row->arg_cnt)
			return -EINVAL;
	if (calibration->cnt == CALIBRATION_ROWS_MAX)
		return -ENOSPC;
	calibration->rows[calibration->cnt++] = *row;
	return 0;
}

/* On the line through two measured ones, at @at of the way from @a to @b. */
static struct calibration_value between(const struct calibration_value *a,
					const struct calibration_value *b, double at)
{
	return (struct calibration_value){
		.ns = fmax(0, a->ns + at * (b->ns - a->ns)),
		.spread_ns = fmax(a->spread_ns, b->spread_ns),
		.error_ns = hypot((1 - at) * a->error_ns, at * b->error_ns),
	};
}

bool calibration_find(const struct calibration *calibration, const char *mechanism, u32 arg_cnt,
		      struct calibration_value *own, struct calibration_value *around)
{
	const struct calibration_row *least = NULL, *most = NULL;
	double at;

	for (size_t i = 0; i < calibration->cnt; i++) {
		const struct calibration_row *row = &calibration->rows[i];

		if (!is_of(row, mechanism))
			continue;
		if (!least || row->arg_cnt < least->arg_cnt)
			least = row;
		if (!most || row->arg_cnt > most->arg_cnt)
			most = row;
	}
	if (!least)
		return false;
	at = least == most ? 0
			   : ((double)arg_cnt - least->arg_cnt) /
				     ((double)most->arg_cnt - least->arg_cnt);
	*own = between(&least->own, &most->own, at);
	*around = between(&least->around, &most->around, at);
	return true;
}
