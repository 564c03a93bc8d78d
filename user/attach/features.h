/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this kernel's BPF offers for attaching, by its own type information and by loading
 * programs that are never attached; no version number is asked.
 */
#ifndef EXITGRAPH_ATTACH_FEATURES_H
#define EXITGRAPH_ATTACH_FEATURES_H

#include <bpf/btf.h>
#include <stdbool.h>

#include "xg_types.h"

/* enum bpf_attach_type, as of Linux 7.2: the numbers are the kernel's for good. */
#define XG_TRACE_KPROBE_SESSION 56
#define XG_TRACE_FSESSION	58
#define XG_TRACE_FENTRY_MULTI	59
#define XG_TRACE_FEXIT_MULTI	60
#define XG_TRACE_FSESSION_MULTI 61

struct features {
	u32 is_return_id;    /* BTF id of bpf_session_is_return(); 0 = there is none */
	bool kprobe_session; /* kprobe.session through fprobe */
	bool fsession;	     /* one program for a function's entry and return */
	bool multi;	     /* fentry.multi and fexit.multi: a program for many functions */
	bool fsession_multi; /* one for their entries and returns */
	bool perf_kprobe;    /* kprobes through perf_event_open() */
	size_t set_cnt; /* not the kernel's: of how many functions there is a choice to be made */
};

/* What somebody has read of the kernel's BTF already. */
struct features_known {
	u32 is_return_id; /* as above */
	int btf_fd;	  /* a module's, */
	u32 btf_id;	  /* and any of its functions that a program may be loaded for */
};

/*
 * Ask the running kernel, and of sessions only if @sessions are asked for: for these its BTF must
 * be read, which takes 35 ms in an emulated host, unless it is @known (else NULL). What it lacks is
 * no error: 0, or -errno (said).
 */
int features_read(bool sessions, const struct features_known *known, struct features *features);

/* What of it the kernel's BTF tells: of sessions. The rest is left as it is. */
void features_from_btf(const struct btf *vmlinux, struct features *features);

#endif
