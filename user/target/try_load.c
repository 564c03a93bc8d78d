// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "target/host.h"
#include "target/probe.h"

int target_try_load(struct target_function *function)
{
	char log[PROBE_LOG_SIZE];
	int r = probe_fentry(function->btf_fd, function->btf_id, log);

	function->doubtful = false;
	if (!r)
		return 0;
	target_function_set(function, TARGET_REFUSED, "the kernel refused a test program: %s",
			    *log	? log
			    : r == -524 ? "not supported (ENOTSUPP)"
					: strerror(-r));
	return r;
}

bool target_is_traceable(struct target_function *function)
{
	if (function->verdict == TARGET_OK && function->doubtful && function->btf_fd >= 0 &&
	    !function->is_clone)
		target_try_load(function);
	return function->verdict == TARGET_OK;
}
