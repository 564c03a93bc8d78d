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
#define GUEST_GDT	   0xa000
#define GUEST_IDT	   0xb000
#define GUEST_HANDLER	   0xc000 /* the code that takes interrupts */
#define GUEST_HANDLER_SIZE 0x1000
#define GUEST_STACKS	   0x10000 /* one per vCPU */
#define GUEST_STACK_SIZE   0x400

static_assert(GUEST_CONTROLS + GUEST_VCPU_MAX * GUEST_CONTROL_SIZE <= GUEST_GDT,
	      "the controls fit between the code and the tables");
static_assert(GUEST_STACKS + GUEST_VCPU_MAX * GUEST_STACK_SIZE <= GUEST_MEMORY_SIZE,
	      "the stacks fit in the guest's memory");

/* What the descriptor table holds, for interrupts to come back to. */
#define GUEST_CODE_SELECTOR 0x08
#define GUEST_DATA_SELECTOR 0x10

/* I/O ports that no device of KVM's own has: the measured one, and the one that ends a run. */
#define GUEST_PORT     0x5e0
#define GUEST_PORT_END 0x5e4

/* Ports that kvm-unit-tests' vmexit.c reads: ACPI's timer (QEMU's is at 0x608), and nothing. */
#define GUEST_PORT_PM_TIMER 0x608
#define GUEST_PORT_NOTHING  0x1234

/* The level/edge register of the first interrupt controller (PIIX4's, 4D0h), in KVM's own. */
#define GUEST_PORT_ELCR 0x4d0

/* What is written where an eventfd is to be told by it (as QEMU's pci-testdev has it). */
#define GUEST_MATCH 0xfa

/* The vector of the guest's interrupts, as in vmexit.c. */
#define GUEST_VECTOR 0xb0

/*
 * Unbacked memory, a page for each vCPU: the register at its start is measured, the one at
 * GUEST_MMIO_WARM in it is for warming up. A page each, for what KVM learns at the first
 * access to a page it knows for all vCPUs.
 */
#define GUEST_MMIO		 0xd0000000
#define GUEST_MMIO_SIZE		 0x1000
#define GUEST_MMIO_WARM		 8
#define GUEST_MMIO_END		 16 /* ends a run */

#define GUEST_CONTROL_COUNT	 0
#define GUEST_CONTROL_STOP	 8
#define GUEST_CONTROL_DONE	 16
#define GUEST_CONTROL_TSC_START	 24
#define GUEST_CONTROL_TSC_END	 32
#define GUEST_CONTROL_INTERRUPTS 40

/* What one vCPU is to do, and what it did; in the guest's memory. */
struct guest_control {
	uint64_t count;	    /* host: iterations to make, at least 1 */
	uint64_t stop;	    /* host: not 0 ends the loop after the iteration it is at */
	uint64_t done;	    /* guest: iterations made */
	uint64_t tsc_start; /* guest: its time stamp counter around the loop */
	uint64_t tsc_end;
	uint64_t interrupts; /* guest: taken */
};

static_assert(offsetof(struct guest_control, count) == GUEST_CONTROL_COUNT, "as the code has it");
static_assert(offsetof(struct guest_control, stop) == GUEST_CONTROL_STOP, "as the code has it");
static_assert(offsetof(struct guest_control, done) == GUEST_CONTROL_DONE, "as the code has it");
static_assert(offsetof(struct guest_control, tsc_start) == GUEST_CONTROL_TSC_START, "likewise");
static_assert(offsetof(struct guest_control, tsc_end) == GUEST_CONTROL_TSC_END, "likewise");
static_assert(offsetof(struct guest_control, interrupts) == GUEST_CONTROL_INTERRUPTS, "likewise");
static_assert(sizeof(struct guest_control) <= GUEST_CONTROL_SIZE, "controls do not overlap");

#endif
