// SPDX-License-Identifier: GPL-2.0
#include "guest/machine.h"

#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "guest/devices.h"
#include "util/cleanup.h"
#include "util/log.h"

#define KVM_DEVICE "/dev/kvm"

/* Since Linux 6.11; Debian 12's headers are 6.1's. */
#ifndef KVM_PRE_FAULT_MEMORY
struct kvm_pre_fault_memory {
	__u64 gpa;
	__u64 size;
	__u64 flags;
	__u64 padding[5];
};
#define KVM_PRE_FAULT_MEMORY _IOWR(KVMIO, 0xd5, struct kvm_pre_fault_memory)
#endif

/*
 * Three pages for the TSS that KVM needs on Intel CPUs for real mode, which the vCPU is in
 * until its registers are set; out of the way where QEMU has them, too. Without the address
 * the host's kernel log gets a warning.
 */
#define TSS_ADDRESS 0xfffbd000

/* Page table entries (SDM vol. 3A, 4.5): accessed and dirty already, so that the CPU need not
 * write. */
#define PTE_PRESENT  (1ULL << 0)
#define PTE_WRITABLE (1ULL << 1)
#define PTE_ACCESSED (1ULL << 5)
#define PTE_DIRTY    (1ULL << 6)
#define PTE_LARGE    (1ULL << 7)
#define PTE_TABLE    (PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED)
#define PTE_PAGE     (PTE_TABLE | PTE_DIRTY | PTE_LARGE)

/* In the APIC's base (SDM vol. 3A, 10.12.1): x2APIC. */
#define APIC_BASE_X2APIC (1ULL << 10)

#define CR0_PE		 (1ULL << 0)
#define CR0_ET		 (1ULL << 4)
#define CR0_NE		 (1ULL << 5)
#define CR0_PG		 (1ULL << 31)
#define CR4_PAE		 (1ULL << 5)
#define EFER_LME	 (1ULL << 8)
#define EFER_LMA	 (1ULL << 10)

/* CPUID 1, ECX: VMX. CPUID 0x80000001, ECX: SVM (APM vol. 3, E.4.2). */
#define CPUID_VMX    (1U << 5)
#define CPUID_SVM    (1U << 2)

#define RFLAGS_FIXED 2 /* bit 1 is always set; interrupts are off */

int machine_isa(enum guest_isa *out)
{
	unsigned int a, b, c, d;

	if (__get_cpuid(1, &a, &b, &c, &d) && c & CPUID_VMX) {
		*out = GUEST_VMX;
		return 0;
	}
	if (__get_cpuid(0x80000001, &a, &b, &c, &d) && c & CPUID_SVM) {
		*out = GUEST_SVM;
		return 0;
	}
	return err_r(-ENODEV,
		     "this CPU offers no virtualization (neither VMX nor SVM): switch it on "
		     "in the firmware or, in a virtual machine, allow nesting");
}

static int kvm_open(enum guest_isa isa)
{
	const char *module = isa == GUEST_VMX ? "kvm_intel" : "kvm_amd";
	int fd, r;

	fd = open(KVM_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		r = -errno;
		switch (r) {
		case -EACCES:
		case -EPERM:
			return err_r(r,
				     "cannot open " KVM_DEVICE ": %s: run as root or join the "
				     "group kvm",
				     strerror(-r));
		case -EBUSY:
			return err_r(r,
				     "cannot open " KVM_DEVICE ": %s: another hypervisor has the "
				     "CPU's virtualization: stop it",
				     strerror(-r));
		default:
			return err_r(r,
				     "cannot open " KVM_DEVICE ": %s: load KVM's module (run "
				     "`modprobe %s`; if that fails, see the firmware's settings)",
				     strerror(-r), module);
		}
	}
	r = ioctl(fd, KVM_GET_API_VERSION, 0);
	if (r != KVM_API_VERSION) {
		close(fd);
		return err_r(-ENOTSUP, KVM_DEVICE " has version %d of the interface, not %d", r,
			     KVM_API_VERSION);
	}
	return fd;
}

static int vm_create(int kvm_fd, enum guest_isa isa)
{
	int fd;

	/* A signal may interrupt it (it allocates, and may have to switch virtualization on). */
	do
		fd = ioctl(kvm_fd, KVM_CREATE_VM, 0);
	while (fd < 0 && errno == EINTR);
	if (fd >= 0)
		return fd;
	return err_r(-errno,
		     "KVM cannot create a virtual machine: %s: see that no other hypervisor "
		     "has the CPU's virtualization and that %s is loaded",
		     strerror(errno), isa == GUEST_VMX ? "kvm_intel" : "kvm_amd");
}

