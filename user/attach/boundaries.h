/* SPDX-License-Identifier: GPL-2.0 */
/* The programs at kvm_entry and kvm_exit: which of them a recording has. */
#ifndef EXITGRAPH_ATTACH_BOUNDARIES_H
#define EXITGRAPH_ATTACH_BOUNDARIES_H

#include <stdbool.h>

struct exitgraph_bpf;
struct xg_config;

/* Have one loaded for each, by what is in @config. Between opening and loading. */
void boundaries_choose(struct exitgraph_bpf *skel, const struct xg_config *config, bool exits_only);

#endif
