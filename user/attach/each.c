// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching function by function, with a system call for each of its links.
 */
#include <errno.h>

#include "attach/mechanism.h"

int mechanism_attach_each(struct attaching *attaching, struct attach_function **todo, size_t cnt,
			  const struct mechanism *mechanism,
			  int (*one)(struct attaching *attaching,
				     const struct target_function *function, u32 id))
{
	for (size_t i = 0; i < cnt; i++) {
		size_t probe_cnt = attaching->probes->cnt;
		int r;

		if (*attaching->stop)
			return -EINTR;
		r = one(attaching, todo[i]->target, attaching_id(attaching, todo[i]));
		if (r)
			probes_cut(attaching->probes, probe_cnt);
		attaching_tell(attaching, todo[i], mechanism, r);
		attaching_progress(attaching);
	}
	return 0;
}
