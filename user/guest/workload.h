/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of workloads: what the built-in guest can do in its loop. They have the names of
 * kvm-unit-tests' x86/vmexit.c where they do what those do.
 */
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
	GUEST_PIO_EVENTFD_MATCH, /* signalled by GUEST_MATCH alone */
	GUEST_MMIO_EVENTFD,
	GUEST_MMIO_EVENTFD_MATCH,
};

/* What the machine must have beyond a vCPU and memory. */
enum guest_feature {
	GUEST_IRQCHIP = 1 << 0,	     /* KVM's own interrupt controllers; x2APIC is on */
	GUEST_INTERRUPT = 1 << 1,    /* each iteration takes one interrupt */
	GUEST_TSC_DEADLINE = 1 << 2, /* the APIC's timer, by deadline */
};

/* What the guest's code does that reaches user space. */
enum guest_event {
	GUEST_EVENT_NONE, /* nothing that counts: the kernel deals with it, or a warm-up */
	GUEST_EVENT_PIO,
	GUEST_EVENT_MMIO,
	GUEST_EVENT_HLT,
	GUEST_EVENT_PIO_END,
	GUEST_EVENT_MMIO_END,
	GUEST_EVENT_UNKNOWN, /* nothing that the code does */
};

/* Machine code, to be copied to GUEST_CODE. */
struct guest_code {
	const unsigned char *start;
	const unsigned char *end;
};

/* Exits that each iteration makes, as KVM's headers name their reason. */
struct guest_exits {
	const char *reason; /* NULL ends a list */
	unsigned int cnt;
};

#define GUEST_EXITS_MAX 5 /* with the end */

struct guest_workload {
	const char *name;
	const char *alias; /* it goes by that, too; or NULL */
	const char *summary;
	/*
	 * What is expected; none where nothing exits. The first is what the workload is about.
	 * CPUs that deliver interrupts to guests by themselves (AVIC, APICv) leave some out.
	 */
	struct guest_exits exits[GUEST_ISA_CNT][GUEST_EXITS_MAX];
	struct guest_code code[GUEST_ISA_CNT];
	enum guest_device device;
	unsigned int features;	/* enum guest_feature */
	enum guest_event event; /* how an iteration shows in user space, once */
	enum guest_event end;	/* how the guest says that its loop is over */
};

/* The workload of that name or alias, or NULL. */
const struct guest_workload *guest_workload_find(const char *name);

/* The @i-th workload, or NULL past the last. */
const struct guest_workload *guest_workload_at(size_t i);

/* The reason of what @workload is about, or "none". */
const char *guest_workload_reason(const struct guest_workload *workload, enum guest_isa isa);

/* How many exits an iteration makes, all together. */
unsigned int guest_workload_exit_cnt(const struct guest_workload *workload, enum guest_isa isa);

/*
 * "MSR 2 + VINTR", or "none": what an iteration is expected to do. Returns @buffer, cut off if
 * it must be.
 */
const char *guest_workload_expects(const struct guest_workload *workload, enum guest_isa isa,
				   char *buffer, size_t size);

/* A loop of nothing, for what the loop itself takes; it is in no list. */
extern const struct guest_workload guest_workload_empty;

/* The code that takes the guest's interrupts, to be copied to GUEST_HANDLER. */
extern const struct guest_code guest_handler;

/* What vmexit.c measures and this guest does not, and why. */
struct guest_left_out {
	const char *name;
	const char *why;
};

/* The @i-th of them, or NULL past the last. */
const struct guest_left_out *guest_left_out_at(size_t i);

#endif
