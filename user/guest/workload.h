/* SPDX-License-Identifier: GPL-2.0 */
/* The table of workloads: what the built-in guest can do in its loop. */
#ifndef EXITGRAPH_GUEST_WORKLOAD_H
#define EXITGRAPH_GUEST_WORKLOAD_H

#include <stddef.h>

/* The CPU's virtualization, which decides what some exits are and how they are made. */
enum guest_isa {
	GUEST_SVM, /* AMD, Hygon */
	GUEST_VMX, /* Intel, Zhaoxin */
	GUEST_ISA_CNT,
};

/* A device in the kernel that the workload needs: an eventfd which its writes signal. */
enum guest_device {
	GUEST_NO_DEVICE,
	GUEST_PIO_EVENTFD,
	GUEST_MMIO_EVENTFD,
};

/* What the guest's code does that reaches user space. */
enum guest_event {
	GUEST_EVENT_NONE, /* nothing that counts: the kernel deals with it, or a warm-up */
	GUEST_EVENT_PIO,
	GUEST_EVENT_MMIO,
	GUEST_EVENT_HLT,
	GUEST_EVENT_PIO_END,
	GUEST_EVENT_UNKNOWN, /* nothing that the code does */
};

/* Machine code, to be copied to GUEST_CODE. */
struct guest_code {
	const unsigned char *start;
	const unsigned char *end;
};

struct guest_workload {
	const char *name;
	const char *summary;
	const char *exit[GUEST_ISA_CNT]; /* the exit reason, as KVM's headers name it */
	struct guest_code code[GUEST_ISA_CNT];
	enum guest_device device;
	enum guest_event event; /* how each of the measured exits shows in user space */
	enum guest_event end;	/* how the guest says that its loop is over */
};

/* The workload of that name, or NULL. */
const struct guest_workload *guest_workload_find(const char *name);

/* The @i-th workload, or NULL past the last. */
const struct guest_workload *guest_workload_at(size_t i);

#endif
