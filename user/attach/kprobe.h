/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EXITGRAPH_ATTACH_KPROBE_H
#define EXITGRAPH_ATTACH_KPROBE_H

#include <stdbool.h>

/* Has this kernel kprobes that perf_event_open() makes? */
bool kprobe_is_offered(void);

#endif
