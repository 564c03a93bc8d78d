/* SPDX-License-Identifier: GPL-2.0 */
/* All that is attached to functions: descriptors, which are all that holds it. */
#ifndef EXITGRAPH_ATTACH_PROBES_H
#define EXITGRAPH_ATTACH_PROBES_H

#include <stdbool.h>
#include <stddef.h>

#include "xg_types.h"

/* One attachment, to a function or to many. -1 = none. */
struct probe {
	int prog_fd; /* for the count of skipped runs; of the probe's own program */
	int link_fd;
	bool is_of_many; /* the program serves many functions: bpf/skipped.h */
	/* Runs that never reached the program, which counts the others; may be NULL. */
	u64 (*missed)(const struct probe *probe);
};

#define PROBE_INIT                           \
	{                                    \
		.prog_fd = -1, .link_fd = -1 \
	}

struct probes {
	struct probe *v;
	size_t cnt, cap;
};

/* Take over what @probe holds. 0, or -ENOMEM with @probe closed. */
int probes_add(struct probes *probes, struct probe *probe);

/* Close both descriptors, which detaches the probe. */
void probe_close(struct probe *probe);

/* Detach all but the first @cnt, the latest first. */
void probes_cut(struct probes *probes, size_t cnt);
void probes_free(struct probes *probes);

/* Runs that the kernel skipped, in the life of the probes. */
u64 probes_missed(const struct probes *probes);

/* Of the program @prog_fd alone. */
u64 program_missed(int prog_fd);

/* Memory that their programs take in the kernel. */
u64 probes_bytes(const struct probes *probes);

#endif
