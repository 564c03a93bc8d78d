/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A function tracer that is silent, on functions which are about to be attached to, in a tracefs
 * instance of our own (instance.h).
 *
 * Attaching to a function, one link after the other, has the kernel go through all its functions
 * to find those to patch. Where a tracer is on the function already, most of it is left out: it
 * is patched to call whoever is registered for it, and remains so.
 *
 * Most of what a tracer takes is waiting until no CPU runs what it replaces. So a thread sets it up
 * while the caller goes on, and another one removes it while the caller goes on again: not before
 * the recording is over, for that takes 0.04 s of a CPU, too, which may be a vCPU's. Where the process
 * dies before, instance.h's guardian removes it.
 */
#ifndef EXITGRAPH_TARGET_HOLD_H
#define EXITGRAPH_TARGET_HOLD_H

#include <stddef.h>

#include "target/target.h"

struct hold;

/*
 * Begin to hold the @cnt @functions, those that ftrace can patch. They are read before it
 * returns. 0 or -errno (not said).
 */
int hold_start(const struct target_function *const *functions, size_t cnt, struct hold **out);

/*
 * Wait until they are held; to be called once. 0, or -errno with what failed in *@failed_out
 * ("current_tracer"); nothing is said.
 */
int hold_wait(struct hold *hold, const char **failed_out);

/* When all is attached: no function is held once this returns. */
void hold_let_go(struct hold *hold);

/* Begin to remove the tracer, which hold_free() waits for. */
void hold_remove(struct hold *hold);

/* Returns when nothing is left of it. */
void hold_free(struct hold **hold);

#endif
