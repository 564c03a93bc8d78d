/* SPDX-License-Identifier: GPL-2.0 */
/* Watching guests, or a command, for the functions that they have KVM run (target/discovery.h). */
#ifndef EXITGRAPH_COLLECT_DISCOVER_H
#define EXITGRAPH_COLLECT_DISCOVER_H

#include <sys/resource.h>

#include "collect/command.h"
#include "target/discovered.h"

/* How long if nobody says. */
#define DISCOVER_DEFAULT_NS 500000000ULL

struct discover_options {
	int pid;	 /* of a VMM; 0 = all VMs */
	char **command;	 /* NULL-terminated: that instead, and what it starts; or NULL */
	u64 duration_ns; /* 0 = until the command ends */
	int stop_fd;	 /* ends it with -EINTR when it can be read */
	bool fresh;	 /* take nothing from the cache (nor is the set's own ever looked at) */
	/* What the command is started with; see command_start(). */
	const struct rlimit *descriptors;
	const sigset_t *mask;
};

/*
 * Watch, and mark the functions of *@host_out that ran; the set goes into the cache. A host is
 * opened if *@host_out is NULL, and left there also where discovery fails.
 *
 * 0, or after saying why: -EINTR; -ENXIO there is no VM, -ENODATA no vCPU ran meanwhile,
 * -EOPNOTSUPP the kernel does not let us (these three are not said, but in @why, @size bytes);
 * or another -errno.
 */
int discover(const struct discover_options *options, struct target_host **host_out,
	     struct discovered *out, char *why, size_t size);

#endif
