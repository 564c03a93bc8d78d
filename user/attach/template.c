// SPDX-License-Identifier: GPL-2.0
#include "attach/template.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "xg_log.h"
#include "xg_template.h"

static bool is_place(const struct bpf_insn *insn)
{
	return insn->imm == XG_TEMPLATE_CODE || insn->imm == XG_TEMPLATE_RETURN_CODE ||
	       insn->imm == XG_TEMPLATE_IS_RETURN;
}

static int fill_place(struct bpf_insn *insn, const struct template_use *use)
{
	if (BPF_OP(insn->code) != BPF_MOV || BPF_SRC(insn->code) != BPF_K)
		return -EINVAL;
	if (insn->imm != XG_TEMPLATE_IS_RETURN) {
		insn->imm = insn->imm == XG_TEMPLATE_CODE ? XG_CODE_ENTRY(use->id)
							  : XG_CODE_RETURN(use->id);
		return use->id ? 0 : -EINVAL;
	}
	*insn = (struct bpf_insn){
		.code = BPF_JMP | BPF_CALL,
		.src_reg = BPF_PSEUDO_KFUNC_CALL,
		.imm = use->is_return_id,
	};
	return use->is_return_id ? 0 : -EINVAL;
}

int template_fill(struct bpf_insn *insns, size_t cnt, const struct template_use *use)
{
	bool code_needed = use->id, is_return_needed = use->is_return_id;
	int r;

	for (size_t i = 0; i < cnt; i++) {
		if (!is_place(&insns[i]))
			continue;
		if (insns[i].imm == XG_TEMPLATE_IS_RETURN)
			is_return_needed = false;
		else
			code_needed = false;
		r = fill_place(&insns[i], use);
		if (r)
			return r;
	}
	return code_needed || is_return_needed ? -EINVAL : 0;
}

int template_load(const struct bpf_program *program, const struct template_use *use, int *fd_out)
{
	size_t cnt = bpf_program__insn_cnt(program);
	_cleanup_free_ struct bpf_insn *insns = NULL;
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = use->attach_type,
		    .attach_btf_id = use->btf_id, .attach_btf_obj_fd = use->btf_fd);
	int fd, r;

	insns = malloc(cnt * sizeof(*insns));
	if (!insns)
		return -ENOMEM;
	memcpy(insns, bpf_program__insns(program), cnt * sizeof(*insns));
	r = template_fill(insns, cnt, use);
	if (r)
		return r;
	fd = bpf_prog_load(use->type, bpf_program__name(program), "GPL", insns, cnt, &options);
	if (fd < 0)
		return fd;
	*fd_out = fd;
	return 0;
}
