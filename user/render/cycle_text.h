/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Single cycles as call trees, each under a line that says which one it is:
 *
 *	CPUID: 3 single cycles, slowest first
 *
 *	  1. CPUID, 9.18 us from exit to entry, 2026-11-20 19:13:58.123456 UTC, VM 4711 db, ...
 *	     RIP 0xffffffff81000abc, EXITINFO1 0x0, ...
 *	          at     time     self    share  call
 *	    -2.10 us  11.3 us   310 ns  100.00%  CPUID
 *	    -2.10 us  3.19 us   183 ns    2.13%  |-svm_vcpu_run [kvm_amd]
 *	    -2.10 us  2.07 us  2.07 us        -  | `-<guest>
 */
#ifndef EXITGRAPH_RENDER_CYCLE_TEXT_H
#define EXITGRAPH_RENDER_CYCLE_TEXT_H

#include "render/report.h"

/* In the head of a report of sums: that there are single cycles, too, if there are. */
void cycle_text_hint(const struct recording *recording, FILE *out);

/*
 * Print the cycles of @view that @options ask for, by exit reason, or say that there are none;
 * with @legend what the columns are, before them. 0 or -ENOMEM.
 */
int cycle_text_print(const struct view *view, bool legend, const struct report_options *options,
		     FILE *out);

#endif
