// SPDX-License-Identifier: GPL-2.0
/*
 * A task that is no vCPU and calls into KVM: asks a virtual machine for a capability, COUNT
 * times, and prints the nanoseconds that one takes.
 *
 *	outsider COUNT
 *
 * Of KVM's functions the call goes through kvm_vm_ioctl_check_extension, on all kernels, and
 * through kvm_vm_ioctl, where on 7.2.13 a program can be attached but is never run.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv)
{
	long count = argc == 2 ? atol(argv[1]) : 0;
	int kvm = open("/dev/kvm", O_RDWR);
	int vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);
	double from_ns;

	if (vm < 0 || count <= 0) {
		fputs("Usage: outsider COUNT, where there is KVM\n", stderr);
		return 1;
	}
	/* once before, so that it has all been called */
	ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_NR_VCPUS);
	from_ns = now_ns();
	for (long i = 0; i < count; i++)
		ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_NR_VCPUS);
	printf("%.1f\n", (now_ns() - from_ns) / count);
	return 0;
}
