/* SPDX-License-Identifier: GPL-2.0 */
/* Every function by the best mechanism that takes it: down the table, rung by rung. */
#ifndef EXITGRAPH_ATTACH_LADDER_H
#define EXITGRAPH_ATTACH_LADDER_H

#include "attach/mechanism.h"

/* Could a mechanism come in question for @functions that is a session? */
bool ladder_needs_sessions(const struct mechanism *forced, const struct attach_function *functions,
			   size_t cnt);

/*
 * Have all templates loaded that @functions may need, and none else. Fails with -ENOTSUP where a
 * function has no way at all. 0 or -errno (said).
 */
int ladder_prepare(const struct features *features, const struct mechanism *forced,
		   struct exitgraph_bpf *skel, const struct attach_function *functions, size_t cnt);

/* Attach all functions; what a mechanism is refused, by the next. 0 or -errno (-EINTR is not said).
 */
int ladder_attach(struct attaching *attaching, const struct mechanism *forced);

/*
 * The names of the mechanisms by which @functions are attached, the one of most first:
 * "fsession.multi, fentry+fexit (boundaries)".
 */
void ladder_names(const struct attach_function *functions, size_t cnt, char *text, size_t size);

/*
 * By which mechanisms @functions will be attached, unless the kernel refuses, that of most first.
 * MECHANISMS_MAX at most; how many.
 */
size_t ladder_mechanisms(const struct features *features, const struct mechanism *forced,
			 const struct attach_function *functions, size_t cnt,
			 const struct mechanism **out);

/*
 * Say by what @functions were attached and why not by anything better, at the level of --verbose.
 */
void ladder_explain(const struct features *features, const struct mechanism *forced,
		    const struct attach_function *functions, size_t cnt);

#endif
