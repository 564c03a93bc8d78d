/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program that does nothing, on functions that ftrace holds (target/hold.h) and to which
 * trampolines are about to be attached one by one.
 *
 * Both a trampoline and a kprobe.multi link have ftrace save all registers before it calls
 * anybody: a tracer has not. Where a function has both a tracer and this, the first link of a
 * trampoline changes nothing of how the function is called, and the kernel need not look for it
 * among all it could patch. Nor does it when this is taken away, before the tracer is.
 *
 * It goes with its descriptor, so nothing is left of it if the process dies.
 */
#ifndef EXITGRAPH_ATTACH_SAVER_H
#define EXITGRAPH_ATTACH_SAVER_H

#include <stddef.h>

#include "target/target.h"

/*
 * The descriptor of such a link to the @cnt @functions, to be closed when all is attached; or
 * -errno (not said): of use where struct target_kernel says fprobes_save.
 */
int saver_attach(const struct target_function *const *functions, size_t cnt);

#endif
