// SPDX-License-Identifier: GPL-2.0
#include "attach/mechanism.h"

#include "util/cleanup.h"

static const struct mechanism *const table[] = {
	&mechanism_kprobe, &mechanism_fentry, /* takes what the others leave */
};

const struct mechanism *const *mechanism_table(size_t *cnt_out)
{
	*cnt_out = ARRAY_SIZE(table);
	return table;
}

const struct mechanism *mechanism_of(const struct target_function *function)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i]->takes(function))
			return table[i];
	}
	return &mechanism_fentry;
}

void probe_close(struct probe *probe)
{
	cleanup_close(&probe->link_fd);
	cleanup_close(&probe->prog_fd);
	probe->link_fd = -1;
	probe->prog_fd = -1;
}
