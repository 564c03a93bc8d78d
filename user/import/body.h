/* SPDX-License-Identifier: GPL-2.0 */
// What stands behind the columns of a line: a call, a return or a comment.
//
//	name [module]() {	name(a=1, b=0x2);	name(); /* <-caller+0x1f ret=0x0 */
//	}	} /* name [module] = -22 */	} (Overruns: 3)		/* an event */
#ifndef EXITGRAPH_IMPORT_BODY_H
#define EXITGRAPH_IMPORT_BODY_H

#include "import/line.h"

/*
 * Take apart @text to @end, which begins behind the indentation and has no spaces at its end.
 * Sets kind, name and cnt of @line; LINE_DAMAGED if it is nothing known.
 */
void body_parse(const char *text, const char *end, struct line *line);

#endif
