// SPDX-License-Identifier: GPL-2.0
/*
 * Attach one step of the floors (floor.bpf.c) while a command runs, then say what it counted.
 *
 *	floor STEP MODULE:FUNCTION[,...] COMMAND...	a pair of programs on each function
 *	floor boundary-STEP COMMAND...			at kvm_exit and kvm_entry
 *	floor exitgraph-entry|exitgraph-return MODULE:FUNCTION COMMAND...
 *							exitgraph's own probe, one side alone,
 *							with no vCPU that it knows
 *
 * With an account on stderr: "floor: COUNT counted, least NS".
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.h"
#include "target/host.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "xg_control.h"
#include "xg_state.h"
#include "xg_template.h"

#include "bench_floor.skel.h"
#include "exitgraph.skel.h"

struct step {
	const char *name;
	bool on_functions;
	bool counts;
	const char *first, *second; /* programs */
};

static const struct step steps[] = {
	{ "empty", true, false, "empty_entry", "empty_return" },
	{ "empty-entry", true, false, "empty_entry", NULL },
	{ "empty-return", true, false, "empty_return", NULL },
	{ "clock", true, false, "clock_entry", "clock_return" },
	{ "account", true, true, "account_entry", "account_return" },
	{ "boundary-empty", false, false, "boundary_empty_exit", "boundary_empty_entry" },
	{ "boundary-clock", false, false, "boundary_clock_exit", "boundary_clock_entry" },
	{ "boundary-reason", false, false, "boundary_reason_exit", "boundary_clock_entry" },
	{ "boundary-account", false, true, "boundary_account_exit", "boundary_account_entry" },
};

static const struct step *find_step(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (!strcmp(steps[i].name, name))
			return &steps[i];
	return NULL;
}

/* Which programs are loaded: those of @step, and, where they are asked whose call it is, the one
 * that knows. */
static bool is_wanted(const struct step *step, const char *program)
{
	return !strcmp(program, step->first) || (step->second && !strcmp(program, step->second)) ||
	       (step->on_functions && step->counts && !strcmp(program, "vcpu_note"));
}

/* Any function will do to load a program for whose copies are attached. */
#define ANY_FUNCTION "kvm_arch_vcpu_ioctl_run"

static int load(struct bench_floor *skel, const struct step *step, bool is_svm)
{
	struct bpf_program *program;
	int r;

	skel->rodata->is_svm = is_svm;
	for (size_t i = 0; i < FLOOR_SUMS; i++)
		skel->bss->sums[i].min_ns = ~0ULL;
	bpf_object__for_each_program(program, skel->obj)
	{
		bool is_template = bpf_program__expected_attach_type(program) != BPF_TRACE_RAW_TP;

		bpf_program__set_autoload(program, is_wanted(step, bpf_program__name(program)));
		bpf_program__set_autoattach(program, !is_template);
		if (is_template)
			bpf_program__set_attach_target(program, 0, ANY_FUNCTION);
	}
	r = bench_floor__load(skel);
	if (!r)
		r = bench_floor__attach(skel);
	return r ? err_r(r, "cannot load %s: %s", step->name, strerror(-r)) : 0;
}

static const char *const modules[] = { "kvm", "kvm_amd", "kvm_intel" };

/* The modules' type information: to name a function, and for the kernel. */
struct types {
	struct btf *vmlinux;
	struct btf *of[ARRAY_SIZE(modules)]; /* NULL: not loaded */
	int fds[ARRAY_SIZE(modules)];
};

/* Stays until the end of this process. */
static int types_load(struct types *types)
{
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(modules); i++)
		types->fds[i] = -1;
	r = target_btf_fds(modules, ARRAY_SIZE(modules), types->fds);
	if (r)
		return r;
	types->vmlinux = btf__load_vmlinux_btf();
	if (!types->vmlinux)
		return err_r(-errno, "cannot read the kernel's types: %s", strerror(errno));
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++)
		if (types->fds[i] >= 0)
			types->of[i] = btf__load_module_btf(modules[i], types->vmlinux);
	return 0;
}

/* A function that is attached to: number @i of them. */
struct place {
	u32 i;
	int btf_fd;
	int btf_id;
};

/* "module:function"; 0, or -ENOENT (not said). */
static int place_find(const struct types *types, const char *name, struct place *place)
{
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		size_t len = strlen(modules[i]);

		if (!types->of[i] || strncmp(name, modules[i], len) || name[len] != ':')
			continue;
		place->btf_fd = types->fds[i];
		place->btf_id = btf__find_by_name_kind(types->of[i], name + len + 1, BTF_KIND_FUNC);
		if (place->btf_id > 0)
			return 0;
	}
	return -ENOENT;
}

