/* SPDX-License-Identifier: GPL-2.0 */
/* Output streams that are checked at the end, once, instead of at every line. */
#ifndef EXITGRAPH_RENDER_STREAM_H
#define EXITGRAPH_RENDER_STREAM_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Flush @out, and say it if not all of what was written arrived there; @name is what it is
 * called in that message. A reader that went away (| head) is no news: nothing is said.
 * 0 or -errno.
 */
int stream_finish(FILE *out, const char *name);

/* Flush @out. 0 if all that was written arrived, else -errno, not said. */
int stream_flush(FILE *out);

/* Does @out go to a terminal in a UTF-8 locale? */
bool stream_is_unicode(FILE *out);

#endif
