// SPDX-License-Identifier: GPL-2.0
#include "collect/choose.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/discover.h"
#include "target/module.h"
#include "target/outside.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/stopwatch.h"
#include "xg_log.h"

/* What ran, and what is open around it: a vCPU that never leaves KVM_RUN does not call that. */
#define WATCHED "discovered,kvm_vcpu_ioctl,vcpu_run,vcpu_enter_guest"

/* Unless it is one of the first @cnt: a selection has each function once. */
static void add_function(struct choice *choice, const struct target_function *target, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
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
		add_function(choice, target, choice->function_cnt);
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
			add_function(choice, selections[s]->v[i], required_cnt);
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

static void how(struct choice *choice, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void how(struct choice *choice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(choice->how, sizeof(choice->how), format, args);
	va_end(args);
}

/* Watch what runs. *@fallback_out is what to trace; it stays if nothing was discovered. */
static int choose_running(const struct session_options *options, int stop_fd, struct choice *choice,
			  const char **fallback_out)
{
	const struct discover_options discovering = {
		.pid = options->pid,
		.duration_ns = options->discover_ns,
		.stop_fd = stop_fd,
		.fresh = options->no_cache,
	};
	struct discovered found;
	char why[160];
	int r = discover(&discovering, &choice->host, &found, why, sizeof(why));

	if (r == -ENXIO || r == -ENODATA || r == -EOPNOTSUPP) {
		log_info("functions are not discovered: %s; tracing the default list", why);
		return 0;
	}
	if (r)
		return r;
	*fallback_out = WATCHED;
	how(choice, "discovered in %.0f ms (%llu calls seen, %llu not looked at)",
	    options->discover_ns / 1e6, (unsigned long long)found.counts.event_cnt,
	    (unsigned long long)found.counts.lost_cnt);
	if (found.other_cnt)
		log_debug("%zu functions ran that cannot be traced; 'exitgraph list --discovered' "
			  "says why",
			  found.other_cnt);
	return 0;
}

/* What was discovered earlier, if the user means that, or nobody else says anything. */
static void choose_cached(const struct session_options *options, struct choice *choice,
			  const char **fallback_out)
{
	bool named = target_rules_include(options->rules, "discovered");
	bool wanted = named || (options->discover_ns && !options->no_cache &&
				!target_rules_include(options->rules, NULL));
	struct discovered found;
	int r = wanted ? discovered_load(choice->host, &found) : -ENOENT;

	if (wanted)
		log_debug("the cache of discovered functions: %s", r ? strerror(-r) : "taken");
	if (!r && named) {
		how(choice, "discovered %s, of %s (cached)", found.when, found.whose);
	} else if (!r) {
		*fallback_out = "default,discovered";
		how(choice, "the default list, and those discovered %s, of %s (cached)", found.when,
		    found.whose);
	}
}

static int choose_in_kvm(const struct session_options *options, int stop_fd, struct choice *choice)
{
	_cleanup_(target_rules_free) struct target_rules fallback = { 0 };
	bool live = options->discover_ns && !options->command &&
		    !target_rules_include(options->rules, NULL);
	const char *names = "default";
	int r = 0;

	if (live)
		r = choose_running(options, stop_fd, choice, &names);
	else
		r = target_host_open(options->no_cache, &choice->host);
	if (r)
		return r;
	if (!strcmp(names, "default") && !target_rules_include(options->rules, NULL))
		how(choice, "the default list");
	if (!strcmp(names, "default"))
		choose_cached(options, choice, &names);
	if (options->clones)
		target_host_allow_clones(choice->host);
	r = target_rules_add(&fallback, names, false);
	return r ? r : target_select(choice->host, options->rules, &fallback, &choice->selection);
}

int choose_functions(const struct session_options *options, int stop_fd, struct choice *out)
{
	u64 start_ns = stopwatch_now_ns();
	struct module_missing missing;
	int r;

	if (options->exits_only) {
		r = module_find_vendor(&out->isa, &missing);
		return r ? err_r(r, "%s: %s", missing.what, missing.remedy) : 0;
	}
	r = choose_in_kvm(options, stop_fd, out);
	if (r)
		return r;
	out->isa = target_host_isa(out->host);
	r = choose_outside(options->also, out);
	if (!r)
		r = add_all(out);
	stopwatch_say(&start_ns, "choosing functions");
	return r;
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
