// SPDX-License-Identifier: GPL-2.0
/*
 * kprobe.session: one program for the entries and returns of all clones, through fprobe (Linux
 * 6.10 with CONFIG_FPROBE), attached in one system call, by their names.
 *
 * The kernel runs no program of a kprobe while another one runs on that CPU. It counts that
 * (recursion_misses, since 6.7), and then leaves out the return, too.
 */
#include <errno.h>
#include <stdlib.h>

#include "attach/link.h"
#include "attach/mechanism.h"
#include "attach/template.h"
#include "util/cleanup.h"
#include "xg_log.h"

#include "exitgraph.skel.h"

static bool offered(const struct features *features)
{
	return features->kprobe_session;
}

static bool takes(const struct target_function *function)
{
	return function->is_clone;
}

static void prepare(struct exitgraph_bpf *skel)
{
	bpf_program__set_autoload(skel->progs.call_session_multi, true);
}

static u64 missed(const struct probe *probe)
{
	return link_kprobe_missed(probe->link_fd);
}

static int attach_all(struct attaching *attaching, struct attach_function **todo, size_t cnt,
		      const char **names, u64 *cookies)
{
	const struct template_use use = {
		.type = BPF_PROG_TYPE_KPROBE,
		.attach_type = XG_TRACE_KPROBE_SESSION,
		.is_return_id = attaching->features->is_return_id,
	};
	struct probe probe = PROBE_INIT;
	int r;

	for (size_t i = 0; i < cnt; i++) {
		names[i] = todo[i]->target->name;
		cookies[i] = XG_CODE_ENTRY(attaching_id(attaching, todo[i]));
	}
	r = template_load(attaching->templates, attaching->skel->progs.call_session_multi, &use,
			  &probe.prog_fd);
	if (!r) {
		probe.link_fd = link_kprobe_multi(probe.prog_fd, XG_TRACE_KPROBE_SESSION, names,
						  cookies, cnt);
		probe.missed = missed;
		probe.is_of_many = true;
		r = probe.link_fd < 0 ? probe.link_fd : 0;
	}
	if (r)
		probe_close(&probe);
	for (size_t i = 0; i < cnt; i++)
		attaching_tell(attaching, todo[i], &mechanism_kprobe_session, r);
	attaching_progress(attaching);
	return r ? 0 : probes_add(attaching->probes, &probe);
}

/* All or none: where the kernel refuses one, they go by the next mechanism. */
static int attach(struct attaching *attaching, struct attach_function **todo, size_t cnt)
{
	_cleanup_free_ const char **names = calloc(cnt, sizeof(*names));
	_cleanup_free_ u64 *cookies = calloc(cnt, sizeof(*cookies));

	if (!names || !cookies)
		return -ENOMEM;
	return attach_all(attaching, todo, cnt, names, cookies);
}

const struct mechanism mechanism_kprobe_session = {
	.name = "kprobe.session",
	.use = "the compiler's clones",
	.needs = "BPF_TRACE_KPROBE_SESSION and fprobe (Linux 6.10)",
	.is_session = true,
	.offered = offered,
	.can = takes,
	.takes = takes,
	.prepare = prepare,
	.attach = attach,
};
