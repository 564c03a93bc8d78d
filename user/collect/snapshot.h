/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's state of one vCPU -> the profile's model. */
#ifndef EXITGRAPH_COLLECT_SNAPSHOT_H
#define EXITGRAPH_COLLECT_SNAPSHOT_H

#include "profile/profile.h"
#include "xg_state.h"

/*
 * Add what @st holds to @recording: its VM and vCPU (found by pid and id, or added, with
 * @vm_name), its reasons with their trees, its losses. @function_of gives the recording's
 * function of id XG_ID_FUNCTION + i. The vCPU's thread must not be accounting at the time.
 * 0 or -errno (said).
 */
int snapshot_take(const struct xg_vcpu_state *st, const char *vm_name, const u32 *function_of,
		  size_t function_cnt, struct recording *recording);

/*
 * The same into a vCPU of whatever recording, without VM and losses: for looking at many live
 * ones added up. While the thread runs, what is read may be half a cycle ahead of the rest.
 */
int snapshot_add(const struct xg_vcpu_state *st, const u32 *function_of, size_t function_cnt,
		 struct vcpu *to);

/* The vCPU @vcpu_id of process @pid, or NULL. */
struct vcpu *snapshot_find_vcpu(struct recording *recording, u32 pid, u32 vcpu_id);

/* Exits that @st holds so far; may be read while it changes. */
u64 snapshot_exit_cnt(const struct xg_vcpu_state *st);

#endif
