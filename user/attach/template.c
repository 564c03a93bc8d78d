// SPDX-License-Identifier: GPL-2.0
#include "attach/template.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "xg_template.h"

/* Replace the one XG_TEMPLATE_CODE in @insns. The compiler may not have copied it. */
static int put_code(struct bpf_insn *insns, size_t cnt, u32 code)
{
	struct bpf_insn *found = NULL;

	for (size_t i = 0; i < cnt; i++) {
		if (insns[i].imm != XG_TEMPLATE_CODE)
			continue;
		if (found || BPF_OP(insns[i].code) != BPF_MOV)
			return -EINVAL;
		found = &insns[i];
	}
	if (!found)
		return -EINVAL;
	found->imm = code;
	return 0;
}

int template_load(const struct bpf_program *program, const struct target_function *function,
		  u32 code, int *fd_out)
{
	size_t cnt = bpf_program__insn_cnt(program);
	_cleanup_free_ struct bpf_insn *insns = NULL;
	LIBBPF_OPTS(bpf_prog_load_opts, options,
		    .expected_attach_type = bpf_program__expected_attach_type(program),
		    .attach_btf_id = function ? function->btf_id : 0,
		    .attach_btf_obj_fd = function ? function->btf_fd : 0);
	int fd, r;

	insns = malloc(cnt * sizeof(*insns));
	if (!insns)
		return -ENOMEM;
	memcpy(insns, bpf_program__insns(program), cnt * sizeof(*insns));
	r = put_code(insns, cnt, code);
	if (r)
		return r;
	fd = bpf_prog_load(bpf_program__type(program), bpf_program__name(program), "GPL", insns,
			   cnt, &options);
	if (fd < 0)
		return fd;
	*fd_out = fd;
	return 0;
}
