/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copies of the template programs: one program per probe, with the function's record code
 * as an immediate, so that the hot path looks nothing up; or one for many functions.
 */
#ifndef EXITGRAPH_ATTACH_TEMPLATE_H
#define EXITGRAPH_ATTACH_TEMPLATE_H

#include <bpf/libbpf.h>
#include <stddef.h>

#include "xg_types.h"

#define TEMPLATE_SECTION "kprobe" /* where they are in the object */
#define TEMPLATES_MAX	 24

/*
 * Their instructions, relocated. libbpf has these of programs that it loads only, and for the
 * kernel to verify what is never run takes as long as for a copy: it is given another program for
 * each.
 */
struct templates {
	struct {
		const struct bpf_program *program;
		struct bpf_insn *insns;
		size_t cnt;
	} v[TEMPLATES_MAX];
	size_t cnt;
	int handler;
};

/*
 * From here on what is loaded of TEMPLATE_SECTION comes to @templates, which has to stay where it
 * is until it is forgotten. To be called before the object is opened. 0 or -errno (not said).
 */
int templates_tell(struct templates *templates);
void templates_forget(struct templates *templates);

/* What becomes of a copy. */
struct template_use {
	int type;	 /* BPF_PROG_TYPE_... */
	int attach_type; /* expected_attach_type; 0 = the type has none */
	int btf_fd;	 /* of the object that has what it will be attached to; 0 = vmlinux, none */
	u32 btf_id;	 /* of the function in it; 0 = none */
	u32 id;		 /* record id; 0 where the program has none */
	u32 is_return_id; /* of bpf_session_is_return(), if the template asks that */
};

/*
 * Load a copy of @program, one of @templates or any other that is loaded. The descriptor is the
 * caller's. 0 or -errno (not said).
 */
int template_load(const struct templates *templates, const struct bpf_program *program,
		  const struct template_use *use, int *fd_out);

/*
 * Put into a copy of @cnt instructions what @use says. 0, or -EINVAL where the compiler has
 * made something else of a place than a move, or there is no place for an id.
 */
int template_fill(struct bpf_insn *insns, size_t cnt, const struct template_use *use);

#endif
