// SPDX-License-Identifier: GPL-2.0
/*
 * kprobe and kretprobe: for the compiler's clones, which have no type. Made through
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

#include "attach/mechanism.h"
#include "attach/template.h"
#include "xg_control.h"

#include "exitgraph.skel.h"
#include "util/cleanup.h"
#include "util/log.h"

#define PMU "/sys/bus/event_source/devices/kprobe/"

static bool takes(const struct target_function *function)
{
	return function->is_clone;
}

/* Not even loaded unless wanted: not every kernel has kprobes. */
static int prepare(struct exitgraph_bpf *skel, bool wanted)
{
	bpf_program__set_autoload(skel->progs.clone_entry, wanted);
	bpf_program__set_autoload(skel->progs.clone_return, wanted);
	if (wanted && access(PMU "type", R_OK))
		return err_r(-errno,
			     "the compiler's clones cannot be traced: this kernel has no kprobes "
			     "for perf (" PMU "); leave out --clones");
	return 0;
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
	char symbol[256];
	int fd;

	if (type < 0 || bit < 0)
		return type < 0 ? type : bit;
	snprintf(symbol, sizeof(symbol), "%s:%s", function->module, function->name);
	attr.type = type;
	attr.config = is_return ? 1ULL << bit : 0;
	attr.kprobe_func = (uintptr_t)symbol;
	/* On one CPU for perf's sake; the program runs on all of them. */
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int attach_one(const struct bpf_program *program, const struct target_function *function,
		      u32 code, bool is_return, struct probe *probe)
{
	_cleanup_close_ int event_fd = open_event(function, is_return);
	int r;

	if (event_fd < 0)
		return event_fd;
	r = template_load(program, NULL, code, &probe->prog_fd);
	if (r)
		return r;
	/* The link keeps the event. */
	probe->link_fd = bpf_link_create(probe->prog_fd, event_fd, BPF_PERF_EVENT, NULL);
	if (probe->link_fd >= 0)
		return 0;
	r = probe->link_fd;
	probe_close(probe);
	return r;
}

/*
 * Of the probes at one address the latest runs first: so that of the return comes later, and
 * what it takes to set it up is over when the entry's program reads the clock.
 */
static int attach(const struct exitgraph_bpf *skel, const struct target_function *function, u32 id,
		  struct probe pair[2])
{
	int r;

	r = attach_one(skel->progs.clone_entry, function, XG_CODE_ENTRY(id), false, &pair[0]);
	if (r)
		return r;
	r = attach_one(skel->progs.clone_return, function, XG_CODE_RETURN(id), true, &pair[1]);
	if (r)
		probe_close(&pair[0]);
	return r;
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

const struct mechanism mechanism_kprobe = {
	.name = "kprobe+kretprobe (clones)",
	.takes = takes,
	.prepare = prepare,
	.attach = attach,
	.missed = missed,
};
