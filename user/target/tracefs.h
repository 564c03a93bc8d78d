/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of tracefs, through a mount of our own that no other process sees: no need for one
 * at /sys/kernel/tracing, and the host's mounts stay as they are.
 */
#ifndef EXITGRAPH_TARGET_TRACEFS_H
#define EXITGRAPH_TARGET_TRACEFS_H

/* Descriptor of the file @name of tracefs, opened with @flags (O_RDONLY...), or -errno. Says
 * nothing. */
int tracefs_open(const char *name, int flags);

#endif
