/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In which phase of an exit a function runs: what hosts of both vendors have in common where
 * their functions have not.
 *
 *	vcpu_enter_guest			entry preparation
 *	|-svm_prepare_switch_to_guest		entry preparation
 *	|-svm_vcpu_run				run function
 *	| |-kvm_load_guest_xsave_state		run function: its parent's, for it is in no row
 *	| `-<guest>				hardware transition and guest
 *	`-svm_handle_exit			exit handler
 *	  `-io_interception			exit handler
 *	    `-kvm_fast_pio			emulation and skipping
 *	      `-kvm_io_bus_write		device and bus
 *
 * What helps many others (svm_get_rflags, __srcu_read_lock) is in no row of the table, and
 * belongs to whoever calls it. Below the scheduler and interrupts all is theirs, whatever it is.
 */
#ifndef EXITGRAPH_ANALYZE_PHASE_H
#define EXITGRAPH_ANALYZE_PHASE_H

#include "profile/profile.h"

enum phase {
	PHASE_HARDWARE,	 /* VMRUN, VMLAUNCH, and the guest: from entry to exit */
	PHASE_RUN,	 /* the vendor's run function around that */
	PHASE_HANDLER,	 /* handle_exit, and the reason's own handler */
	PHASE_EMULATION, /* decoding, emulating and skipping the instruction */
	PHASE_DEVICE,	 /* the bus and the devices that the kernel has */
	PHASE_ENTRY,	 /* the run loop, requests, injection, up to the run function */
	PHASE_USERSPACE, /* the VMM, and the way there and back */
	PHASE_SCHEDULER, /* off the CPU, blocked, and what interrupts ran on this thread */
	PHASE_OTHER,	 /* none of these, or not to be told */
	PHASE_COUNT,
};

/* "exit handler": for people. */
const char *phase_name(enum phase phase);

/* "exit_handler": for exports. */
const char *phase_key(enum phase phase);

/*
 * The phase of function @name of @module by itself; a clone's suffix (.isra.0) is not looked
 * at. PHASE_COUNT for one that belongs to its caller.
 */
enum phase phase_of_function(const char *name, const char *module);

/* The phase of @node, which is in a tree of @recording. */
enum phase phase_of_node(const struct recording *recording, const struct node *node);

/* The self time of @node in ns, over all cycles of its tree; @data is the caller's. */
typedef double (*phase_self_fn)(const struct node *node, const void *data);

/*
 * Add up the self times of @reason's tree, of @recording, by phase: ns per cycle in
 * @ns_per_cycle, all of them 0 if there is no cycle in the tree. @self tells each node's; NULL
 * takes node_self_ns(), as measured, and the cycles' time that no node holds into PHASE_OTHER.
 * So as measured they add up to the cycle's time.
 */
void phase_sums(const struct recording *recording, const struct reason *reason, phase_self_fn self,
		const void *data, double ns_per_cycle[PHASE_COUNT]);

#endif
