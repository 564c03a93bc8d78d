/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The functions that have been seen to run (is_discovered), as a list to print, save, edit and
 * give to --functions @FILE again, and the last such list of each kernel, in the cache.
 *
 *	# 3 functions of 2 VMs, discovered 2026-11-21 12:00:05 UTC on Linux 6.1.0
 *	# 61,200 calls seen, 0 lost
 *	kvm:kvm_arch_vcpu_ioctl_run
 *	kvm:kvm_vcpu_ioctl
 *	kvm_amd:svm_vcpu_run
 *	# kvm:kvm_arch_dy_runnable ran and cannot be traced: ...
 *
 * A cached list holds for the same kernel with the same kvm modules, by their types: which of
 * its functions can be traced is judged anew. A wrong one could not do harm.
 */
#ifndef EXITGRAPH_TARGET_DISCOVERED_H
#define EXITGRAPH_TARGET_DISCOVERED_H

#include "target/discovery.h"

struct discovered {
	char whose[64];			/* "2 VMs", "a command" */
	char when[32];			/* "2026-11-21 12:00:05 UTC" */
	size_t cnt;			/* functions that can be traced */
	size_t other_cnt;		/* that ran, and cannot */
	struct discovery_counts counts; /* not of one from the cache */
};

/* Count @host's, and take the time. */
void discovered_count(struct target_host *host, const char *whose,
		      const struct discovery_counts *counts, struct discovered *out);

/* The list, as above. 0 or -ENOMEM. */
int discovered_format(struct target_host *host, const struct discovered *discovered, char **out,
		      size_t *size_out);

/*
 * Mark the functions that @text, such a list, has; names that @host lacks are ignored. 0, or
 * -EBADMSG if there is none. @text is cut up.
 */
int discovered_parse(char *text, struct target_host *host, struct discovered *out);

/* Into the cache, and from it: 0 or -errno (not said); -ENOENT, -ESTALE if there is none. */
int discovered_save(struct target_host *host, const struct discovered *discovered);
int discovered_load(struct target_host *host, struct discovered *out);

#endif
