// SPDX-License-Identifier: GPL-2.0
#include "attach/watch.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "xg_control.h"

#include "exitgraph.skel.h"
#include "util/cleanup.h"
#include "util/log.h"

void watch_prepare(struct exitgraph_bpf *skel)
{
	/* libbpf maps .rodata writable until the object is loaded. */
	struct xg_config *config = (struct xg_config *)&skel->rodata->config;

	config->watch = 1;
	bpf_program__set_autoload(skel->progs.watch_programs, true);
}

static u32 program_id(int prog_fd)
{
	struct bpf_prog_info info = { 0 };
	u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(prog_fd, &info, &size) ? 0 : info.id;
}

/* Have the kernel show each of its programs to watch_programs. */
static int read_programs(struct exitgraph_bpf *skel)
{
	int prog_fd = bpf_program__fd(skel->progs.watch_programs);
	_cleanup_close_ int link_fd = -1, fd = -1;
	char nothing[64];

	link_fd = bpf_link_create(prog_fd, 0, BPF_TRACE_ITER, NULL);
	if (link_fd < 0)
		return link_fd;
	fd = bpf_iter_create(link_fd);
	if (fd < 0)
		return fd;
	return read(fd, nothing, sizeof(nothing)) < 0 ? -errno : 0;
}

int watch_start(struct exitgraph_bpf *skel, const struct probes *probes)
{
	struct xg_control *control = &skel->bss->control;
	size_t cnt = 0;
	int r = 0;

	for (size_t i = 0; i < probes->cnt && cnt < XG_WATCHED; i++)
		if (probes->v[i].is_of_many)
			control->watched_id[cnt++] = program_id(probes->v[i].prog_fd);
	if (cnt && skel->rodata->config.watch)
		r = read_programs(skel);
	for (size_t i = 0; !r && i < cnt && skel->rodata->config.watch; i++)
		r = control->watched_misses[i] ? 0 : -ENOENT;
	return r ? err_r(r, "cannot watch for probes that the kernel skips: %s", strerror(-r)) : 0;
}
