/* SPDX-License-Identifier: GPL-2.0 */
/* Which functions a recording traces. */
#ifndef EXITGRAPH_COLLECT_CHOOSE_H
#define EXITGRAPH_COLLECT_CHOOSE_H

#include "attach/attach.h"
#include "collect/session.h"
#include "target/select.h"
#include "target/target.h"

/* Starts as { 0 }. Owns the hosts that its functions are of. */
struct choice {
	enum isa isa;
	struct target_host *host; /* NULL where no function is traced */
	struct target_selection selection;
	struct target_host *outside; /* NULL if nothing outside of KVM is traced */
	struct target_selection outside_selection;
	struct attach_function *functions; /* the index of each is its id */
	size_t function_cnt;
};

/*
 * The user's choice, after the functions without which there are no boundaries. 0 or -errno
 * (said); free @out either way.
 */
int choose_functions(const struct session_options *options, struct choice *out);

void choice_free(struct choice *choice);

#endif