/* All CPU features that KVM has; the guest's MSRs and modes depend on them. */
static int cpuid_load(struct machine *machine)
{
	struct kvm_cpuid2 *cpuid;
	int r;

	for (unsigned int n = 128; n <= 4096; n *= 2) {
		cpuid = calloc(1, sizeof(*cpuid) + n * sizeof(cpuid->entries[0]));
		if (!cpuid)
			return err_r(-ENOMEM, "no memory for the guest's CPUID");
		cpuid->nent = n;
		if (!ioctl(machine->kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid)) {
			machine->cpuid = cpuid;
			return 0;
		}
		r = -errno;
		free(cpuid);
		if (r != -E2BIG)
			return err_r(r, "KVM_GET_SUPPORTED_CPUID: %s", strerror(-r));
	}
	return err_r(-E2BIG, "KVM_GET_SUPPORTED_CPUID: more entries than are credible");
}

/* An interrupt gate in 64-bit mode (SDM vol. 3A, 6.14.1) to the handler, in ring 0. */
static void interrupts_write(unsigned char *memory)
{
	uint64_t *gdt = (uint64_t *)(memory + GUEST_GDT);
	uint64_t *gate = (uint64_t *)(memory + GUEST_IDT + 16 * GUEST_VECTOR);

	gdt[GUEST_CODE_SELECTOR / 8] = 0x00af9b000000ffff; /* flat, 64 bits, accessed */
	gdt[GUEST_DATA_SELECTOR / 8] = 0x00cf93000000ffff;
	gate[0] = (GUEST_HANDLER & 0xffff) | GUEST_CODE_SELECTOR << 16 | 0x8eULL << 40;
	gate[1] = 0; /* the address is below 64 KiB */
	memcpy(memory + GUEST_HANDLER, guest_handler.start,
	       guest_handler.end - guest_handler.start);
}

/* 4 GiB, address for address. */
static void tables_write(unsigned char *memory)
{
	uint64_t *pml4 = (uint64_t *)(memory + GUEST_PML4);
	uint64_t *pdpt = (uint64_t *)(memory + GUEST_PDPT);
	uint64_t *dirs = (uint64_t *)(memory + GUEST_PAGE_DIRS);

	pml4[0] = GUEST_PDPT | PTE_TABLE;
	for (uint64_t i = 0; i < 4; i++)
		pdpt[i] = (GUEST_PAGE_DIRS + i * 0x1000) | PTE_TABLE;
	for (uint64_t i = 0; i < 4 * 512; i++)
		dirs[i] = i << 21 | PTE_PAGE;
}

static int memory_map(struct machine *machine, const struct guest_code *code)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = GUEST_MEMORY_SIZE,
	};
	size_t code_size = code->end - code->start;
	unsigned char *memory;

	if (code_size > GUEST_CODE_SIZE)
		return err_r(-E2BIG, "the guest's code has %zu bytes, more than %u", code_size,
			     GUEST_CODE_SIZE);
	memory = aligned_alloc(GUEST_MEMORY_SIZE, GUEST_MEMORY_SIZE);
	if (!memory)
		return err_r(-ENOMEM, "no memory for the guest");
	machine->memory = memory;
	/* Fails where the kernel has no huge pages: then the guest takes some more page faults. */
	madvise(memory, GUEST_MEMORY_SIZE, MADV_HUGEPAGE);
	memset(memory, 0, GUEST_MEMORY_SIZE);
	tables_write(memory);
	interrupts_write(memory);
	memcpy(memory + GUEST_CODE, code->start, code_size);

	region.userspace_addr = (uintptr_t)memory;
	if (ioctl(machine->vm_fd, KVM_SET_USER_MEMORY_REGION, &region))
		return err_r(-errno, "KVM_SET_USER_MEMORY_REGION: %s", strerror(errno));
	return 0;
}

int machine_new(struct machine **out, const struct guest_workload *workload, enum guest_isa isa)
{
	_cleanup_(machine_free) struct machine *machine = NULL;
	int r;

	machine = malloc(sizeof(*machine));
	if (!machine)
		return err_r(-ENOMEM, "no memory for the guest");
	*machine = (struct machine){
		.kvm_fd = -1,
		.vm_fd = -1,
		.event_fd = -1,
		.device = workload->device,
		.features = workload->features,
	};

	machine->kvm_fd = kvm_open(isa);
	if (machine->kvm_fd < 0)
		return machine->kvm_fd;
	machine->vm_fd = vm_create(machine->kvm_fd, isa);
	if (machine->vm_fd < 0)
		return machine->vm_fd;
	if (ioctl(machine->vm_fd, KVM_SET_TSS_ADDR, TSS_ADDRESS))
		return err_r(-errno, "KVM_SET_TSS_ADDR: %s", strerror(errno));
	r = cpuid_load(machine);
	if (r)
		return r;
	r = devices_add(machine);
	if (!r)
		r = memory_map(machine, &workload->code[isa]);
	if (r)
		return r;
	machine->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (machine->event_fd < 0)
		return err_r(-errno, "eventfd: %s", strerror(errno));
	*out = TAKE_PTR(machine);
	return 0;
}

