/* SPDX-License-Identifier: GPL-2.0 */
/* A cycle's log as the kernel sent it -> the profile's model of a whole cycle. */
#ifndef EXITGRAPH_COLLECT_WHOLE_CYCLE_H
#define EXITGRAPH_COLLECT_WHOLE_CYCLE_H

#include "profile/cycle.h"
#include "xg_state.h"

/* What a log's ids and clock mean in this recording. */
struct whole_cycle_context {
	const u32 *function_of; /* the recording's function of id XG_ID_FUNCTION + i */
	size_t function_cnt;
	u16 base_id[XG_BASE_FRAMES];
	u32 base_n;
	u64 unix_minus_mono_ns;
};

/*
 * Fill in @out, an empty cycle, from @header and its @header->log_n records @log; the
 * accounting has put its clock readings in order (bpf/account.h). 0, -ENOMEM, or -EPROTO if the
 * log holds what cannot be.
 */
int whole_cycle_fill(const struct xg_capture *header, const struct xg_record *log,
		     const struct whole_cycle_context *context, struct cycle *out);

#endif
