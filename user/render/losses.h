/* SPDX-License-Identifier: GPL-2.0 */
/* What a recording missed, in words. */
#ifndef EXITGRAPH_RENDER_LOSSES_H
#define EXITGRAPH_RENDER_LOSSES_H

#include <stdio.h>

#include "xg_loss.h"
#include "xg_types.h"

/*
 * Print "losses: none", or each kind that occurred with its count and meaning; then what is
 * only to be noted, if anything, likewise. 0 or -ENOMEM.
 */
int losses_print(const u64 losses[XG_LOSS_COUNT], FILE *out);

#endif
