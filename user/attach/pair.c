// SPDX-License-Identifier: GPL-2.0
#include "attach/pair.h"

#include <bpf/libbpf.h>

#include "attach/special.h"
#include "xg_control.h"

#include "exitgraph.skel.h"
#include "util/cleanup.h"

void pair_prepare(struct exitgraph_bpf *skel)
{
	struct bpf_program *programs[] = {
		skel->progs.call_entry,		  skel->progs.call_return,
		skel->progs.call_entry_run_ioctl, skel->progs.call_return_run_ioctl,
		skel->progs.call_return_off_cpu,  skel->progs.call_entry_on_cpu,
	};

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		bpf_program__set_autoload(programs[i], true);
}

const struct bpf_program *pair_entry(const struct exitgraph_bpf *skel, const char *function)
{
	switch (special_of(function)) {
	case SPECIAL_RUN_IOCTL:
		return skel->progs.call_entry_run_ioctl;
	case SPECIAL_ON_CPU:
		return skel->progs.call_entry_on_cpu;
	default:
		return skel->progs.call_entry;
	}
}

const struct bpf_program *pair_return(const struct exitgraph_bpf *skel, const char *function,
				      const struct bpf_program *run)
{
	switch (special_of(function)) {
	case SPECIAL_RUN_IOCTL:
		return skel->progs.call_return_run_ioctl;
	case SPECIAL_RUN:
		return run;
	case SPECIAL_OFF_CPU:
		return skel->progs.call_return_off_cpu;
	default:
		return skel->progs.call_return;
	}
}
