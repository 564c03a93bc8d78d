// SPDX-License-Identifier: GPL-2.0
#include "attach/sections.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>

static int prepare_load(struct bpf_program *program, struct bpf_prog_load_opts *options,
			long cookie)
{
	const struct target_anchor *anchor = (const void *)(intptr_t)cookie;

	options->expected_attach_type = anchor->attach_type;
	options->attach_btf_obj_fd = anchor->btf_fd;
	options->attach_btf_id = anchor->btf_id;
	return 0;
}

static int attach(const struct bpf_program *program, long cookie, struct bpf_link **link)
{
	*link = bpf_program__attach_trace(program);
	return *link ? 0 : -errno;
}

/*
 * libbpf frees its table of handlers when the last one goes, and goes on using it for the next
 * (until 1.3, "Fix realloc API handling in zero-sized edge cases"). So one of no use stays.
 */
static void keep_table(void)
{
	static int kept = -1;

	if (kept < 0)
		kept = libbpf_register_prog_handler("exitgraph-none", BPF_PROG_TYPE_UNSPEC, 0,
						    NULL);
}

void sections_tell(struct sections *sections, const struct target_anchor *anchors, size_t cnt)
{
	keep_table();
	for (size_t i = 0; i < cnt; i++) {
		struct target_anchor *anchor = &sections->anchors[sections->cnt];
		LIBBPF_OPTS(libbpf_prog_handler_opts, options, .cookie = (intptr_t)anchor,
			    .prog_prepare_load_fn = prepare_load, .prog_attach_fn = attach);
		int handler;

		*anchor = anchors[i];
		handler = libbpf_register_prog_handler(anchor->section, BPF_PROG_TYPE_TRACING,
						       anchor->attach_type, &options);
		if (handler >= 0)
			sections->handlers[sections->cnt++] = handler;
	}
}

void sections_forget(struct sections *sections)
{
	while (sections->cnt)
		libbpf_unregister_prog_handler(sections->handlers[--sections->cnt]);
}
