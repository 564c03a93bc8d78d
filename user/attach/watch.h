/* SPDX-License-Identifier: GPL-2.0 */
/* Have the programs look whether the kernel skips those that serve many functions. */
#ifndef EXITGRAPH_ATTACH_WATCH_H
#define EXITGRAPH_ATTACH_WATCH_H

#include "attach/probes.h"

struct exitgraph_bpf;

/* Between opening and loading: there will be such programs. */
void watch_prepare(struct exitgraph_bpf *skel);

/* When all are loaded: tell where the counters of those among @probes are. 0 or -errno (said). */
int watch_start(struct exitgraph_bpf *skel, const struct probes *probes);

#endif
