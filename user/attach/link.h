/* SPDX-License-Identifier: GPL-2.0 */
/* Links of one program to many functions, which Debian 12's libbpf does not know yet. */
#ifndef EXITGRAPH_ATTACH_LINK_H
#define EXITGRAPH_ATTACH_LINK_H

#include "xg_types.h"

/*
 * Attach the program @prog_fd, of kind BPF_TRACE_F..._MULTI, to the functions that have the
 * BTF ids @ids in the object it was loaded for, each with its cookie; all or none. The link's
 * descriptor, or -errno.
 */
int link_tracing_multi(int prog_fd, int attach_type, const u32 *ids, const u64 *cookies, u32 cnt);

/*
 * Likewise a program of kind BPF_TRACE_KPROBE_SESSION or _MULTI, to functions by their names;
 * @cookies may be NULL.
 */
int link_kprobe_multi(int prog_fd, int attach_type, const char *const *names, const u64 *cookies,
		      u32 cnt);

/* Runs of a kprobe_multi link that the kernel skipped, as far as it counts them (6.7). */
u64 link_kprobe_missed(int link_fd);

#endif
