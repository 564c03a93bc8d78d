// SPDX-License-Identifier: GPL-2.0
#include "guest/devices.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>

#include "util/log.h"

/* CPUID 1, ECX: the APIC's timer has TSC deadlines. */
#define CPUID_TSC_DEADLINE (1U << 24)

/* The local APIC (SDM vol. 3A, 11): registers, and what goes there. */
#define APIC_SPURIOUS	    0xf0
#define APIC_TIMER	    0x320
#define APIC_ENABLED	    0x1ff /* and 0xff as the spurious vector */
#define APIC_TIMER_DEADLINE (2U << 17)

int devices_add(struct machine *machine)
{
	if (!(machine->features & GUEST_IRQCHIP))
		return 0;
	if (machine->features & GUEST_TSC_DEADLINE &&
	    ioctl(machine->kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_TSC_DEADLINE_TIMER) <= 0)
		return err_r(-ENOTSUP, "this KVM has no TSC deadlines");
	for (uint32_t i = 0; i < machine->cpuid->nent; i++)
		if (machine->features & GUEST_TSC_DEADLINE &&
		    machine->cpuid->entries[i].function == 1)
			machine->cpuid->entries[i].ecx |= CPUID_TSC_DEADLINE;
	if (ioctl(machine->vm_fd, KVM_CREATE_IRQCHIP, 0))
		return err_r(-errno, "KVM_CREATE_IRQCHIP: %s", strerror(errno));
	return 0;
}

/*
 * An MMIO eventfd for any value has length 0 (any length), for which VMX has a fast path that
 * does not emulate the instruction (Linux 4.5, KVM_FAST_MMIO_BUS).
 */
int devices_add_vcpu(struct machine *machine, unsigned int id)
{
	static const struct {
		uint32_t flags, len;
	} kinds[] = {
		[GUEST_PIO_EVENTFD] = { KVM_IOEVENTFD_FLAG_PIO, 1 },
		[GUEST_PIO_EVENTFD_MATCH] = { KVM_IOEVENTFD_FLAG_PIO | KVM_IOEVENTFD_FLAG_DATAMATCH,
					      1 },
		[GUEST_MMIO_EVENTFD] = { 0, 0 },
		[GUEST_MMIO_EVENTFD_MATCH] = { KVM_IOEVENTFD_FLAG_DATAMATCH, 1 },
	};
	struct kvm_ioeventfd event = {
		.fd = machine->event_fd,
		.flags = kinds[machine->device].flags,
		.len = kinds[machine->device].len,
		.datamatch = GUEST_MATCH,
	};
	bool pio = event.flags & KVM_IOEVENTFD_FLAG_PIO;

	if (machine->device == GUEST_NO_DEVICE || (pio && id))
		return 0;
	event.addr = pio ? GUEST_PORT : GUEST_MMIO + (uint64_t)id * GUEST_MMIO_SIZE;
	if (ioctl(machine->vm_fd, KVM_IOEVENTFD, &event))
		return err_r(-errno, "KVM_IOEVENTFD: %s", strerror(errno));
	return 0;
}

int devices_set_apic(const struct machine *machine, struct machine_vcpu *vcpu)
{
	struct kvm_lapic_state apic;
	uint32_t timer = APIC_TIMER_DEADLINE | GUEST_VECTOR, on = APIC_ENABLED;

	if (!(machine->features & GUEST_IRQCHIP))
		return 0;
	if (ioctl(vcpu->fd, KVM_GET_LAPIC, &apic))
		return err_r(-errno, "KVM_GET_LAPIC: %s", strerror(errno));
	memcpy(apic.regs + APIC_SPURIOUS, &on, sizeof(on));
	if (machine->features & GUEST_TSC_DEADLINE)
		memcpy(apic.regs + APIC_TIMER, &timer, sizeof(timer));
	if (ioctl(vcpu->fd, KVM_SET_LAPIC, &apic))
		return err_r(-errno, "KVM_SET_LAPIC: %s", strerror(errno));
	return 0;
}
