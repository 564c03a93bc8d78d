/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the numbers of an imported trace do not support: a single sample, roots or filters that
 * differ, guest time in *_vcpu_run, and what the tracer itself took.
 */
#ifndef EXITGRAPH_RENDER_WARNINGS_H
#define EXITGRAPH_RENDER_WARNINGS_H

#include <stdio.h>

#include "render/view.h"

struct warnings {
	char **text; /* a sentence or two each, without newlines */
	size_t cnt;
};

/*
 * The warnings about @views[@index], as compared with the others of the same profile; none if
 * it was not imported. With @tracer, what the tracer took is one of them. 0 or -ENOMEM; to be cleared in either case.
 */
int warnings_find(struct view *const *views, size_t view_cnt, size_t index, bool tracer,
		  struct warnings *warnings);
void warnings_clear(struct warnings *warnings);

/* Add one, as printf() has it. 0 or -ENOMEM. */
int warnings_add(struct warnings *warnings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Print them as a list below @heading, if there are any. */
void warnings_print(const struct warnings *warnings, const char *heading, FILE *out);

#define WARNINGS_HEADING "warnings: what these numbers do not support"

#endif
