// SPDX-License-Identifier: GPL-2.0
/*
 * One program for the entries and one for the returns of many functions, or one for both,
 * attached in one system call each (Linux 7.2). They know the function by the cookie.
 *
 * The kernel skips a program that is running already on that CPU: in a task that was preempted
 * in it, or where an interrupt came. With one program for many functions that may be all of
 * another vCPU's calls for as long as it has the CPU. So the kernel's own counts of what it
 * skipped are watched, and the cycles in which they move are dropped (bpf/skipped.h). One program
 * for both costs more, 20 instructions a call, for a session has more to set up; but most of what
 * attaching takes is the kernel's search for each function's symbol, one after the other among all
 * of the module's, once a link. So it is taken for large sets only.
 *
 * There it takes those, too, on which more hangs, but for SVM's run function, in links of their
 * own: their program is told by the cookie what else is to be done. Those that run while a thread
 * is switched, perhaps in the middle of the others' program, have preemption disabled around them,
 * so theirs is never skipped and not watched; that of those around user space is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/link.h"
#include "attach/mechanism.h"
#include "attach/special.h"
#include "attach/template.h"
#include "attach/watch.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/stopwatch.h"
#include "xg_log.h"
#include "xg_template.h"

#include "exitgraph.skel.h"

#define SIDES_MAX 2

/* Which functions share programs. */
enum part {
	PART_NONE,
	PART_PLAIN,	/* on which no more hangs */
	PART_SWITCHING, /* KVM has preemption disabled around them: none of their runs is skipped */
	PART_IOCTL,	/* around user space */
};

static const struct {
	enum part part;
	u32 role; /* XG_ROLE_*, for the cookie */
} parts[SPECIAL_COUNT] = {
	[SPECIAL_NONE] = { PART_PLAIN, 0 },
	[SPECIAL_IOCTL] = { PART_IOCTL, 0 },
	[SPECIAL_RUN_IOCTL] = { PART_IOCTL, XG_ROLE_RUN_IOCTL },
	[SPECIAL_OFF_CPU] = { PART_SWITCHING, XG_ROLE_OFF_CPU },
	[SPECIAL_ON_CPU] = { PART_SWITCHING, XG_ROLE_ON_CPU },
	[SPECIAL_SWITCHING] = { PART_SWITCHING, 0 },
};

/* A program and how it is attached. */
struct side {
	const struct bpf_program *program;
	const struct bpf_program *by_role; /* in its place, where functions have roles */
	int attach_type;
	bool is_session;
};

/* Functions of the same programs, in the layout that the kernel takes. */
struct group {
	const struct mechanism *mechanism;
	struct attach_function **functions;
	u32 *ids;
	u64 *cookies;
	size_t cnt;
	const struct side *sides;
	size_t side_cnt;
	int prog_fds[SIDES_MAX];
	bool is_watched, has_roles;
};

static bool offered(const struct features *features)
{
	return features->multi;
}

static bool session_offered(const struct features *features)
{
	return features->fsession_multi;
}

static enum part part_of(const struct target_function *function)
{
	return parts[special_of(function->name)].part;
}

/* Of KVM's modules only: others' functions are any task's, and would keep the program busy. */
static bool takes_session(const struct target_function *function)
{
	return !function->is_clone && part_of(function) != PART_NONE &&
	       !strncmp(function->module, "kvm", strlen("kvm"));
}

static bool can(const struct target_function *function)
{
	return takes_session(function) && part_of(function) == PART_PLAIN;
}

static void prepare(struct exitgraph_bpf *skel)
{
	watch_prepare(skel);
	bpf_program__set_autoload(skel->progs.call_return_multi, true);
	bpf_program__set_autoload(skel->progs.call_entry_multi, true);
}

static void prepare_session(struct exitgraph_bpf *skel)
{
	watch_prepare(skel);
	bpf_program__set_autoload(skel->progs.call_session_multi, true);
	bpf_program__set_autoload(skel->progs.call_session_role, true);
}

