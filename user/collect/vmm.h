/* SPDX-License-Identifier: GPL-2.0 */
/* The VMMs on this host, as /proc shows them. */
#ifndef EXITGRAPH_COLLECT_VMM_H
#define EXITGRAPH_COLLECT_VMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * How many vCPUs process @pid has open, or all processes if @pid is 0. -ESRCH: no such
 * process; -ENXIO: it has no VM; nothing is said.
 */
int vmm_count_vcpus(pid_t pid);

/*
 * The threads of process @pid, or if that is 0 of all processes that have a vCPU open: which of
 * them run vCPUs, /proc does not tell. Free *@out. 0 or -errno; nothing is said.
 */
int vmm_threads(pid_t pid, pid_t **out, size_t *cnt_out, size_t *vmm_cnt_out);

/*
 * A name for the VM of @pid: QEMU's -name from the command line and, of kvm-unit-tests' vmexit,
 * what it measures ("vmexit: cpuid"), else the name that the process gave itself, else the
 * program's; an empty string if the process is gone.
 */
void vmm_name(pid_t pid, char *name, size_t size);

/* What the words of a @command_line after the first tell of that, each ended by a 0; or "". */
void vmm_name_from(FILE *command_line, char *name, size_t size);

/* Are we in the initial PID namespace, where the kernel's process numbers are ours? */
bool vmm_pids_are_ours(void);

#endif
