// SPDX-License-Identifier: GPL-2.0
/*
 * fentry and fexit: BPF trampolines, by the function's type, in 5.5 and later (of modules:
 * 5.11). The cheapest there is for one function, and where the boundaries hang.
 */
#include <bpf/bpf.h>
#include <string.h>

#include "attach/mechanism.h"
#include "attach/template.h"
#include "xg_control.h"

#include "exitgraph.skel.h"
#include "util/cleanup.h"
#include "util/log.h"

#define RUN_IOCTL "kvm_arch_vcpu_ioctl_run"

/* Any function will do for the templates to be loaded for. */
#define ANY_FUNCTION RUN_IOCTL

/* Functions whose probes do more than to log a call: which template takes their place. */
struct special {
	const char *name;
	enum { SPECIAL_RUN_IOCTL, SPECIAL_RUN, SPECIAL_OFF_CPU, SPECIAL_ON_CPU } role;
};

static const struct special specials[] = {
	{ RUN_IOCTL, SPECIAL_RUN_IOCTL },
	{ "svm_vcpu_run", SPECIAL_RUN },
	{ "kvm_sched_out", SPECIAL_OFF_CPU },
	{ "kvm_sched_in", SPECIAL_ON_CPU },
};

static bool takes(const struct target_function *function)
{
	return !function->is_clone;
}

/* Templates are loaded for any function, and attached nowhere: their copies are. */
static int prepare(struct exitgraph_bpf *skel, bool wanted)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, skel->obj)
	{
		int r;

		if (strncmp(bpf_program__name(program), "call_", strlen("call_")))
			continue;
		bpf_program__set_autoattach(program, false);
		r = bpf_program__set_attach_target(program, 0, ANY_FUNCTION);
		if (r)
			return err_r(r, "the kernel's type information lacks %s: %s", ANY_FUNCTION,
				     strerror(-r));
	}
	return 0;
}

static const struct bpf_program *entry_template(const struct exitgraph_bpf *skel, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(specials); i++) {
		if (strcmp(name, specials[i].name))
			continue;
		if (specials[i].role == SPECIAL_RUN_IOCTL)
			return skel->progs.call_entry_run_ioctl;
		if (specials[i].role == SPECIAL_ON_CPU)
			return skel->progs.call_entry_on_cpu;
	}
	return skel->progs.call_entry;
}

static const struct bpf_program *return_template(const struct exitgraph_bpf *skel, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(specials); i++) {
		if (strcmp(name, specials[i].name))
			continue;
		if (specials[i].role == SPECIAL_RUN)
			return skel->progs.call_return_run;
		if (specials[i].role == SPECIAL_OFF_CPU)
			return skel->progs.call_return_off_cpu;
	}
	return skel->progs.call_return;
}

static int attach_one(const struct bpf_program *program, const struct target_function *function,
		      u32 code, struct probe *probe)
{
	int r = template_load(program, function, code, &probe->prog_fd);

	if (r)
		return r;
	probe->link_fd = bpf_link_create(probe->prog_fd, 0,
					 bpf_program__expected_attach_type(program), NULL);
	if (probe->link_fd >= 0)
		return 0;
	r = probe->link_fd;
	probe_close(probe);
	return r;
}

static int attach(const struct exitgraph_bpf *skel, const struct target_function *function, u32 id,
		  struct probe pair[2])
{
	int r;

	r = attach_one(return_template(skel, function->name), function, XG_CODE_RETURN(id),
		       &pair[0]);
	if (r)
		return r;
	r = attach_one(entry_template(skel, function->name), function, XG_CODE_ENTRY(id), &pair[1]);
	if (r)
		probe_close(&pair[0]);
	return r;
}

const struct mechanism mechanism_fentry = {
	.name = "fentry+fexit",
	.takes = takes,
	.prepare = prepare,
	.attach = attach,
};
