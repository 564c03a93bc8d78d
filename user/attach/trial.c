// SPDX-License-Identifier: GPL-2.0
#include "attach/trial.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/inside.h"
#include "attach/mechanism.h"
#include "attach/template.h"
#include "target/btf_find.h"
#include "target/host.h"
#include "util/cleanup.h"
#include "util/stopwatch.h"
#include "xg_state.h"

#include "exitgraph.skel.h"

#define SLOT 0 /* whose state is borrowed; nobody has it before all is armed */

/*
 * Linux 5.5 to 7.2, in the order in which a test run calls them; the last is there since 6.8. The
 * first six take 1 to 6 arguments, the others a pointer.
 */
static const struct {
	const char *name;
	u32 arg_cnt;
} functions[] = {
	{ "bpf_fentry_test1", 1 }, { "bpf_fentry_test2", 2 }, { "bpf_fentry_test3", 3 },
	{ "bpf_fentry_test4", 4 }, { "bpf_fentry_test5", 5 }, { "bpf_fentry_test6", 6 },
	{ "bpf_fentry_test7", 1 }, { "bpf_fentry_test8", 1 }, { "bpf_fentry_test9", 1 },
};

_Static_assert(ARRAY_SIZE(functions) == TRIAL_FUNCTIONS, "as the header says");

/*
 * Those that go together. What is between the return of one and the entry of the next tells what
 * a call costs around it, so they come one right after the other; the first takes the most
 * arguments, and the fewest.
 */
static const struct {
	u32 from, cnt;
} groups[] = { { 4, 3 }, { 0, 2 }, { 7, 2 } };

struct trial {
	struct attach *attach;
	struct xg_vcpu_state *state;
	u32 *place; /* of our task in task_slot[] */
	int trigger_fd;
	int filter_fd; /* any program for which a test run ends in bpf_test_finish() */
	int vmlinux_fd;
	size_t group_cnt; /* taken */
	struct target_function targets[TRIAL_FUNCTIONS];
	struct attach_function functions[TRIAL_FUNCTIONS];
};

/* As it was: what the boundaries' trial leaves, too. */
static void give_back(struct xg_vcpu_state *st)
{
	st->task = 0;
	st->log_n = 0;
	st->phase = XG_PHASE_NONE;
	st->exit_clock_ns = 0;
	st->exits_seen_at = 0;
	st->loss[XG_LOSS_PROBE_NS] = 0;
}

void trial_free(struct trial **trial_ptr)
{
	struct trial *trial = *trial_ptr;

	if (!trial)
		return;
	if (trial->place)
		*trial->place = XG_SLOT_NONE;
	if (trial->state)
		give_back(trial->state);
	cleanup_close(&trial->filter_fd);
	cleanup_close(&trial->vmlinux_fd);
	free(trial);
	*trial_ptr = NULL;
}

/* The address of this thread's task, half by half: a test run returns 32 bits. */
static int find_task(const struct exitgraph_bpf *skel, u64 *out)
{
	int fd = bpf_program__fd(skel->progs.trial_task);

	*out = 0;
	for (u64 bit = 0; bit < 64; bit += 32) {
		LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &bit, .ctx_size_in = sizeof(bit));
		int r = bpf_prog_test_run_opts(fd, &options);

		if (r)
			return r;
		*out |= (u64)options.retval << bit;
	}
	return 0;
}

/* From here on this thread has a state: what probes in it see goes into the log. */
static int take_state(struct trial *trial)
{
	struct exitgraph_bpf *skel = trial->attach->skel;
	u32 *place;
	u64 task;
	int r = find_task(skel, &task);

	if (r)
		return r;
	/* As task_slot_of() in bpf/self.h. */
	place = &skel->bss->task_slot[task * 0x9e3779b97f4a7c15ULL >> (64 - XG_TASK_SLOTS_SHIFT)];
	if (*place != XG_SLOT_NONE || skel->bss->control.armed)
		return -EBUSY;
	trial->state = &trial->attach->states[SLOT];
	trial->place = place;
	trial->state->log_n = 0;
	trial->state->task = task;
	*place = SLOT;
	return 0;
}

static void cleanup_btf(struct btf **btf)
{
	btf__free(*btf);
}

static int find_functions(struct trial *trial)
{
	static const char *const vmlinux_name = TARGET_VMLINUX;
	_cleanup_(cleanup_btf) struct btf *vmlinux = btf__parse(TARGET_VMLINUX_PATH, NULL);
	size_t cnt = 0;
	int r;

	if (!vmlinux)
		return -errno;
	/* By its descriptor: what serves many functions has to name its object. */
	r = target_btf_fds(&vmlinux_name, 1, &trial->vmlinux_fd);
	if (r)
		return r;
	for (size_t i = 0; i < TRIAL_FUNCTIONS; i++) {
		trial->targets[i] = (struct target_function){
			.name = (char *)functions[i].name,
			.module = TARGET_VMLINUX,
			.btf_fd = trial->vmlinux_fd,
			.btf_id = btf_find_own(vmlinux, functions[i].name, BTF_KIND_FUNC),
			.arg_cnt = functions[i].arg_cnt,
		};
		trial->functions[i].target = &trial->targets[i];
		cnt += trial->targets[i].btf_id != 0;
	}
	return cnt ? 0 : -ENOENT;
}

