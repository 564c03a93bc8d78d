// SPDX-License-Identifier: GPL-2.0
#include "guest/vcpu.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "util/cleanup.h"
#include "util/log.h"

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

/* Which event of the guest's code brought the vCPU to user space. */
static enum guest_event event_of(const struct kvm_run *run, unsigned int id)
{
	const uint64_t mmio = GUEST_MMIO + (uint64_t)id * GUEST_MMIO_SIZE;

	switch (run->exit_reason) {
	case KVM_EXIT_HLT:
		return GUEST_EVENT_HLT;
	case KVM_EXIT_IO:
		if (run->io.port == GUEST_PORT)
			return GUEST_EVENT_PIO;
		return run->io.port == GUEST_PORT_END ? GUEST_EVENT_PIO_END : GUEST_EVENT_UNKNOWN;
	case KVM_EXIT_MMIO:
		if (run->mmio.phys_addr == mmio)
			return GUEST_EVENT_MMIO;
		return run->mmio.phys_addr == mmio + GUEST_MMIO_WARM ? GUEST_EVENT_NONE
								     : GUEST_EVENT_UNKNOWN;
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
		(*events_out)++;
	}
}
