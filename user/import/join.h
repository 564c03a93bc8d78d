/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A task that came to a CPU without a word, in the middle of a call:
 *
 *	 0)               |  vcpu_run() {
 *	 0)   0.080 us    |    a();
 *	 1)   0.080 us    |    b();
 *	 1)   0.540 us    |  } <named: vcpu_run>
 *
 * b() may be called in vcpu_run(), or in something on CPU 1 that the trace does not show. The
 * kernel names each return whose call the CPU did not see: this one says that the task of CPU
 * 1 is that of CPU 0. So calls at such a depth wait for a return (or for a switch block) that
 * tells; when one does, they are moved below the call that they belong to.
 */
#ifndef EXITGRAPH_IMPORT_JOIN_H
#define EXITGRAPH_IMPORT_JOIN_H

#include "import/trace.h"

/*
 * A call at @depth comes on @cpu, whose task has no open call: if there are calls of other
 * tasks which it may belong to, it waits.
 */
void join_wait(struct trace *trace, struct cpu *cpu, u32 depth);

/*
 * The task that a return at @depth after @ns, of @name or without one, belongs to, on @cpu whose
 * task does not have it open: the only other one that it fits, which is then joined with the CPU's;
 * else the CPU's.
 */
struct task *join_by_return(struct trace *trace, struct cpu *cpu, u32 depth, u64 ns,
			    const char *name, size_t name_length);

/* @a and @b are one task; which of them it lives on as. */
struct task *join_tasks(struct trace *trace, struct task *a, struct task *b);

#endif