static void group_free(struct group *group)
{
	free(group->functions);
	free(group->ids);
	free(group->cookies);
	for (size_t i = 0; i < group->side_cnt; i++)
		cleanup_close(&group->prog_fds[i]);
}

static int group_alloc(struct group *group, size_t cnt)
{
	group->functions = calloc(cnt, sizeof(*group->functions));
	group->ids = calloc(cnt, sizeof(*group->ids));
	group->cookies = calloc(cnt, sizeof(*group->cookies));
	return group->functions && group->ids && group->cookies ? 0 : -ENOMEM;
}

static void group_add(struct group *group, const struct attaching *attaching,
		      struct attach_function *function)
{
	group->functions[group->cnt] = function;
	group->ids[group->cnt] = function->target->btf_id;
	group->cookies[group->cnt] = XG_CODE_ENTRY(attaching_id(attaching, function)) |
				     parts[special_of(function->target->name)].role;
	group->has_roles |= parts[special_of(function->target->name)].role;
	group->cnt++;
}

/* Does the kernel say so for one of the functions, and not of the mechanism or the machine? */
static bool is_of_one(int error)
{
	return error != -ENOMEM && error != -EPERM && error != -EACCES && error != -EOPNOTSUPP;
}

/* All sides of @cnt functions from @from on, or none. */
static int link_part(struct attaching *attaching, struct group *group, size_t from, size_t cnt)
{
	size_t probe_cnt = attaching->probes->cnt;
	int r = 0;

	for (size_t i = 0; !r && i < group->side_cnt; i++) {
		struct probe probe = PROBE_INIT;
		u64 start_ns = stopwatch_now_ns();
		char what[64];

		snprintf(what, sizeof(what), "linking %zu functions at once", cnt);
		probe.link_fd = link_tracing_multi(group->prog_fds[i], group->sides[i].attach_type,
						   group->ids + from, group->cookies + from, cnt);
		stopwatch_say(&start_ns, what);
		r = probe.link_fd < 0 ? probe.link_fd : probes_add(attaching->probes, &probe);
	}
	if (r)
		probes_cut(attaching->probes, probe_cnt);
	return r;
}

/*
 * Attach those functions, but for what the kernel refuses: it takes all or none and does not say
 * which it is, so halve until it is alone.
 */
static int attach_part(struct attaching *attaching, struct group *group, size_t from, size_t cnt)
{
	int r;

	if (*attaching->stop)
		return -EINTR;
	r = link_part(attaching, group, from, cnt);
	if (r && cnt > 1 && is_of_one(r)) {
		r = attach_part(attaching, group, from, cnt / 2);
		return r ? r : attach_part(attaching, group, from + cnt / 2, cnt - cnt / 2);
	}
	for (size_t i = from; i < from + cnt; i++)
		attaching_tell(attaching, group->functions[i], group->mechanism, r);
	attaching_progress(attaching);
	return 0;
}

static int load_programs(struct attaching *attaching, struct group *group)
{
	int r = 0;

	for (size_t i = 0; !r && i < group->side_cnt; i++) {
		const struct side *side = &group->sides[i];
		const struct template_use use = {
			.type = BPF_PROG_TYPE_TRACING,
			.attach_type = side->attach_type,
			.btf_fd = group->functions[0]->target->btf_fd,
			.is_return_id = side->is_session ? attaching->features->is_return_id : 0,
		};

		r = template_load(attaching->templates,
				  group->has_roles ? side->by_role : side->program, &use,
				  &group->prog_fds[i]);
	}
	return r;
}

static int attach_group(struct attaching *attaching, struct group *group)
{
	int r = load_programs(attaching, group);

	for (size_t i = 0; r && i < group->cnt; i++)
		attaching_tell(attaching, group->functions[i], group->mechanism, r);
	if (r)
		return 0;
	r = attach_part(attaching, group, 0, group->cnt);
	/* Programs, for the count of skipped runs: their links are probes of their own. */
	for (size_t i = 0; !r && i < group->side_cnt; i++) {
		struct probe probe = PROBE_INIT;

		probe.prog_fd = TAKE_FD(group->prog_fds[i]);
		probe.is_of_many = group->is_watched;
		r = probes_add(attaching->probes, &probe);
	}
	return r;
}

