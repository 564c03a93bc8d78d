/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The figures of a file beside the times, per recording:
 *
 *	figures of sample.txt beside the times, most self time first
 *	  function          module  calls  inclusive    self  1  2
 *	  kvm_io_bus_write  kvm     2,000    3.10 ms  910 us  5  2
 *	  rows of the file: 1 joined, 39 not
 *	  functions called: 28 of 29 have no row
 */
#ifndef EXITGRAPH_RENDER_METRICS_TEXT_H
#define EXITGRAPH_RENDER_METRICS_TEXT_H

#include <stdio.h>

#include "analyze/metrics.h"
#include "render/view.h"

/* Print @metrics joined to each of @views. 0 or -ENOMEM. */
int metrics_text_print(struct view *const *views, size_t view_cnt, const struct metrics *metrics,
		       FILE *out);

#endif
