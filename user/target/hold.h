/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A function tracer that is silent, on functions which are about to be attached to, in a tracefs
 * instance of our own (instance.h).
 *
 * Attaching to a function, one link after the other, has the kernel go through all its functions
 * to find those to patch. Where a tracer is on the function already, most of it is left out: it
 * is patched to call whoever is registered for it, and remains so (hold_new() is paid once).
 *
 * To be freed when all is attached. Where the process dies before, instance.h's guardian
 * removes it.
 */
#ifndef EXITGRAPH_TARGET_HOLD_H
#define EXITGRAPH_TARGET_HOLD_H

#include <stddef.h>

#include "target/target.h"

struct hold;

/*
 * Hold the @cnt @functions, those that ftrace can patch. 0, or -errno with what failed in
 * *@failed_out ("current_tracer"); nothing is said.
 */
int hold_new(const struct target_function *const *functions, size_t cnt, struct hold **out,
	     const char **failed_out);
void hold_free(struct hold **hold);

#endif
