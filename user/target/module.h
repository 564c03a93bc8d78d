/* SPDX-License-Identifier: GPL-2.0 */
/* Which of KVM's modules this host has loaded. */
#ifndef EXITGRAPH_TARGET_MODULE_H
#define EXITGRAPH_TARGET_MODULE_H

#include "profile/profile.h"

struct module_missing {
	const char *what;   /* "KVM is not loaded" */
	const char *remedy; /* "modprobe ..." */
};

/* Is kvm loaded, as a module? 0, or -ENOENT with *@missing set. */
int module_find_kvm(struct module_missing *missing);

/* Is kvm_amd (ISA_SVM) or kvm_intel (ISA_VMX)? Likewise. */
int module_find_vendor(enum isa *isa_out, struct module_missing *missing);

#endif
