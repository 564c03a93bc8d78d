/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes attaching function by function quicker: meanwhile ftrace holds those for which it
 * is worth it.
 *
 * Each link has the kernel go through all functions that ftrace knows, several times, and several
 * times more where it changes how a function is called. With a tracer on the functions
 * (target/hold.h) only the first link of each does, and with a saver, too (saver.h), none.
 * 128 functions by fentry+fexit, in the emulator's M instructions: on 6.1 3,270 without and 2,420
 * with a tracer, on 6.12 3,690 and 2,640; a saver takes 150 there (the kernel looks for its
 * functions by name) and as long to wait for when it goes, and takes 5 away for each function.
 */
#ifndef EXITGRAPH_ATTACH_HELD_H
#define EXITGRAPH_ATTACH_HELD_H

#include "attach/mechanism.h"

struct held;

/*
 * Begin with it for @functions, if they are enough: else *@out stays NULL. If it cannot be had,
 * nobody needs to know: attaching only takes longer. @saves: a saver is of use on this kernel.
 */
void held_start(const struct features *features, const struct mechanism *forced, bool saves,
		const struct attach_function *functions, size_t cnt, struct held **out);

/* Before the first is attached, and after the last. NULL is allowed. */
void held_wait(struct held *held);
void held_let_go(struct held *held);

/* When the recording is over: begin to put away what is left, which held_free() waits for. */
void held_remove(struct held *held);

/* Waits for what is left of it to go away. */
void held_free(struct held **held);

#endif