int trial_new(struct attach *attach, struct trial **out)
{
	_cleanup_(trial_free) struct trial *trial = calloc(1, sizeof(*trial));
	int r;

	if (!trial)
		return -ENOMEM;
	trial->attach = attach;
	trial->vmlinux_fd = -1;
	trial->filter_fd = -1;
	/* Of a program for function entries a test run does not run the program, but the functions
	 * (bpf_prog_test_run_tracing()); any will do. */
	trial->trigger_fd = bpf_program__fd(attach->skel->progs.vcpu_destroy);
	r = find_functions(trial);
	if (!r)
		r = take_state(trial);
	if (!r)
		*out = TAKE_PTR(trial);
	return r;
}

static bool has_group(const struct trial *trial, size_t group)
{
	for (u32 i = 0; i < groups[group].cnt; i++)
		if (!trial->targets[groups[group].from + i].btf_id)
			return false;
	return true;
}

/* The next group that this kernel has all functions of; their number if there is none. */
static size_t next_group(const struct trial *trial)
{
	size_t group = trial->group_cnt;

	while (group < ARRAY_SIZE(groups) && !has_group(trial, group))
		group++;
	return group;
}

int trial_next(const struct trial *trial, u32 *first_out, u32 *arg_cnts, u32 *cnt_out)
{
	size_t group = next_group(trial);

	if (group == ARRAY_SIZE(groups))
		return -ENOSPC;
	*first_out = XG_ID_FUNCTION + groups[group].from;
	*cnt_out = groups[group].cnt;
	for (u32 i = 0; i < groups[group].cnt; i++)
		arg_cnts[i] = functions[groups[group].from + i].arg_cnt;
	return 0;
}

int trial_attach(struct trial *trial, const struct mechanism *mechanism)
{
	const volatile bool never = false;
	struct attach_function *todo[TRIAL_FUNCTIONS];
	struct attaching attaching = {
		.skel = trial->attach->skel,
		.templates = &trial->attach->templates,
		.features = &trial->attach->features,
		.probes = &trial->attach->trial_probes,
		.functions = trial->functions,
		.cnt = TRIAL_FUNCTIONS,
		.stop = &never,
	};
	size_t group = next_group(trial), probe_cnt = attaching.probes->cnt;
	int r;

	if (group == ARRAY_SIZE(groups))
		return -ENOSPC;
	for (u32 i = 0; i < groups[group].cnt; i++)
		todo[i] = &trial->functions[groups[group].from + i];
	r = mechanism->attach(&attaching, todo, groups[group].cnt);
	for (u32 i = 0; !r && i < groups[group].cnt; i++)
		r = todo[i]->error;
	if (r)
		probes_cut(attaching.probes, probe_cnt);
	else
		trial->group_cnt = group + 1;
	return r;
}

static void log_of(const struct xg_vcpu_state *st, const struct xg_record **records,
		   size_t *cnt_out)
{
	u64 cnt = st->log_n;

	*records = st->log;
	*cnt_out = cnt < XG_LOG_RECORDS ? cnt : XG_LOG_RECORDS;
}

int trial_run(struct trial *trial, u32 times, u64 *ns_out, const struct xg_record **records,
	      size_t *cnt_out)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);
	struct xg_vcpu_state *st = trial->state;
	u64 start_ns;
	int r = 0;

	if (times > TRIAL_TIMES_MAX)
		return -EINVAL;
	st->log_n = 0;
	start_ns = stopwatch_now_ns();
	for (u32 i = 0; !r && i < times; i++)
		r = bpf_prog_test_run_opts(trial->trigger_fd, &options);
	*ns_out = stopwatch_now_ns() - start_ns;
	log_of(st, records, cnt_out);
	return r;
}

int trial_attach_boundaries(struct trial *trial)
{
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int prog_fd = bpf_program__fd(trial->attach->skel->progs.trial_boundary), r = 0;
	struct probes *probes = &trial->attach->trial_probes;
	size_t probe_cnt = probes->cnt;

	trial->filter_fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "xg_nothing", "GPL", nothing,
					 ARRAY_SIZE(nothing), NULL);
	if (trial->filter_fd < 0)
		return trial->filter_fd;
	/* A tracepoint takes a program once; a copy is another. */
	for (int i = 0; !r && i < 2; i++) {
		struct probe probe = PROBE_INIT;

		r = i ? template_load(
				&trial->attach->templates,
				trial->attach->skel->progs.trial_boundary,
				&(struct template_use){ .type = BPF_PROG_TYPE_RAW_TRACEPOINT },
				&probe.prog_fd)
		      : 0;
		if (!r)
			probe.link_fd = bpf_raw_tracepoint_open("bpf_test_finish",
								i ? probe.prog_fd : prog_fd);
		if (!r)
			r = probe.link_fd < 0 ? probe.link_fd : probes_add(probes, &probe);
		probe_close(&probe);
	}
	if (r)
		probes_cut(probes, probe_cnt);
	else
		trial->state->phase = XG_PHASE_GUEST;
	return r;
}

int trial_run_boundaries(struct trial *trial, u32 times, const struct xg_record **records,
			 size_t *cnt_out)
{
	static const char packet[64];
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet));
	int r = times > TRIAL_TIMES_MAX ? -EINVAL : 0;

	trial->state->log_n = 0;
	for (u32 i = 0; !r && i < times; i++)
		r = bpf_prog_test_run_opts(trial->filter_fd, &options);
	log_of(trial->state, records, cnt_out);
	return r;
}
