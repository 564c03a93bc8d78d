/* SPDX-License-Identifier: GPL-2.0 */
/* What 'exitgraph list' has found, on its way to the screen. */
#ifndef EXITGRAPH_CMD_LIST_H
#define EXITGRAPH_CMD_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/features.h"
#include "target/target.h"

/* What is printed: those of the host's functions that the options ask for. */
struct listing {
	struct target_function **v;
	size_t cnt;
	struct features features; /* of this kernel: by what it would attach them */
};

/*
 * As a table, with how many of each module can be traced below it, or as JSON. Of @host, if it
 * is not NULL, the modules come first and are never left out. 0 or -errno (said).
 */
int list_print(const struct target_host *host, const struct listing *listing, bool json);

#endif
