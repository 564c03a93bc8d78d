/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cycles kept whole, while a recording runs: they come out of the kernel's ring buffer, each
 * vCPU's samples and slowest; here it is decided which of them stay, over all vCPUs.
 */
#ifndef EXITGRAPH_COLLECT_KEEP_H
#define EXITGRAPH_COLLECT_KEEP_H

#include "attach/attach.h"
#include "profile/profile.h"

struct keep;

/*
 * @options says how many to keep, of each reason; without any, nothing is done and *@out is
 * NULL, which all below take. @attach must outlive it. @function_of as in snapshot.h.
 * 0 or -errno (said).
 */
int keep_new(struct attach *attach, const struct attach_options *options, const u32 *function_of,
	     size_t function_cnt, struct keep **out);
void keep_free(struct keep **keep);

/* Readable when the ring buffer is getting full; -1 for none. Owned by @keep. */
int keep_fd(const struct keep *keep);

/* Take what has come. 0 or -errno (said). */
int keep_drain(struct keep *keep);

/* The last ones; then all into @recording's vCPUs. 0 or -errno (said). */
int keep_finish(struct keep *keep, struct recording *recording);

#endif
