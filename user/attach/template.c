// SPDX-License-Identifier: GPL-2.0
#include "attach/template.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
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

static int keep(struct templates *templates, const struct bpf_program *program)
{
	size_t cnt = bpf_program__insn_cnt(program), at = templates->cnt;
	struct bpf_insn *insns;

	if (at == TEMPLATES_MAX)
		return -ENOSPC;
	insns = malloc(cnt * sizeof(*insns));
	if (!insns)
		return -ENOMEM;
	memcpy(insns, bpf_program__insns(program), cnt * sizeof(*insns));
	templates->v[at].program = program;
	templates->v[at].insns = insns;
	templates->v[at].cnt = cnt;
	templates->cnt++;
	return 0;
}

/* Keep @program's instructions, and have one loaded that does nothing, and knows no lines. */
static int prepare_load(struct bpf_program *program, struct bpf_prog_load_opts *options,
			long cookie)
{
	static struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int r = keep((struct templates *)(intptr_t)cookie, program);

	options->func_info_cnt = 0;
	options->line_info_cnt = 0;
	return r ? r : bpf_program__set_insns(program, nothing, ARRAY_SIZE(nothing));
}

int templates_tell(struct templates *templates)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, options, .cookie = (intptr_t)templates,
		    .prog_prepare_load_fn = prepare_load);

	templates->handler =
		libbpf_register_prog_handler(TEMPLATE_SECTION, BPF_PROG_TYPE_KPROBE, 0, &options);
	return templates->handler < 0 ? templates->handler : 0;
}

void templates_forget(struct templates *templates)
{
	if (templates->handler > 0)
		libbpf_unregister_prog_handler(templates->handler);
	templates->handler = 0;
	while (templates->cnt)
		free(templates->v[--templates->cnt].insns);
}

static const struct bpf_insn *find(const struct templates *templates,
				   const struct bpf_program *program, size_t *cnt_out)
{
	for (size_t i = 0; i < templates->cnt; i++) {
		*cnt_out = templates->v[i].cnt;
		if (templates->v[i].program == program)
			return templates->v[i].insns;
	}
	*cnt_out = bpf_program__insn_cnt(program);
	return bpf_program__insns(program);
}

int template_load(const struct templates *templates, const struct bpf_program *program,
		  const struct template_use *use, int *fd_out)
{
	_cleanup_free_ struct bpf_insn *insns = NULL;
	const struct bpf_insn *template;
	size_t cnt;
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = use->attach_type,
		    .attach_btf_id = use->btf_id, .attach_btf_obj_fd = use->btf_fd);
	int fd, r;

	template = find(templates, program, &cnt);
	insns = malloc(cnt * sizeof(*insns));
	if (!insns)
		return -ENOMEM;
	memcpy(insns, template, cnt * sizeof(*insns));
	r = template_fill(insns, cnt, use);
	if (r)
		return r;
	fd = bpf_prog_load(use->type, bpf_program__name(program), "GPL", insns, cnt, &options);
	if (fd < 0)
		return fd;
	*fd_out = fd;
	return 0;
}
