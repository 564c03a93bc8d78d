/* SPDX-License-Identifier: GPL-2.0 */
/* What `record` says when it is done: the report without histograms and trees. */
#ifndef EXITGRAPH_RENDER_SUMMARY_H
#define EXITGRAPH_RENDER_SUMMARY_H

#include <stdio.h>

#include "profile/profile.h"

/*
 * Print @recording's exit reasons and losses (the @whole report, as 'exitgraph report' does),
 * and that its profile is in the file @path; or that it has no exit, and why that may be. 0
 * or -ENOMEM (said).
 */
int summary_print(const struct recording *recording, const char *path, bool whole, FILE *out);

#endif