/* The functions of @todo that are in the same BTF object as the first: a link has one. */
static int attach_object(struct attaching *attaching, struct attach_function **todo, size_t cnt,
			 struct group *group)
{
	int r = group_alloc(group, cnt);

	for (size_t i = 0; !r && i < cnt; i++)
		if (todo[i]->target->btf_fd == todo[0]->target->btf_fd)
			group_add(group, attaching, todo[i]);
	return r ? r : attach_group(attaching, group);
}

static bool is_first_of_object(struct attach_function *const *todo, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (todo[j]->target->btf_fd == todo[i]->target->btf_fd)
			return false;
	return true;
}

static int attach_objects(struct attaching *attaching, struct attach_function **todo, size_t cnt,
			  const struct mechanism *mechanism, const struct side *sides,
			  size_t side_cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		_cleanup_(group_free) struct group group = {
			.mechanism = mechanism,
			.sides = sides,
			.side_cnt = side_cnt,
			.prog_fds = { -1, -1 },
			.is_watched = part_of(todo[0]->target) != PART_SWITCHING,
		};
		int r;

		if (!is_first_of_object(todo, i))
			continue;
		r = attach_object(attaching, todo + i, cnt - i, &group);
		if (r)
			return r;
	}
	return 0;
}

static int attach(struct attaching *attaching, struct attach_function **todo, size_t cnt)
{
	const struct side sides[] = {
		{ attaching->skel->progs.call_return_multi, NULL, XG_TRACE_FEXIT_MULTI, false },
		{ attaching->skel->progs.call_entry_multi, NULL, XG_TRACE_FENTRY_MULTI, false },
	};

	return attach_objects(attaching, todo, cnt, &mechanism_multi, sides, ARRAY_SIZE(sides));
}

/* Of @todo, those of @part. */
static int attach_part_session(struct attaching *attaching, struct attach_function **todo,
			       size_t cnt, enum part part)
{
	_cleanup_free_ struct attach_function **of_part =
		calloc(cnt, sizeof(struct attach_function *));
	const struct exitgraph_bpf *skel = attaching->skel;
	const struct side side = { skel->progs.call_session_multi, skel->progs.call_session_role,
				   XG_TRACE_FSESSION_MULTI, true };
	size_t part_cnt = 0;

	if (!of_part)
		return -ENOMEM;
	for (size_t i = 0; i < cnt; i++)
		if (part_of(todo[i]->target) == part)
			of_part[part_cnt++] = todo[i];
	return attach_objects(attaching, of_part, part_cnt, &mechanism_fsession_multi, &side, 1);
}

static int attach_session(struct attaching *attaching, struct attach_function **todo, size_t cnt)
{
	int r = attach_part_session(attaching, todo, cnt, PART_SWITCHING);

	if (!r)
		r = attach_part_session(attaching, todo, cnt, PART_IOCTL);
	return r ? r : attach_part_session(attaching, todo, cnt, PART_PLAIN);
}

const struct mechanism mechanism_multi = {
	.option = "multi",
	.name = "fentry.multi+fexit.multi",
	.use = "KVM's functions",
	.needs = "BPF_TRACE_FENTRY_MULTI (Linux 7.2)",
	.offered = offered,
	.can = can,
	.takes = can,
	.prepare = prepare,
	.attach = attach,
};

const struct mechanism mechanism_fsession_multi = {
	.option = "fsession.multi",
	.name = "fsession.multi",
	.use = "KVM's functions, if they are 500 or more",
	.needs = "BPF_TRACE_FSESSION_MULTI (Linux 7.2)",
	.least = MECHANISM_MANY,
	.is_session = true,
	.offered = session_offered,
	.can = can,
	.takes = takes_session,
	.prepare = prepare_session,
	.attach = attach_session,
};
