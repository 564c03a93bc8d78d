// SPDX-License-Identifier: GPL-2.0
#include "collect/choose.h"

#include <errno.h>
#include <stdlib.h>

#include "target/module.h"
#include "target/outside.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/stopwatch.h"
#include "xg_log.h"

static void add_function(struct choice *choice, const struct target_function *target)
{
	for (size_t i = 0; i < choice->function_cnt; i++)
		if (choice->functions[i].target == target)
			return;
	choice->functions[choice->function_cnt++].target = target;
}

static int add_required(struct choice *choice, const char *const *required, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		struct target_function *target = target_host_find(choice->host, required[i]);

		if (!target || target->verdict != TARGET_OK)
			return err_r(-ENOENT,
				     "%s, which every recording needs, cannot be traced: %s",
				     required[i],
				     target ? target->why : "this kernel has no such function");
		add_function(choice, target);
	}
	return 0;
}

static int add_all(struct choice *choice)
{
	const struct target_selection *selections[] = { &choice->selection,
							&choice->outside_selection };
	const char *const *required;
	size_t required_cnt;
	int r;

	required = attach_required_functions(choice->isa, &required_cnt);
	choice->functions =
		calloc(required_cnt + choice->selection.cnt + choice->outside_selection.cnt,
		       sizeof(*choice->functions));
	if (!choice->functions)
		return err_r(-ENOMEM, "no memory");
	r = add_required(choice, required, required_cnt);
	if (r)
		return r;
	for (size_t s = 0; s < ARRAY_SIZE(selections); s++) {
		for (size_t i = 0; i < selections[s]->cnt; i++)
			add_function(choice, selections[s]->v[i]);
	}
	if (choice->function_cnt > XG_ID_LIMIT - XG_ID_FUNCTION)
		return err_r(-E2BIG, "%zu functions are too many", choice->function_cnt);
	return 0;
}

/* The functions outside of KVM that the user named, if any. */
static int choose_outside(const struct target_rules *rules, struct choice *choice)
{
	int r;

	if (!rules || !rules->cnt)
		return 0;
	r = target_outside_open(rules, &choice->outside);
	return r ? r : target_outside_select(choice->outside, rules, &choice->outside_selection);
}

int choose_functions(const struct session_options *options, struct choice *out)
{
	u64 start_ns = stopwatch_now_ns();
	struct module_missing missing;
	int r;

	if (options->exits_only) {
		r = module_find_vendor(&out->isa, &missing);
		return r ? err_r(r, "%s: %s", missing.what, missing.remedy) : 0;
	}
	r = target_host_open(false, &out->host);
	if (r)
		return r;
	stopwatch_say(&start_ns, "opening the host");
	out->isa = target_host_isa(out->host);
	if (options->clones)
		target_host_allow_clones(out->host);
	r = target_select(out->host, options->rules, &out->selection);
	stopwatch_say(&start_ns, "selecting");
	if (!r)
		r = choose_outside(options->also, out);
	return r ? r : add_all(out);
}

void choice_free(struct choice *choice)
{
	free(choice->functions);
	target_selection_free(&choice->selection);
	target_selection_free(&choice->outside_selection);
	target_host_free(&choice->outside);
	target_host_free(&choice->host);
	*choice = (struct choice){ 0 };
}
