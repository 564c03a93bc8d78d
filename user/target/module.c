// SPDX-License-Identifier: GPL-2.0
#include "target/module.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum module_state {
	MODULE_ABSENT,
	MODULE_BUILT_IN,
	MODULE_LOADED,
};

/* What is built in may have a directory, too (for its parameters), but no initstate in it. */
static enum module_state module_state(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	if (!access(path, F_OK))
		return MODULE_LOADED;
	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return access(path, F_OK) ? MODULE_ABSENT : MODULE_BUILT_IN;
}

int module_find_kvm(struct module_missing *missing)
{
	switch (module_state("kvm")) {
	case MODULE_LOADED:
		return 0;
	case MODULE_BUILT_IN:
		*missing = (struct module_missing){
			"KVM is built into this kernel, not a module",
			"use a kernel with CONFIG_KVM=m, as distributions have it",
		};
		return -ENOENT;
	default:
		*missing = (struct module_missing){
			"KVM is not loaded",
			"run 'modprobe kvm_amd' or 'modprobe kvm_intel'",
		};
		return -ENOENT;
	}
}

int module_find_vendor(enum isa *isa_out, struct module_missing *missing)
{
	enum module_state amd = module_state("kvm_amd"), intel = module_state("kvm_intel");

	if (amd == MODULE_LOADED || intel == MODULE_LOADED) {
		*isa_out = amd == MODULE_LOADED ? ISA_SVM : ISA_VMX;
		return 0;
	}
	if (amd == MODULE_BUILT_IN || intel == MODULE_BUILT_IN)
		*missing = (struct module_missing){
			"the vendor module is built into this kernel",
			"use a kernel with CONFIG_KVM_AMD=m and CONFIG_KVM_INTEL=m",
		};
	else
		*missing = (struct module_missing){
			"neither kvm_amd nor kvm_intel is loaded",
			"run 'modprobe kvm_amd' or 'modprobe kvm_intel'; if that fails, switch on "
			"virtualization (SVM, VT-x) in the firmware's setup",
		};
	return -ENOENT;
}
