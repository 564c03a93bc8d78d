/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A histogram as text: coarse rows, so that it fits a screen.
 *
 *	    from    below  exits   share    up to
 *	 1.02 us  1.15 us  1,203  24.06%   24.06%  ##########
 *	 1.15 us  1.28 us  3,690  73.80%   97.86%  ##############################
 *	     ...
 *	 16.4 us  18.4 us    107   2.14%  100.00%  #
 */
#ifndef EXITGRAPH_RENDER_HISTOGRAM_H
#define EXITGRAPH_RENDER_HISTOGRAM_H

#include <stdbool.h>
#include <stdio.h>

#include "profile/hist.h"

/* Print @hist of what @unit names, after @indent spaces each row. 0 or -ENOMEM. */
int histogram_print(const struct hist *hist, const char *unit, bool unicode, int indent, FILE *out);

#endif