void machine_free(struct machine **machinep)
{
	struct machine *machine = *machinep;

	if (!machine)
		return;
	cleanup_close(&machine->event_fd);
	cleanup_close(&machine->vm_fd);
	cleanup_close(&machine->kvm_fd);
	free(machine->memory);
	free(machine->cpuid);
	free(machine);
	*machinep = NULL;
}

/* 64-bit mode, ring 0, flat; what is not set here is as after a reset. */
static void sregs_fill(struct kvm_sregs *sregs, unsigned int features)
{
	const struct kvm_segment code = {
		.limit = 0xffffffff,
		.selector = GUEST_CODE_SELECTOR,
		.type = 0xb, /* execute, read, accessed */
		.present = 1,
		.s = 1,
		.l = 1,
		.g = 1,
	};
	struct kvm_segment data = code;

	data.selector = GUEST_DATA_SELECTOR;
	data.type = 0x3; /* read, write, accessed */
	data.l = 0;
	data.db = 1;
	sregs->cs = code;
	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data;
	sregs->cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_PG;
	sregs->cr3 = GUEST_PML4;
	sregs->cr4 = CR4_PAE;
	sregs->efer = EFER_LME | EFER_LMA;
	sregs->gdt = (struct kvm_dtable){ .base = GUEST_GDT, .limit = 3 * 8 - 1 };
	sregs->idt = (struct kvm_dtable){ .base = GUEST_IDT, .limit = 256 * 16 - 1 };
	if (features & GUEST_IRQCHIP)
		sregs->apic_base |= APIC_BASE_X2APIC;
}

static int vcpu_set_state(struct machine *machine, unsigned int id, struct machine_vcpu *vcpu)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs = {
		.rip = GUEST_CODE,
		.rflags = RFLAGS_FIXED,
		.r12 = GUEST_CONTROLS + (uint64_t)id * GUEST_CONTROL_SIZE,
		.r13 = GUEST_MMIO + (uint64_t)id * GUEST_MMIO_SIZE,
		.rsp = GUEST_STACKS + ((uint64_t)id + 1) * GUEST_STACK_SIZE,
	};

	/* CPUID first: it says which bits the registers may have. */
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, machine->cpuid))
		return err_r(-errno, "KVM_SET_CPUID2: %s", strerror(errno));
	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return err_r(-errno, "KVM_GET_SREGS: %s", strerror(errno));
	sregs_fill(&sregs, machine->features);
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		return err_r(-errno, "KVM_SET_SREGS: %s", strerror(errno));
	if (ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		return err_r(-errno, "KVM_SET_REGS: %s", strerror(errno));
	return devices_set_apic(machine, vcpu);
}

int machine_vcpu_open(struct machine *machine, unsigned int id, struct machine_vcpu *vcpu)
{
	int size, r;

	*vcpu = (struct machine_vcpu){ .fd = -1 };
	size = ioctl(machine->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < (int)sizeof(*vcpu->run))
		return err_r(-EINVAL, "KVM_GET_VCPU_MMAP_SIZE gives %d", size);
	vcpu->fd = ioctl(machine->vm_fd, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0)
		return err_r(-errno, "KVM cannot create vCPU %u: %s", id, strerror(errno));
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED) {
		vcpu->run = NULL;
		return err_r(-errno, "cannot map vCPU %u: %s", id, strerror(errno));
	}
	vcpu->run_size = size;
	r = devices_add_vcpu(machine, id);
	if (r)
		return r;
	return vcpu_set_state(machine, id, vcpu);
}

void machine_vcpu_close(struct machine_vcpu *vcpu)
{
	if (vcpu->run)
		munmap(vcpu->run, vcpu->run_size);
	cleanup_close(&vcpu->fd);
	*vcpu = (struct machine_vcpu){ .fd = -1 };
}

void machine_prefault(struct machine_vcpu *vcpu)
{
	struct kvm_pre_fault_memory range = { .size = GUEST_MEMORY_SIZE };

	/* It reports how far it came: in pieces, or interrupted. */
	while (range.size) {
		if (!ioctl(vcpu->fd, KVM_PRE_FAULT_MEMORY, &range))
			continue;
		if (errno != EINTR && errno != EAGAIN)
			return;
	}
}

uint64_t machine_tsc_khz(struct machine_vcpu *vcpu)
{
	int khz = ioctl(vcpu->fd, KVM_GET_TSC_KHZ, 0);

	return khz > 0 ? khz : 0;
}

struct guest_control *machine_control(struct machine *machine, unsigned int id)
{
	return (struct guest_control *)((char *)machine->memory + GUEST_CONTROLS +
					(size_t)id * GUEST_CONTROL_SIZE);
}

uint64_t machine_device_writes(struct machine *machine)
{
	uint64_t count = 0;

	/* EAGAIN, without a write. */
	if (read(machine->event_fd, &count, sizeof(count)) < 0)
		return 0;
	return count;
}
