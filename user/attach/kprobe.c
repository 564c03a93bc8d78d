// SPDX-License-Identifier: GPL-2.0
/*
 * kprobe and kretprobe: for the compiler's clones, which have no type, and for all else where
 * the user wants that (two to three times the cost of a trampoline). Made through
 * perf_event_open(), so that they are the descriptor's and go with it; never through tracefs,
 * whose kprobe_events outlive whoever made them.
 *
 * What the kernel may skip, and who counts it:
 *
 *  - one probe inside of another's handler, and a call for which no return probe is left
 *    (they are as many as CPUs, or 10 and more on preemptible kernels; perf has no way to
 *    ask for others): `missed` of the link since 6.7, nobody before;
 *  - a program while another one of a kprobe or tracepoint runs on that CPU:
 *    recursion_misses of the program since 6.7, nobody before.
 *
 * A call of which one side is missing is found out by the accounting on every kernel, which
 * drops the cycle and counts it as cycles_mismatched.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach/kprobe.h"
#include "attach/mechanism.h"
#include "attach/pair.h"
#include "attach/template.h"
#include "target/host.h"

#include "exitgraph.skel.h"
#include "util/cleanup.h"

#define PMU "/sys/bus/event_source/devices/kprobe/"

bool kprobe_is_offered(void)
{
	return !access(PMU "type", R_OK);
}

static bool offered(const struct features *features)
{
	return features->perf_kprobe;
}

static bool can(const struct target_function *function)
{
	return true;
}

static bool takes(const struct target_function *function)
{
	return function->is_clone;
}

static void prepare(struct exitgraph_bpf *skel)
{
	pair_prepare(skel);
	bpf_program__set_autoload(skel->progs.kprobe_return_run, true);
}

/* The number in a small file, after @format's text; -errno if there is none. */
static int read_number(const char *path, const char *format)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	int number;

	if (!f)
		return -errno;
	return fscanf(f, format, &number) == 1 ? number : -EINVAL;
}

/* The event of a probe on @function's first instruction, or on its return. */
static int open_event(const struct target_function *function, bool is_return)
{
	int type = read_number(PMU "type", "%d");
	int bit = read_number(PMU "format/retprobe", "config:%d");
	struct perf_event_attr attr = { .size = sizeof(attr) };
	bool is_in_module = strcmp(function->module, TARGET_VMLINUX);
	char symbol[256];
	int fd;

	if (type < 0 || bit < 0)
		return type < 0 ? type : bit;
	/* The kernel's own functions are in no module. */
	snprintf(symbol, sizeof(symbol), "%s%s%s", is_in_module ? function->module : "",
		 is_in_module ? ":" : "", function->name);
	attr.type = type;
	attr.config = is_return ? 1ULL << bit : 0;
	attr.kprobe_func = (uintptr_t)symbol;
	/* On one CPU for perf's sake; the program runs on all of them. */
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The head of struct bpf_link_info as of Linux 6.7, for a kprobe's perf event. */
struct kprobe_link_info {
	u32 type, id, prog_id, pad;
	u32 event_type, pad2; /* enum bpf_perf_event_type */
	u64 func_name;
	u32 name_len, offset;
	u64 addr, missed;
};

#define EVENT_KPROBE	3
#define EVENT_KRETPROBE 4

static u64 missed(const struct probe *probe)
{
	struct kprobe_link_info info = { 0 };
	u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(probe->link_fd, &info, &size) || size < sizeof(info))
		return 0;
	if (info.event_type != EVENT_KPROBE && info.event_type != EVENT_KRETPROBE)
		return 0;
	return info.missed;
}

static int add(struct attaching *attaching, const struct bpf_program *program,
	       const struct target_function *function, u32 id, bool is_return)
{
	_cleanup_close_ int event_fd = open_event(function, is_return);
	const struct template_use use = { .type = BPF_PROG_TYPE_KPROBE, .id = id };
	struct probe probe = PROBE_INIT;
	int r;

	if (event_fd < 0)
		return event_fd;
	r = template_load(attaching->templates, program, &use, &probe.prog_fd);
	if (r)
		return r;
	/* The link keeps the event. */
	probe.link_fd = bpf_link_create(probe.prog_fd, event_fd, BPF_PERF_EVENT, NULL);
	probe.missed = missed;
	if (probe.link_fd >= 0)
		return probes_add(attaching->probes, &probe);
	r = probe.link_fd;
	probe_close(&probe);
	return r;
}

/*
 * Of the probes at one address the latest runs first: so that of the return comes later, and
 * what it takes to set it up is over when the entry's program reads the clock.
 */
static int attach_one(struct attaching *attaching, const struct target_function *function, u32 id)
{
	int r;

	r = add(attaching, pair_entry(attaching->skel, function->name), function, id, false);
	return r ? r
		 : add(attaching,
		       pair_return(attaching->skel, function->name,
				   attaching->skel->progs.kprobe_return_run),
		       function, id, true);
}

static int attach(struct attaching *attaching, struct attach_function **todo, size_t cnt)
{
	return mechanism_attach_each(attaching, todo, cnt, &mechanism_kprobe, attach_one);
}

const struct mechanism mechanism_kprobe = {
	.option = "kprobe",
	.name = "kprobe+kretprobe",
	.use = "the compiler's clones",
	.needs = "kprobes for perf (" PMU ")",
	.offered = offered,
	.can = can,
	.takes = takes,
	.prepare = prepare,
	.attach = attach,
};
