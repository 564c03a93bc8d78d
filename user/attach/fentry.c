// SPDX-License-Identifier: GPL-2.0
/*
 * fentry and fexit: BPF trampolines, by the function's type, in 5.5 and later (of modules:
 * 5.11). Two programs a function. If the kernel skips one of them, since it is running on that
 * CPU, the other still tells: the accounting misses one side of the call and drops the cycle.
 */
#include <bpf/bpf.h>

#include "attach/mechanism.h"
#include "attach/pair.h"
#include "attach/special.h"
#include "attach/template.h"

#include "exitgraph.skel.h"

static bool offered(const struct features *features)
{
	return true; /* else this host cannot be profiled: user/target/requirements.c */
}

static bool takes(const struct target_function *function)
{
	return !function->is_clone;
}

static void prepare(struct exitgraph_bpf *skel)
{
	pair_prepare(skel);
	bpf_program__set_autoload(skel->progs.call_return_run, true);
}

static int link_one(const struct attaching *attaching, const struct bpf_program *program,
		    int attach_type, const struct target_function *function, u32 id,
		    struct probe *probe)
{
	const struct template_use use = {
		.type = BPF_PROG_TYPE_TRACING,
		.attach_type = attach_type,
		.btf_fd = function->btf_fd,
		.btf_id = function->btf_id,
		.id = id,
	};
	int r = template_load(attaching->templates, program, &use, &probe->prog_fd);

	if (r)
		return r;
	probe->link_fd = bpf_link_create(probe->prog_fd, 0, attach_type, NULL);
	return probe->link_fd < 0 ? probe->link_fd : 0;
}

/*
 * The entry first: what a link replaces is patched once more if it had a fexit program in it
 * (2 M of 20 M instructions a function on 6.1). For the same reason the return goes first when
 * they are taken away, which is in the order of the probes.
 */
static int attach_one(struct attaching *attaching, const struct target_function *function, u32 id)
{
	const struct exitgraph_bpf *skel = attaching->skel;
	struct probe entry = PROBE_INIT, exit = PROBE_INIT;
	int r;

	r = link_one(attaching, pair_entry(skel, function->name), BPF_TRACE_FENTRY, function, id,
		     &entry);
	if (!r)
		r = link_one(attaching,
			     pair_return(skel, function->name, skel->progs.call_return_run),
			     BPF_TRACE_FEXIT, function, id, &exit);
	if (!r)
		r = probes_add(attaching->probes, &exit);
	if (!r)
		r = probes_add(attaching->probes, &entry);
	probe_close(&exit);
	probe_close(&entry);
	return r;
}

static int attach(struct attaching *attaching, struct attach_function **todo, size_t cnt)
{
	return mechanism_attach_each(attaching, todo, cnt, &mechanism_fentry, attach_one);
}

const struct mechanism mechanism_fentry = {
	.option = "fentry",
	.name = "fentry+fexit",
	.use = "functions with type information",
	.needs = "BPF trampolines for modules (Linux 5.17)",
	.is_quicker_held = true,
	.offered = offered,
	.can = takes,
	.takes = takes,
	.prepare = prepare,
	.attach = attach,
};
