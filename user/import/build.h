/* SPDX-License-Identifier: GPL-2.0 */
/* A trace that was read -> a recording of the model. */
#ifndef EXITGRAPH_IMPORT_BUILD_H
#define EXITGRAPH_IMPORT_BUILD_H

#include "import/trace.h"
#include "profile/profile.h"

/* Fill @recording, which is new, but for its names and lines. 0 or -ENOMEM. */
int build_recording(struct trace *trace, struct recording *recording);

#endif
