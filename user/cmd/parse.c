// SPDX-License-Identifier: GPL-2.0
/* What every command does with its arguments. */
#include "cmd/cmd.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attach/mechanism.h"
#include "util/cleanup.h"
#include "util/log.h"

int cmd_parse(const struct argp *argp, int argc, char **argv, void *input, int *status_out)
{
	error_t err;

	/* argp prints help and usage errors itself and exits with this status. */
	argp_err_exit_status = CMD_USAGE;
	err = argp_parse(argp, argc, argv, ARGP_IN_ORDER, NULL, input);
	if (!err)
		return 0;
	*status_out = err == EINVAL ? CMD_USAGE : CMD_FAILED;
	return -1;
}

int cmd_parse_u64(const char *what, const char *text, unsigned long long min,
		  unsigned long long max, unsigned long long *out)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value < min || value > max)
		return err_r(-EINVAL, "%s takes a number from %llu to %llu, not '%s'", what, min,
			     max, text);
	*out = value;
	return 0;
}

int cmd_parse_duration(const char *what, const char *text, unsigned long long *ns_out)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = {
		{ "", 1e9 }, { "s", 1e9 },  { "ms", 1e6 },   { "us", 1e3 },
		{ "ns", 1 }, { "m", 60e9 }, { "h", 3600e9 },
	};
	double value;
	char *end;

	errno = 0;
	value = strtod(text, &end);
	if (!errno && end != text && isfinite(value) && value > 0) {
		for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
			if (strcmp(end, units[i].unit) || value * units[i].ns > 1e18)
				continue;
			*ns_out = (unsigned long long)(value * units[i].ns);
			if (*ns_out)
				return 0;
		}
	}
	return err_r(-EINVAL, "%s takes a duration such as 10s, 500ms or 2m, not '%s'", what, text);
}

error_t cmd_parse_mechanism(const char *text, const struct mechanism **out)
{
	*out = NULL;
	if (!strcmp(text, "auto"))
		return 0;
	*out = mechanism_find(text);
	return *out ? 0
		    : err_r(EINVAL,
			    "--attach: there is no mechanism '%s': it is auto, multi, "
			    "fsession.multi, fsession, fentry or kprobe",
			    text);
}
