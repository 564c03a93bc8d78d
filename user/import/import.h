/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text with function_graph output -> a profile. A text may hold several traces, in a page with
 * prose around them: each becomes a recording, titled with the heading above it.
 *
 *	 text  ->  lines (line.h)  ->  which task's (trace.h)  ->  calls, cycles (calls.h)
 *	                                             ->  contexts (contexts.h)  ->  profile
 *
 * A trace ends at a Markdown fence, at "# tracer:", and at blank lines or prose where no call
 * is open. Memory does not grow with the length of a text: it depends on how many different
 * call paths there are, up to a limit beyond which calls are counted as lost.
 */
#ifndef EXITGRAPH_IMPORT_IMPORT_H
#define EXITGRAPH_IMPORT_IMPORT_H

#include "profile/profile.h"

struct import;

/* An import into @profile, which must outlive it. 0 or -ENOMEM. */
int import_new(struct profile *profile, struct import **out);
void import_free(struct import **import);

/*
 * A text called @name comes; then pieces of it, of whole lines each (the very last one may lack
 * its newline), with IMPORT_PAD readable bytes behind them; then its end, where *@recordings_out is
 * how many recordings it held. 0 or -ENOMEM; import_end() also gives -EINVAL (said, with the line)
 * if not all of it was readable: what was is in the profile all the same.
 *
 * import_lines() gives where it stopped: at @end, on an error, or behind the first line of a
 * trace that does not name its tasks, if the text to come should be looked at.
 */
#define IMPORT_PAD 1024
int import_begin(struct import *import, const char *name);
const char *import_lines(struct import *import, const char *text, const char *end, int *err);
int import_end(struct import *import, u32 *recordings_out);

/* Did import_lines() stop for import_ahead() to be given the text that follows? */
bool import_wants_ahead(const struct import *import);

/*
 * What follows, in one or more pieces of whole lines, to look up whose the CPUs are
 * (lookahead.h). False when the rest says nothing about this trace.
 */
bool import_ahead(struct import *import, const char *text, const char *end);

/* A line was too long to be read. */
void import_skipped_line(struct import *import);

/* Read all of @fd, called @name, as above. 0, -EINVAL (said) or -errno (said). */
int import_file(struct import *import, int fd, const char *name, u32 *recordings_out);

#endif
