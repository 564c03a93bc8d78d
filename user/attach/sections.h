/* SPDX-License-Identifier: GPL-2.0 */
/* What the sections of BPF programs mean, told to libbpf: what it need not look for. */
#ifndef EXITGRAPH_ATTACH_SECTIONS_H
#define EXITGRAPH_ATTACH_SECTIONS_H

#include <stddef.h>

#include "target/anchors.h"

/* For all BPF objects of this process, of which there is one at a time. */
struct sections {
	struct target_anchor anchors[TARGET_ANCHORS_MAX];
	int handlers[TARGET_ANCHORS_MAX];
	size_t cnt;
};

/*
 * From here on programs of the sections of @anchors are loaded for those. To be called before an
 * object is opened; @sections has to stay where it is until it is destroyed. What libbpf does
 * not take is left to it.
 */
void sections_tell(struct sections *sections, const struct target_anchor *anchors, size_t cnt);
void sections_forget(struct sections *sections);

#endif
