/* SPDX-License-Identifier: GPL-2.0 */
/* Which of the functions that are attached are open whenever a guest is entered. */
#ifndef EXITGRAPH_ATTACH_BASE_H
#define EXITGRAPH_ATTACH_BASE_H

#include <stddef.h>

#include "attach/attach.h"
#include "xg_control.h"

/*
 * Put the ids of those of the @cnt @functions that are attached and open at every entry into
 * @control's base_id[], outermost first, and the ioctl's into run_ioctl_id. One for each call
 * that is open: where a function and a clone of it are both attached, the function.
 */
void base_tell(struct xg_control *control, const struct attach_function *functions, size_t cnt);

#endif
