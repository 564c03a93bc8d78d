/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two trees beside each other as text:
 *
 *	      A        B     diff  ratio  differs  self diff  /exit    p50 A    p50 B    p99 A p99 B
 *call 4.28 us  4.37 us   +90 ns   1.02  noise       +0 ns   1.00 CPUID 3.37 us  3.46 us   +90
 *ns   1.03  yes         +0 ns   1.00  3.36 us  3.45 us  4.10 us  4.10 us  |-svm_vcpu_run 170 ns -
 *-170 ns      -  A only    -170 ns   1: 0   170 ns        -   170 ns        -  | `-kvm_get_cr8
 *
 * /exit is one number where both sides call it as often, else A's and B's.
 */
#ifndef EXITGRAPH_RENDER_DIFF_TREE_H
#define EXITGRAPH_RENDER_DIFF_TREE_H

#include "render/diff.h"
#include "render/table.h"

/* "+90 ns", "-1.20 us", "0 ns". Written to @buffer, of UNITS_MAX. */
const char *diff_difference(double ns, char *buffer);

/* B in terms of A, "1.02"; "-" if A is 0. Written to @buffer, of UNITS_MAX. */
const char *diff_ratio(double a_ns, double b_ns, char *buffer);

/*
 * What @node is: "kvm_cpuid [kvm]", or "svm_vcpu_run = vmx_vcpu_run", and which side does not
 * trace it. For the caller to free; NULL without memory.
 */
char *diff_node_text(const struct diff_pair *pair, const struct aligned_node *node);

/* Print @reason's trees, and what was left out of them. 0 or -ENOMEM. */
int diff_tree_print(const struct diff_pair *pair, const struct compared_reason *reason,
		    const struct diff_options *options, FILE *out);

#endif
