/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract between the guest's code (workload.c, in assembly) and the host's side of it:
 * where things are in the guest's physical memory, which it sees one to one, and how both
 * talk. Numbers that the assembly uses are plain literals.
 */
#ifndef EXITGRAPH_GUEST_ABI_H
#define EXITGRAPH_GUEST_ABI_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Memory: one huge page at address 0, so that where the host gives huge pages the guest's
 * first touch is its only page fault. Everything else below 4 GiB is mapped and unbacked.
 */
#define GUEST_MEMORY_SIZE  0x200000
#define GUEST_PML4	   0x1000
#define GUEST_PDPT	   0x2000
#define GUEST_PAGE_DIRS	   0x3000 /* four of them: 4 GiB in pages of 2 MiB */
#define GUEST_CODE	   0x7000
#define GUEST_CODE_SIZE	   0x1000
#define GUEST_CONTROLS	   0x8000 /* a struct guest_control per vCPU */
#define GUEST_CONTROL_SIZE 0x80
#define GUEST_VCPU_MAX	   64

static_assert(GUEST_CONTROLS + GUEST_VCPU_MAX * GUEST_CONTROL_SIZE <= GUEST_MEMORY_SIZE,
	      "the controls fit in the guest's memory");

/* I/O ports that no device of KVM's own has: the measured one, and the one that ends a run. */
#define GUEST_PORT     0x5e0
#define GUEST_PORT_END 0x5e4

/*
 * Unbacked memory, a page for each vCPU: the register at its start is measured, the one at
 * GUEST_MMIO_WARM in it is for warming up. A page each, for what KVM learns at the first
 * access to a page it knows for all vCPUs.
 */
#define GUEST_MMIO		0xd0000000
#define GUEST_MMIO_SIZE		0x1000
#define GUEST_MMIO_WARM		8

#define GUEST_CONTROL_COUNT	0
#define GUEST_CONTROL_STOP	8
#define GUEST_CONTROL_DONE	16
#define GUEST_CONTROL_TSC_START 24
#define GUEST_CONTROL_TSC_END	32

/* What one vCPU is to do, and what it did; in the guest's memory. */
struct guest_control {
	uint64_t count;	    /* host: exits to make, at least 1 */
	uint64_t stop;	    /* host: not 0 ends the loop after the exit it is at */
	uint64_t done;	    /* guest: exits made */
	uint64_t tsc_start; /* guest: its time stamp counter around the loop */
	uint64_t tsc_end;
};

static_assert(offsetof(struct guest_control, count) == GUEST_CONTROL_COUNT, "as the code has it");
static_assert(offsetof(struct guest_control, stop) == GUEST_CONTROL_STOP, "as the code has it");
static_assert(offsetof(struct guest_control, done) == GUEST_CONTROL_DONE, "as the code has it");
static_assert(offsetof(struct guest_control, tsc_start) == GUEST_CONTROL_TSC_START, "likewise");
static_assert(offsetof(struct guest_control, tsc_end) == GUEST_CONTROL_TSC_END, "likewise");
static_assert(sizeof(struct guest_control) <= GUEST_CONTROL_SIZE, "controls do not overlap");

#endif
