// SPDX-License-Identifier: GPL-2.0
#include "target/proto.h"

#include "target/btf_find.h"

/* The type without its const, volatile, typedef. */
static const struct btf_type *resolve(const struct btf *btf, u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}

static void add_param(struct proto *proto, const struct btf_type *t)
{
	if (!btf_is_composite(t)) {
		proto->arg_cnt++;
		return;
	}
	/* btf_distill_func_proto() takes up to 16 bytes of struct since 6.1, of union since 7.x. */
	if (t->size > 16)
		proto->verdict = TARGET_STRUCT_ARG;
	proto->struct_arg = true;
	proto->arg_cnt += (t->size + 7) / 8;
}

struct proto proto_read(const struct btf *btf, u32 func)
{
	const struct btf_type *t = btf__type_by_id(btf, func);
	struct proto proto = { .verdict = TARGET_NO_BTF };
	const struct btf_param *params;

	t = t ? btf__type_by_id(btf, t->type) : NULL;
	if (!t || !btf_is_func_proto(t))
		return proto;
	proto.verdict = TARGET_OK;
	params = btf_params(t);
	for (u32 i = 0; i < btf_vlen(t); i++) {
		const struct btf_type *param = params[i].type ? resolve(btf, params[i].type) : NULL;

		if (!param) /* the type 0 is the "..." */
			proto.verdict = TARGET_VARIADIC;
		else
			add_param(&proto, param);
	}
	t = t->type ? resolve(btf, t->type) : NULL;
	if (t && btf_is_composite(t))
		proto.verdict = TARGET_STRUCT_RETURN;
	return proto;
}

/*
 * Twelve since commit 473e3150e30a ("bpf, x86: allow function arguments up to 12 for
 * TRACING", Linux 6.6), six before. Loading a program does not tell, since the limit is
 * checked when it is attached; but the same series has given the kernel a function with
 * seven arguments to test it on.
 */
u32 proto_max_args(const struct btf *vmlinux)
{
	return btf_find_own(vmlinux, "bpf_modify_return_test2", BTF_KIND_FUNC) ? 12 : 6;
}
