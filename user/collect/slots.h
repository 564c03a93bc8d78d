/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vCPU slots while a recording runs: whose they are, what they hold so far, and, when
 * a vCPU goes away, its data into the profile and its slot free for the next.
 */
#ifndef EXITGRAPH_COLLECT_SLOTS_H
#define EXITGRAPH_COLLECT_SLOTS_H

#include "attach/attach.h"
#include "profile/profile.h"

struct slots;

/* @attach must outlive it. 0 or -ENOMEM (said). */
int slots_new(struct attach *attach, struct slots **out);
void slots_free(struct slots **slots);

/* The table from id - XG_ID_FUNCTION to the recording's function, to be filled; or NULL. */
u32 *slots_function_of(struct slots *slots, size_t function_cnt);
const u32 *slots_functions(const struct slots *slots); /* the same, as they were set */

/*
 * Disarmed, and all is taken: forget what the vCPUs have done so far. Who they are stays, so
 * those that run on begin anew when it is armed again.
 */
void slots_restart(struct slots *slots);

/*
 * Take the data of vCPUs that went away and free their slots; learn the names of new VMs. NULL
 * for @recording throws the data away.
 */
int slots_drain(struct slots *slots, struct recording *recording);

/* Exits so far, and the vCPUs seen, those that went away included. */
void slots_exit_cnt(const struct slots *slots, u64 *exit_cnt_out, size_t *vcpu_cnt_out);

/* Where exits were first seen, over all slots so far: XG_EXIT_AT_*. */
u32 slots_exits_seen_at(const struct slots *slots);

/* Disarmed: wait for accounting that is under way (1 s at most, else counted), take all. */
int slots_finish(struct slots *slots, struct recording *recording);

#endif
