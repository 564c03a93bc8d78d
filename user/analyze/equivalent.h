/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of one vendor's host is what of the other's: the one place that says so. Each exit
 * reason and each function belongs to a class, and those of one class are compared.
 *
 *	svm_vcpu_run, vmx_vcpu_run				*_vcpu_run
 *	svm_get_rflags, vmx_get_rflags				*_get_rflags
 *	svm_handle_exit, handle_exit [kvm_amd], vmx_handle_exit	*_handle_exit
 *	io_interception, handle_io				(exit handler)
 *	kvm_io_bus_write					kvm_io_bus_write
 *
 * A class may be called by itself, where one vendor has two functions for the other's one:
 * svm_handle_exit calls svm_invoke_exit_handler, cpuid_interception kvm_emulate_cpuid. Such a
 * call is part of its caller.
 *
 * Reasons: a class may hold several of one vendor's, as NPF is EPT_VIOLATION and EPT_MISCONFIG.
 */
#ifndef EXITGRAPH_ANALYZE_EQUIVALENT_H
#define EXITGRAPH_ANALYZE_EQUIVALENT_H

#include "profile/reasons.h"

#define EQUIVALENT_MAX 512

/* What the handlers that belong to a reason, whichever, are to each other. */
#define EQUIVALENT_HANDLER "(exit handler)"

/*
 * The class of function @name of @module, in @buffer: a class of the table; else the name
 * without the vendor's prefix if the module is a vendor's; else the name. Without a clone's
 * suffix in any case.
 */
const char *equivalent_function(const char *name, const char *module, char buffer[EQUIVALENT_MAX]);

/*
 * The class of exit @code on @isa: AMD's name where both vendors have it ("IOIO" is
 * IO_INSTRUCTION, too), else reason_name(). Written to @buffer and returned.
 */
const char *equivalent_reason(enum isa isa, u64 code, char buffer[REASON_NAME_MAX]);

#endif
