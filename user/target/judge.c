// SPDX-License-Identifier: GPL-2.0
/*
 * From a module's symbols and BTF to its functions with their verdicts.
 *
 * A function is a text symbol of the module; BTF then adds its type, and those of which no
 * symbol is left. Judged in the order of what matters most to the user: first what must not
 * be attached, then what cannot.
 */
#include <errno.h>
#include <string.h>

#include "target/deny.h"
#include "target/host.h"
#include "target/proto.h"
#include "target/select.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Text symbols that are no function one could call. */
bool target_name_is_function(const char *name)
{
	static const char *const no_function[] = {
		"__pfx_*",	 /* padding before a function, CONFIG_CALL_PADDING (6.2) */
		"__cfi_*",	 /* likewise, CONFIG_CFI_CLANG */
		"__SC[KT]__*",	 /* static calls */
		"__UNIQUE_ID_*", /* entry points inside of assembly */
		"*.cold",
		"*.cold.*",		       /* the cold half of a function */
		"__ftrace_invalid_address__*", /* a weak function that another one replaced */
		"init_module",
		"cleanup_module", /* aliases in every module */
	};

	for (size_t i = 0; i < ARRAY_SIZE(no_function); i++) {
		if (target_glob_matches(no_function[i], name))
			return false;
	}
	return true;
}

/* module_cnt if it is none of the host's. */
static size_t module_index(const struct target_host *host, const char *module)
{
	size_t i = 0;

	while (i < host->module_cnt && strcmp(host->modules[i], module))
		i++;
	return i;
}

static bool is_wanted(const struct target_sources *sources, const char *module, const char *name)
{
	bool wanted = !sources->only;

	for (size_t i = 0; !wanted && i < sources->only->cnt; i++)
		wanted = target_pattern_means(sources->only->v[i].pattern, module, name);
	return wanted;
}

static int add_symbols(struct target_host *host, const struct target_sources *sources)
{
	const struct kallsyms_function *functions;
	struct target_function *f;
	size_t cnt, module;
	int r;

	functions = kallsyms_functions(sources->kallsyms, &cnt);
	for (size_t i = 0; i < cnt; i++) {
		const char *name = functions[i].name;

		module = module_index(host, functions[i].module);
		if (module == host->module_cnt || !is_wanted(sources, functions[i].module, name) ||
		    !target_name_is_function(name))
			continue;
		r = target_host_add(host, name, module, &f);
		if (r)
			return r;
	}
	target_host_sort(host);
	return 0;
}

/* The type of each function of @module, and the functions without a symbol. */
static int add_btf(struct target_host *host, const struct target_sources *sources, size_t module)
{
	const struct btf *btf = sources->btf[module];
	const struct btf *base = btf__base_btf(btf);
	struct proto proto;
	int r;

	for (u32 id = base ? btf__type_cnt(base) : 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		struct target_function *f;
		const char *name;

		if (!btf_is_func(t))
			continue;
		name = btf__name_by_offset(btf, t->name_off);
		f = target_host_find_in(host, host->modules[module], name);
		if (!f && is_wanted(sources, host->modules[module], name) &&
		    target_name_is_function(name)) {
			r = target_host_add(host, name, module, &f);
			if (r)
				return r;
			f->verdict = TARGET_NO_SYMBOL;
		}
		if (!f)
			continue;
		proto = proto_read(btf, id);
		f->btf_id = id;
		f->arg_cnt = proto.arg_cnt;
		/* Of what is not KVM's, the kernel has a deny list of its own. */
		f->doubtful = proto.struct_arg || host->is_outside;
		if (f->verdict == TARGET_OK)
			f->verdict = proto.verdict;
	}
	return 0;
}

static int judge_uniqueness(struct target_function *f, const struct target_sources *sources)
{
	struct kallsyms_name symbols;

	kallsyms_find(sources->kallsyms, f->name, &symbols);
	if (symbols.cnt <= 1)
		return 0;
	if (!strcmp(symbols.first_module, symbols.last_module))
		return target_function_set(f, TARGET_NOT_UNIQUE, "%u symbols of %s have this name",
					   symbols.cnt, symbols.first_module);
	return target_function_set(f, TARGET_NOT_UNIQUE,
				   "%u symbols have this name, in %s and in %s", symbols.cnt,
				   symbols.first_module, symbols.last_module);
}

/* TARGET_CLONE is left of those that target_host_allow_clones() may allow, and of vmlinux'. */
static int judge_clone(struct target_function *f, bool outside)
{
	if (!f->site_line)
		return target_function_set(f, TARGET_NO_SITE, "%s",
					   target_verdict_text(TARGET_NO_SITE));
	return target_function_set(f, TARGET_CLONE, "%s",
				   outside ? target_verdict_text(TARGET_CLONE)
					   : "clone: needs --clones");
}

static int judge_symbol(struct target_function *f, const struct target_sources *sources,
			bool outside)
{
	int r;

	if (f->verdict == TARGET_NO_SYMBOL)
		return target_function_set(f, TARGET_NO_SYMBOL, "%s",
					   target_verdict_text(TARGET_NO_SYMBOL));
	r = judge_uniqueness(f, sources);
	if (!r && !f->why && target_name_is_clone(f->name))
		r = judge_clone(f, outside);
	return r;
}

static int judge_type(struct target_function *f, const struct target_sources *sources,
		      const struct btf *btf)
{
	if (!btf)
		return target_function_set(f, TARGET_NO_BTF, "the kernel has no BTF for %s",
					   f->module);
	if (!f->btf_id)
		return target_function_set(f, TARGET_NO_BTF, "%s",
					   target_verdict_text(TARGET_NO_BTF));
	if (!f->site_line)
		return target_function_set(f, TARGET_NO_SITE, "%s",
					   target_verdict_text(TARGET_NO_SITE));
	if (f->verdict != TARGET_OK)
		return target_function_set(f, f->verdict, "%s", target_verdict_text(f->verdict));
	if (f->arg_cnt > sources->max_args)
		return target_function_set(
			f, TARGET_ARGS,
			"it takes %u argument registers, this kernel's trampolines up to %u",
			f->arg_cnt, sources->max_args);
	return 0;
}

static int judge(struct target_function *f, const struct target_sources *sources,
		 const struct btf *btf, bool outside)
{
	const struct deny_entry *denied = outside ? deny_find_outside(f->name) : deny_find(f->name);
	const struct site *site = sites_find(sources->sites, f->module, f->name);
	int r;

	f->site_line = site ? site->line : 0;
	if (denied)
		return target_function_set(f, denied->verdict, "%s", denied->reason);
	r = judge_symbol(f, sources, outside);
	return r || f->why ? r : judge_type(f, sources, btf);
}

int target_judge(struct target_host *host, const struct target_sources *sources)
{
	int r = add_symbols(host, sources);

	for (size_t i = 0; !r && i < host->module_cnt; i++) {
		if (sources->btf[i])
			r = add_btf(host, sources, i);
	}
	target_host_sort(host);
	for (size_t i = 0; !r && i < host->cnt; i++)
		r = judge(host->v[i], sources, sources->btf[module_index(host, host->v[i]->module)],
			  host->is_outside);
	return r;
}
