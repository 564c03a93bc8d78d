/* SPDX-License-Identifier: GPL-2.0 */
// Single cycles as the text of the kernel's function_graph tracer, one after the other:
//
//	# tracer: function_graph
//	#
//	# CPU  DURATION                  FUNCTION CALLS
//	# |     |   |                     |   |   |   |
//	#
//	#  cycle 1 of 3: VM 4711 db, vCPU 0, CPUID, kept: slowest, ..., latency 9.18 us
//	 0)               |  kvm_vcpu_ioctl [kvm]() {
//	 0)               |    svm_vcpu_run [kvm_amd]() {
//	 0)               |      /* kvm_entry: vcpu 0 */
//	 0)   0.190 us    |      kvm_load_guest_xsave_state [kvm]();
//	 0)               |      /* kvm_exit: vcpu 0 reason cpuid rip 0xffffffff81000abc ... */
//	 0)   3.190 us    |    }
//	...
//	 0)               |      /* kvm_entry: vcpu 0, rip 0xffffffff81000abe */
//	 0)   0.610 us    |    }
//	 0) + 14.210 us   |  }
//
// All but the comments is in the kernel's layout, and follows its rules: what is a leaf, which
// closing brace has a name, when a switch block comes. Each cycle is whole: it begins with
// opening lines for the calls that are open, and ends with closing lines for those which stay
// open; their durations are the parts in this cycle. Three things are not the kernel's:
//  - A switch block comes before a thread's first line on a CPU, too, so that all lines can be
//    told to be that thread's. What was there before is not known: "<...>-0".
//  - Where the thread leaves its CPU and comes back there are comments, as of a tracepoint.
//  - Cycles of several vCPUs do not mix, even if they ran at the same time.
#ifndef EXITGRAPH_RENDER_FUNCGRAPH_H
#define EXITGRAPH_RENDER_FUNCGRAPH_H

#include <stdio.h>

#include "render/cycle_list.h"
#include "render/funcgraph_options.h"

/* Write @list with @options (enum funcgraph_option). 0 or -ENOMEM. */
int funcgraph_write(const struct cycle_list *list, u32 options, FILE *out);

#endif
