// SPDX-License-Identifier: GPL-2.0
#include "attach/mechanism.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"
#include "xg_log.h"

static const struct mechanism *const table[] = {
	&mechanism_fsession_multi, &mechanism_multi,	      &mechanism_fsession,
	&mechanism_fentry,	   &mechanism_kprobe_session, &mechanism_kprobe,
};

const struct mechanism *const *mechanism_table(size_t *cnt_out)
{
	*cnt_out = ARRAY_SIZE(table);
	return table;
}

const struct mechanism *mechanism_find(const char *option)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i]->option && !strcmp(table[i]->option, option))
			return table[i];
	return NULL;
}

/* The user's choice comes before the table; what it cannot take goes by the rows below it. */
bool mechanism_is_for(size_t m, const struct features *features, const struct mechanism *forced,
		      const struct target_function *function)
{
	bool is_below = !forced;

	if (!table[m]->offered(features))
		return false;
	if (table[m] == forced)
		return forced->can(function);
	for (size_t i = 0; i < m; i++)
		is_below |= table[i] == forced;
	return is_below && features->set_cnt >= table[m]->least && table[m]->takes(function);
}

const struct mechanism *mechanism_of(const struct features *features,
				     const struct mechanism *forced,
				     const struct target_function *function)
{
	for (size_t m = 0; m < ARRAY_SIZE(table); m++)
		if (mechanism_is_for(m, features, forced, function))
			return table[m];
	return NULL;
}

u32 attaching_id(const struct attaching *attaching, const struct attach_function *function)
{
	return XG_ID_FUNCTION + (function - attaching->functions);
}

void attaching_tell(struct attaching *attaching, struct attach_function *function,
		    const struct mechanism *mechanism, int error)
{
	function->attached = !error;
	function->error = error;
	function->mechanism = error ? NULL : mechanism;
	attaching->done += !error;
}

void attaching_progress(const struct attaching *attaching)
{
	if (attaching->progress)
		attaching->progress(attaching->arg, attaching->done, attaching->cnt);
}
