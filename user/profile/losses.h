/* SPDX-License-Identifier: GPL-2.0 */
/* The table of include/xg_loss.h, for user space. */
#ifndef EXITGRAPH_PROFILE_LOSSES_H
#define EXITGRAPH_PROFILE_LOSSES_H

#include <stdbool.h>

#include "xg_loss.h"

struct loss_kind {
	const char *name; /* as in exports and files */
	bool is_note;	  /* else it is a loss */
	const char *text;
};

const struct loss_kind *loss_kind(enum xg_loss loss);

/* The loss of that name, or -1. */
int loss_find(const char *name);

#endif
