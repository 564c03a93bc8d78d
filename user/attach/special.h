/* SPDX-License-Identifier: GPL-2.0 */
/* The functions whose probes do more than to log a call: bpf/call.h. */
#ifndef EXITGRAPH_ATTACH_SPECIAL_H
#define EXITGRAPH_ATTACH_SPECIAL_H

#include <stdbool.h>

#define RUN_IOCTL "kvm_arch_vcpu_ioctl_run"

enum special {
	SPECIAL_NONE,
	SPECIAL_IOCTL,	   /* nothing more, but around the next */
	SPECIAL_RUN_IOCTL, /* between its return and its entry, a thread is in user space */
	SPECIAL_RUN,	   /* its return may be the exit */
	SPECIAL_OFF_CPU,   /* at its return, a thread leaves its CPU */
	SPECIAL_ON_CPU,	   /* at its entry, it is back */
	/* Nothing more, but it runs between these two, and so perhaps in the middle of any probe:
	 * it would be skipped if it shared that one's program. */
	SPECIAL_SWITCHING,
	SPECIAL_COUNT,
};

enum special special_of(const char *function);

#endif