/* A copy of @program, of that type, which is attached until this process ends. */
static int attach_copy(const struct bpf_program *program, enum bpf_attach_type type,
		       const struct place *place)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = type,
		    .attach_btf_id = place->btf_id, .attach_btf_obj_fd = place->btf_fd);
	size_t cnt = bpf_program__insn_cnt(program);
	_cleanup_free_ struct bpf_insn *insns = malloc(cnt * sizeof(*insns));
	int fd;

	if (!insns)
		return -ENOMEM;
	memcpy(insns, bpf_program__insns(program), cnt * sizeof(*insns));
	for (size_t at = 0; at < cnt; at++)
		if (insns[at].imm == XG_TEMPLATE_CODE)
			insns[at].imm = place->i;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, bpf_program__name(program), "GPL", insns, cnt,
			   &options);
	if (fd < 0 || bpf_link_create(fd, 0, type, NULL) < 0)
		return -errno;
	return 0;
}

/* The programs of @step, the second first: who returns must not have been seen to enter only. */
static int attach_copies(const struct bench_floor *skel, const struct types *types,
			 const struct step *step, char *names)
{
	const char *const programs[] = { step->second, step->first };
	struct place place = { 0 };
	char *name;
	int r = 0;

	for (; !r && (name = strsep(&names, ",")); place.i++) {
		if (place.i == FLOOR_SUMS)
			return err_r(-E2BIG, "%d functions at most", FLOOR_SUMS);
		r = place_find(types, name, &place);
		for (size_t k = 0; !r && k < ARRAY_SIZE(programs); k++) {
			const struct bpf_program *program;

			if (!programs[k])
				continue;
			program = bpf_object__find_program_by_name(skel->obj, programs[k]);
			r = attach_copy(program, bpf_program__expected_attach_type(program),
					&place);
		}
		if (r)
			err_r(r, "cannot attach to %s: %s", name, strerror(-r));
	}
	return r;
}

static int attach_step(struct bench_floor *skel, const struct step *step, char *names)
{
	struct types types = { 0 };
	int r = types_load(&types);

	if (!r)
		r = load(skel, step, types.fds[1] >= 0);
	if (!r && step->on_functions)
		r = attach_copies(skel, &types, step, names);
	return r;
}

/* exitgraph's probes: a template there, and what its copies are. */
static const struct probe {
	const char *name;
	const char *program;
	enum bpf_attach_type type;
} probes[] = {
	{ "exitgraph-entry", "call_entry", BPF_TRACE_FENTRY },
	{ "exitgraph-return", "call_return", BPF_TRACE_FEXIT },
};

static const struct probe *find_probe(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++)
		if (!strcmp(probes[i].name, name))
			return &probes[i];
	return NULL;
}

/*
 * exitgraph's own probe, alone: what it takes where the task is no vCPU. Set up as by
 * attach_open(); not armed, and none of its other programs is there.
 */
static int attach_exitgraph(const struct probe *probe, const char *function)
{
	struct exitgraph_bpf *skel = exitgraph_bpf__open();
	struct place place = { .i = XG_TEMPLATE_CODE };
	struct bpf_program *program;
	struct types types = { 0 };
	int r;

	if (!skel)
		return err_r(-errno, "cannot open exitgraph's programs: %s", strerror(errno));
	for (size_t i = 0; i < ARRAY_SIZE(skel->bss->task_slot); i++)
		skel->bss->task_slot[i] = XG_SLOT_NONE;
	bpf_object__for_each_program(program, skel->obj) bpf_program__set_autoload(
		program, !strcmp(bpf_program__name(program), probe->program));
	r = types_load(&types);
	if (!r)
		r = exitgraph_bpf__load(skel);
	if (!r)
		r = place_find(&types, function, &place);
	if (!r)
		r = attach_copy(bpf_object__find_program_by_name(skel->obj, probe->program),
				probe->type, &place);
	return r ? err_r(r, "cannot attach %s: %s", probe->program, strerror(-r)) : 0;
}

static void print_counts(const struct floor_sum *sums)
{
	u64 cnt = 0, least = ~0ULL;

	for (size_t i = 0; i < FLOOR_SUMS; i++) {
		cnt += sums[i].cnt;
		if (sums[i].min_ns < least)
			least = sums[i].min_ns;
	}
	fprintf(stderr, "floor: %llu counted, least %llu\n", (unsigned long long)cnt,
		(unsigned long long)least);
}

static int run(char **argv)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	const struct step *step = argc > 1 ? find_step(argv[1]) : NULL;
	const struct probe *probe = argc > 1 ? find_probe(argv[1]) : NULL;
	const struct rlimit limit = { 65536, 65536 };
	int command = step && !step->on_functions ? 2 : 3, r;
	struct bench_floor *skel;

	if ((!step && !probe) || argc <= command) {
		fputs("Usage: floor STEP [MODULE:FUNCTION[,...]] COMMAND...\n", stderr);
		return 2;
	}
	setrlimit(RLIMIT_NOFILE, &limit);
	if (probe)
		return attach_exitgraph(probe, argv[2]) ? 1 : run(argv + command);
	skel = bench_floor__open();
	if (!skel || attach_step(skel, step, argv[2]))
		return 1;
	r = run(argv + command);
	if (step->counts)
		print_counts(skel->bss->sums);
	return r;
}
