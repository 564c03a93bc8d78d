/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tracefs instance of our own: its own tracer, filters and buffer, and nobody else's.
 *
 * It is gone when its owner is done, and when that dies: a child process, which does nothing
 * else, waits for the end of its parent and removes it then. Should both be killed at once,
 * whoever makes the next one removes what is left: an instance of a living owner is locked.
 */
#ifndef EXITGRAPH_TARGET_INSTANCE_H
#define EXITGRAPH_TARGET_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>

struct instance;

/* 0 or -errno (not said). */
int instance_new(struct instance **out);
void instance_free(struct instance **instance);

/* Write @text into @file of it: in the place of what is there, or @append. 0 or -errno. */
int instance_write(const struct instance *instance, const char *file, const char *text,
		   bool append);

/* A descriptor of @file, opened with @flags, or -errno. Close it before instance_free(). */
int instance_open(const struct instance *instance, const char *file, int flags);

/*
 * To be called once the instance has a tracer. Until Linux 6.6, the first tracer in any instance
 * makes the kernel forget that the top level's buffer has only its size at boot (7 KB a CPU) and
 * is to grow with its first use. Where that has just happened, let it grow, as it would have.
 */
void instance_mend_top_level(const struct instance *instance);

#endif
