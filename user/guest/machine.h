/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual machine over /dev/kvm, as bare as it can be: one page of 2 MiB, vCPUs in 64-bit
 * mode at GUEST_CODE, an interrupt controller only where the workload wants it, no BIOS.
 *
 * 64-bit mode with paging runs on every CPU as it is. Real mode does not: without
 * "unrestricted guest" KVM emulates it on Intel, and what is emulated does not exit.
 */
#ifndef EXITGRAPH_GUEST_MACHINE_H
#define EXITGRAPH_GUEST_MACHINE_H

#include <linux/kvm.h>
#include <stdint.h>

#include "guest/abi.h"
#include "guest/workload.h"

struct machine {
	int kvm_fd;
	int vm_fd;
	int event_fd; /* counts the writes to the device */
	enum guest_device device;
	unsigned int features; /* enum guest_feature */
	void *memory;	       /* GUEST_MEMORY_SIZE */
	struct kvm_cpuid2 *cpuid;
};

struct machine_vcpu {
	int fd;
	struct kvm_run *run;
	size_t run_size;
};

/* What this host's CPU has. Returns 0, or -ENODEV (said) when it has no virtualization. */
int machine_isa(enum guest_isa *out);

/*
 * A machine with @workload's code and no vCPU yet. Returns 0, or -errno after saying
 * what is wrong with /dev/kvm and what to do; -ENOTSUP if KVM lacks what the workload needs.
 */
int machine_new(struct machine **out, const struct guest_workload *workload, enum guest_isa isa);
void machine_free(struct machine **machine);

/*
 * Create vCPU @id and its device, ready to run with its control at machine_control(). @vcpu is to
 * be closed with machine_vcpu_close() in any case, before the machine is freed.
 */
int machine_vcpu_open(struct machine *machine, unsigned int id, struct machine_vcpu *vcpu);
void machine_vcpu_close(struct machine_vcpu *vcpu);

/*
 * Map the guest's memory in the nested page tables without an exit of the guest, where the
 * kernel can (6.11). Best effort.
 */
void machine_prefault(struct machine_vcpu *vcpu);

/* The vCPU's time stamp counter in kHz; 0 when KVM does not know it. */
uint64_t machine_tsc_khz(struct machine_vcpu *vcpu);

struct guest_control *machine_control(struct machine *machine, unsigned int id);

/* How often the device was written to since the last call (0 without a device). */
uint64_t machine_device_writes(struct machine *machine);

#endif
