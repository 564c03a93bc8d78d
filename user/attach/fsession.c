// SPDX-License-Identifier: GPL-2.0
/*
 * fsession: one program a function, run at the entry and at the return through one trampoline
 * (Linux 7.0). Half as many programs and links as fentry and fexit, so attached in half the
 * time; but a call costs more, for a session has more to set up, and where the kernel skips the
 * program nothing is left to see of the call: in a task that another one was preempted for in
 * it. So it is taken only when the user says so; and, where functions are many, for those that
 * never are preempted.
 */
#include <bpf/bpf.h>

#include "attach/mechanism.h"
#include "attach/special.h"
#include "attach/template.h"

#include "exitgraph.skel.h"

static bool offered(const struct features *features)
{
	return features->fsession;
}

/* Where only one side does more than to log a call, two programs are simpler. */
static bool can(const struct target_function *function)
{
	return !function->is_clone && special_of(function->name) == SPECIAL_NONE;
}

/* KVM has preemption disabled around them. */
static bool takes(const struct target_function *function)
{
	enum special special = special_of(function->name);

	return special == SPECIAL_SWITCHING || special == SPECIAL_RUN;
}

static const struct bpf_program *template_of(const struct exitgraph_bpf *skel,
					     const struct target_function *function)
{
	return special_of(function->name) == SPECIAL_RUN ? skel->progs.call_session_run
							 : skel->progs.call_session;
}

static void prepare(struct exitgraph_bpf *skel)
{
	bpf_program__set_autoload(skel->progs.call_session, true);
	bpf_program__set_autoload(skel->progs.call_session_run, true);
}

static int attach_one(struct attaching *attaching, const struct target_function *function, u32 id)
{
	const struct template_use use = {
		.type = BPF_PROG_TYPE_TRACING,
		.attach_type = XG_TRACE_FSESSION,
		.btf_fd = function->btf_fd,
		.btf_id = function->btf_id,
		.id = id,
		.is_return_id = attaching->features->is_return_id,
	};
	struct probe probe = PROBE_INIT;
	int r = template_load(attaching->templates, template_of(attaching->skel, function), &use,
			      &probe.prog_fd);

	if (r)
		return r;
	probe.link_fd = bpf_link_create(probe.prog_fd, 0, XG_TRACE_FSESSION, NULL);
	if (probe.link_fd >= 0)
		return probes_add(attaching->probes, &probe);
	r = probe.link_fd;
	probe_close(&probe);
	return r;
}

static int attach(struct attaching *attaching, struct attach_function **todo, size_t cnt)
{
	return mechanism_attach_each(attaching, todo, cnt, &mechanism_fsession, attach_one);
}

const struct mechanism mechanism_fsession = {
	.option = "fsession",
	.name = "fsession",
	.use = "SVM's run function, where functions are 500 or more",
	.needs = "BPF_TRACE_FSESSION (Linux 7.0)",
	.is_session = true,
	.offered = offered,
	.can = can,
	.least = MECHANISM_MANY,
	.takes = takes,
	.prepare = prepare,
	.attach = attach,
};
