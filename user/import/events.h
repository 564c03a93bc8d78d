/* SPDX-License-Identifier: GPL-2.0 */
// The events among a trace's calls that say where cycles begin and end, as the tracepoints print
// them (arch/x86/kvm/trace.h), older kernels with fewer fields, trace-cmd with its own:
//
//	/* kvm_entry: vcpu 0, rip 0x7026 */
//	/* kvm_exit: vcpu 0 reason io rip 0x7025 info1 0x0000000005e00040 ... */
//	qemu-4711 [003] 1234.567890: kvm_exit:  reason EPT_VIOLATION rip 0x7025 info 181 0
//
// and the line that our own writer puts above each cycle:
//
//	#  cycle 1 of 3: VM 4711 db, vCPU 0, CPUID, kept: slowest, ..., latency 9.18 us, ...
#ifndef EXITGRAPH_IMPORT_EVENTS_H
#define EXITGRAPH_IMPORT_EVENTS_H

#include "import/line.h"

/*
 * Is the event from @text to @end, which begins with its name, kvm_entry or kvm_exit? Then set
 * @line's kind and, if it is said, the reason; else leave it as it is.
 */
bool event_parse(const char *text, const char *end, struct line *line);

/* Likewise, is the line the head of a cycle? */
bool event_parse_head(const char *text, const char *end, struct line *line);

#endif
