/* SPDX-License-Identifier: GPL-2.0 */
/* The templates of a pair of programs, one for a function's entry and one for its return. */
#ifndef EXITGRAPH_ATTACH_PAIR_H
#define EXITGRAPH_ATTACH_PAIR_H

struct bpf_program;
struct exitgraph_bpf;

void pair_prepare(struct exitgraph_bpf *skel);

/*
 * For @function; but where its return is the exit (SPECIAL_RUN) that depends on the mechanism:
 * then it is @run.
 */
const struct bpf_program *pair_entry(const struct exitgraph_bpf *skel, const char *function);
const struct bpf_program *pair_return(const struct exitgraph_bpf *skel, const char *function,
				      const struct bpf_program *run);

#endif
