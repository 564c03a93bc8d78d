// SPDX-License-Identifier: GPL-2.0
#include "attach/saver.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>

#include "attach/link.h"
#include "util/cleanup.h"

static int load_nothing(void)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_KPROBE_MULTI);

	return bpf_prog_load(BPF_PROG_TYPE_KPROBE, "xg_saver", "GPL", insns, ARRAY_SIZE(insns),
			     &options);
}

int saver_attach(const struct target_function *const *functions, size_t cnt)
{
	_cleanup_free_ const char **names = calloc(cnt, sizeof(*names));
	_cleanup_close_ int prog_fd = -1;

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < cnt; i++)
		names[i] = functions[i]->name;
	prog_fd = load_nothing();
	if (prog_fd < 0)
		return prog_fd;
	return link_kprobe_multi(prog_fd, BPF_TRACE_KPROBE_MULTI, names, NULL, cnt);
}
