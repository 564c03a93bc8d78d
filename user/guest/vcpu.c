// SPDX-License-Identifier: GPL-2.0
#include "guest/vcpu.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "util/cleanup.h"
#include "util/log.h"

#define PM_TIMER_HZ 3579545

/* The reasons to leave KVM_RUN that a guest of ours may run into when something is wrong. */
static const char *kvm_exit_name(uint32_t reason)
{
	static const char *const names[] = {
		[KVM_EXIT_UNKNOWN] = "UNKNOWN",
		[KVM_EXIT_EXCEPTION] = "EXCEPTION",
		[KVM_EXIT_IO] = "IO",
		[KVM_EXIT_HYPERCALL] = "HYPERCALL",
		[KVM_EXIT_DEBUG] = "DEBUG",
		[KVM_EXIT_HLT] = "HLT",
		[KVM_EXIT_MMIO] = "MMIO",
		[KVM_EXIT_SHUTDOWN] = "SHUTDOWN",
		[KVM_EXIT_FAIL_ENTRY] = "FAIL_ENTRY",
		[KVM_EXIT_INTR] = "INTR",
		[KVM_EXIT_INTERNAL_ERROR] = "INTERNAL_ERROR",
		[KVM_EXIT_SYSTEM_EVENT] = "SYSTEM_EVENT",
	};

	return reason < ARRAY_SIZE(names) && names[reason] ? names[reason] : "another reason";
}

/* Say all that is known of an exit to user space that no workload makes. */
static int unexpected(struct machine_vcpu *vcpu, unsigned int id)
{
	const struct kvm_run *run = vcpu->run;
	struct kvm_regs regs = {};
	char detail[128] = "";

	switch (run->exit_reason) {
	case KVM_EXIT_UNKNOWN:
		snprintf(detail, sizeof(detail), ", hardware exit reason 0x%" PRIx64,
			 (uint64_t)run->hw.hardware_exit_reason);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		snprintf(detail, sizeof(detail), ", hardware entry failure reason 0x%" PRIx64,
			 (uint64_t)run->fail_entry.hardware_entry_failure_reason);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		snprintf(detail, sizeof(detail), ", suberror %u, data 0x%" PRIx64 " 0x%" PRIx64,
			 run->internal.suberror, (uint64_t)run->internal.data[0],
			 (uint64_t)run->internal.data[1]);
		break;
	case KVM_EXIT_IO:
		snprintf(detail, sizeof(detail), ", port 0x%x", run->io.port);
		break;
	case KVM_EXIT_MMIO:
		snprintf(detail, sizeof(detail), ", address 0x%" PRIx64,
			 (uint64_t)run->mmio.phys_addr);
		break;
	}
	ioctl(vcpu->fd, KVM_GET_REGS, &regs);
	return err_r(-EPROTO,
		     "the guest's vCPU %u stopped unexpectedly: KVM_EXIT_%s (%u)%s, at rip 0x%llx",
		     id, kvm_exit_name(run->exit_reason), run->exit_reason, detail, regs.rip);
}

static enum guest_event port_event(uint16_t port)
{
	switch (port) {
	case GUEST_PORT:
	case GUEST_PORT_PM_TIMER:
	case GUEST_PORT_NOTHING:
		return GUEST_EVENT_PIO;
	case GUEST_PORT_END:
		return GUEST_EVENT_PIO_END;
	default:
		return GUEST_EVENT_UNKNOWN;
	}
}

static enum guest_event mmio_event(uint64_t offset)
{
	switch (offset) {
	case 0:
		return GUEST_EVENT_MMIO;
	case GUEST_MMIO_WARM:
		return GUEST_EVENT_NONE;
	case GUEST_MMIO_END:
		return GUEST_EVENT_MMIO_END;
	default:
		return GUEST_EVENT_UNKNOWN;
	}
}

/* What a port reads as: ACPI's timer counts 24 bits at 3.579545 MHz; nothing is all ones. */
static void port_answer(struct kvm_run *run)
{
	uint32_t value = ~0U;
	struct timespec now;

	if (run->io.direction != KVM_EXIT_IO_IN)
		return;
	if (run->io.port == GUEST_PORT_PM_TIMER) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		value = (now.tv_sec * PM_TIMER_HZ + now.tv_nsec * PM_TIMER_HZ / 1000000000) &
			0xffffff;
	}
	memcpy((char *)run + run->io.data_offset, &value, run->io.size);
}

/* Which event of the guest's code brought the vCPU to user space. */
static enum guest_event event_of(const struct kvm_run *run, unsigned int id)
{
	const uint64_t mmio = GUEST_MMIO + (uint64_t)id * GUEST_MMIO_SIZE;

	switch (run->exit_reason) {
	case KVM_EXIT_HLT:
		return GUEST_EVENT_HLT;
	case KVM_EXIT_IO:
		return port_event(run->io.port);
	case KVM_EXIT_MMIO:
		return mmio_event(run->mmio.phys_addr - mmio);
	default:
		return GUEST_EVENT_UNKNOWN;
	}
}

int vcpu_run(struct machine_vcpu *vcpu, unsigned int id, const struct guest_workload *workload,
	     uint64_t *events_out)
{
	enum guest_event event;

	*events_out = 0;
	for (;;) {
		if (ioctl(vcpu->fd, KVM_RUN, 0)) {
			if (errno == EAGAIN || (errno == EINTR && !vcpu->run->immediate_exit))
				continue;
			if (errno == EINTR)
				return err_r(-ETIMEDOUT,
					     "the guest's vCPU %u did not stop when told to", id);
			return err_r(-errno, "the guest's vCPU %u cannot run: KVM_RUN: %s", id,
				     strerror(errno));
		}
		event = event_of(vcpu->run, id);
		if (event == workload->end)
			return 0;
		if (event == GUEST_EVENT_NONE)
			continue;
		if (event != workload->event)
			return unexpected(vcpu, id);
		if (event == GUEST_EVENT_PIO)
			port_answer(vcpu->run);
		(*events_out)++;
	}
}
