/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a recording takes of memory. Some of the kernel's is told by nobody: checked against
 * /proc/meminfo on Linux 6.1 and 7.2 (tests/lab/inside.sh memory), the sum is within 3 %.
 */
#ifndef EXITGRAPH_ATTACH_MEMORY_H
#define EXITGRAPH_ATTACH_MEMORY_H

#include <stddef.h>

#include "xg_types.h"

/*
 * Of a function that is traced the trampoline, which is a page; and of each probe, beside its
 * program, in the kernel's heap the link, files and what describes the program.
 */
#define MEMORY_TRAMPOLINE_BYTES 4096
#define MEMORY_PROBE_BYTES	4096

/* Of the map behind @fd, as the kernel accounts for it: all that is there from the start. */
u64 memory_of_map(int fd);

/* Of the program behind @fd: its instructions, as loaded and as compiled. */
u64 memory_of_program(int fd);

/*
 * This process's own memory, at most so far: code and heap. @mapped_bytes of maps, which it
 * sees but the kernel owns, are not counted (some kernels count them as resident).
 */
u64 memory_own_peak(u64 mapped_bytes);

/* What can be had without swapping; ~0 if that is not known. */
u64 memory_available(void);

#endif
