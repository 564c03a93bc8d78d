/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end of a recording, as the programs see it. Of the boundaries' accounting each state tells
 * when it is done (`sequence`). Those of --exits-only do not even ask whether they are armed:
 * their places are emptied, and whoever had found one before is waited for.
 */
#ifndef EXITGRAPH_ATTACH_DISARM_H
#define EXITGRAPH_ATTACH_DISARM_H

#include "xg_types.h"

struct exitgraph_bpf;
struct xg_vcpu_state;

/*
 * From now on nothing is recorded; but see above of `sequence`. @states are those of @cnt slots.
 * Of --exits-only, exits that were under way are counted. 0; or -errno (said, as a warning): the
 * latest exit of a vCPU may be added while it is read.
 */
int disarm(struct exitgraph_bpf *skel, struct xg_vcpu_state *states, u32 cnt);

#endif
