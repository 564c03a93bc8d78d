/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copies of the template programs: one program per probe, with the function's record code
 * as an immediate, so that the hot path looks nothing up.
 */
#ifndef EXITGRAPH_ATTACH_TEMPLATE_H
#define EXITGRAPH_ATTACH_TEMPLATE_H

#include <bpf/libbpf.h>

#include "target/target.h"

/*
 * Load a copy of @program (loaded already) with @code in place of XG_TEMPLATE_CODE, by the type
 * of @function, or without one where @function is NULL. The descriptor is the caller's. 0 or
 * -errno (not said).
 */
int template_load(const struct bpf_program *program, const struct target_function *function,
		  u32 code, int *fd_out);

#endif
