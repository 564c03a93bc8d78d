// SPDX-License-Identifier: GPL-2.0
#include "attach/probes.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

#include "attach/memory.h"
#include "util/cleanup.h"

void probe_close(struct probe *probe)
{
	cleanup_close(&probe->link_fd);
	cleanup_close(&probe->prog_fd);
	probe->link_fd = -1;
	probe->prog_fd = -1;
}

int probes_add(struct probes *probes, struct probe *probe)
{
	if (probes->cnt == probes->cap) {
		size_t cap = probes->cap ? 2 * probes->cap : 256;
		void *v = realloc(probes->v, cap * sizeof(*probes->v));

		if (!v) {
			probe_close(probe);
			return -ENOMEM;
		}
		probes->v = v;
		probes->cap = cap;
	}
	probes->v[probes->cnt++] = *probe;
	*probe = (struct probe)PROBE_INIT;
	return 0;
}

void probes_cut(struct probes *probes, size_t cnt)
{
	while (probes->cnt > cnt)
		probe_close(&probes->v[--probes->cnt]);
}

void probes_free(struct probes *probes)
{
	/* In the order in which they were attached: the returns' before the entries'. */
	for (size_t i = 0; i < probes->cnt; i++)
		probe_close(&probes->v[i]);
	free(probes->v);
	*probes = (struct probes){ 0 };
}

u64 program_missed(int prog_fd)
{
	struct bpf_prog_info info = { 0 };
	u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(prog_fd, &info, &size) ? 0 : info.recursion_misses;
}

u64 probes_missed(const struct probes *probes)
{
	u64 sum = 0;

	for (size_t i = 0; i < probes->cnt; i++) {
		const struct probe *probe = &probes->v[i];

		if (probe->prog_fd >= 0)
			sum += program_missed(probe->prog_fd);
		if (probe->missed)
			sum += probe->missed(probe);
	}
	return sum;
}

u64 probes_bytes(const struct probes *probes)
{
	u64 sum = 0;

	for (size_t i = 0; i < probes->cnt; i++)
		if (probes->v[i].prog_fd >= 0)
			sum += memory_of_program(probes->v[i].prog_fd);
	return sum;
}
