/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ways of putting a pair of probes on a function, one file each; mechanism.c has their
 * table. A function is attached by the first that takes it.
 */
#ifndef EXITGRAPH_ATTACH_MECHANISM_H
#define EXITGRAPH_ATTACH_MECHANISM_H

#include <stdbool.h>

#include "target/target.h"
#include "xg_types.h"

struct exitgraph_bpf;

/* Two descriptors per probe: its program, for the count of skipped runs, and its link. */
struct probe {
	int prog_fd;
	int link_fd;
};

struct mechanism {
	const char *name; /* "fentry+fexit": as profiles and lists show it */

	/* Is @function to be attached this way? */
	bool (*takes)(const struct target_function *function);

	/*
	 * Between opening and loading: set up the templates, which are @wanted if there is a
	 * function to attach this way. 0 or -errno (said).
	 */
	int (*prepare)(struct exitgraph_bpf *skel, bool wanted);

	/* Attach both probes of @function, or neither. 0 or -errno (not said). */
	int (*attach)(const struct exitgraph_bpf *skel, const struct target_function *function,
		      u32 id, struct probe pair[2]);

	/* Runs of @probe that never reached its program, which counts the others; may be NULL. */
	u64 (*missed)(const struct probe *probe);
};

extern const struct mechanism mechanism_fentry; /* functions with a type */
extern const struct mechanism mechanism_kprobe; /* clones */

const struct mechanism *const *mechanism_table(size_t *cnt_out);

/* How @function is attached, if it is traced at all; never NULL. */
const struct mechanism *mechanism_of(const struct target_function *function);

/* Close both descriptors, which detaches the probe. */
void probe_close(struct probe *probe);

#endif
