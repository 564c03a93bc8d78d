/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The functions traced when nobody names any: the exit path, on both vendors, over all
 * kernels. Those that a host does not have are no matter.
 */
#ifndef EXITGRAPH_TARGET_DEFAULTS_H
#define EXITGRAPH_TARGET_DEFAULTS_H

#include <stddef.h>

/* The names, each once. */
const char *const *defaults_names(size_t *cnt_out);

#endif
