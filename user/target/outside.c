// SPDX-License-Identifier: GPL-2.0
#include "target/outside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "target/host.h"
#include "target/proto.h"
#include "util/cleanup.h"
#include "util/log.h"

/* What the symbol table has for one rule. */
struct matches {
	size_t cnt;
	const char *kvm_module;	 /* of a function of KVM's own that the rule means */
	const char *longer_name; /* the shortest outside of KVM that begins with the rule's */
};

static bool is_kvm(const char *module)
{
	return !strcmp(module, "kvm") || !strcmp(module, "kvm_amd") || !strcmp(module, "kvm_intel");
}

/* Is @name a better guess than @guess at what is meant by @prefix, which is no function's name? */
static bool is_closer(const char *name, const char *guess, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(name, prefix, len) || !name[len])
		return false;
	return !guess || strlen(name) < strlen(guess);
}

static struct matches match(const struct kallsyms *kallsyms, const char *pattern)
{
	const struct kallsyms_function *functions;
	struct matches m = { 0 };
	size_t cnt;

	functions = kallsyms_functions(kallsyms, &cnt);
	for (size_t i = 0; i < cnt; i++) {
		const struct kallsyms_function *f = &functions[i];

		if (!target_name_is_function(f->name))
			continue;
		if (!target_pattern_means(pattern, f->module, f->name)) {
			if (!is_kvm(f->module) && is_closer(f->name, m.longer_name, pattern))
				m.longer_name = f->name;
		} else if (is_kvm(f->module)) {
			m.kvm_module = f->module;
		} else {
			m.cnt++;
		}
	}
	return m;
}

/* Can anything be made of the rules? Looks at names alone, so that '*' is refused at once. */
static int check_rules(const struct kallsyms *kallsyms, const struct target_rules *rules)
{
	size_t sum = 0;

	for (size_t i = 0; i < rules->cnt; i++) {
		const char *pattern = rules->v[i].pattern;
		struct matches m = match(kallsyms, pattern);

		sum += m.cnt;
		if (m.cnt > TARGET_OUTSIDE_MAX || sum > TARGET_OUTSIDE_MAX)
			return err_r(-EINVAL,
				     "'%s' makes it %zu functions outside of KVM, more than the %d "
				     "that a host can bear probes on; name fewer",
				     pattern, sum, TARGET_OUTSIDE_MAX);
		if (m.cnt)
			continue;
		if (m.kvm_module)
			return err_r(-EINVAL,
				     "'%s' is of %s, not outside of KVM: name it with "
				     "--functions default,%s",
				     pattern, m.kvm_module, pattern);
		if (m.longer_name)
			return err_r(-EINVAL, "this kernel has no function '%s' (but %s)", pattern,
				     m.longer_name);
		return err_r(-EINVAL,
			     "%s '%s' outside of KVM; it may be inlined, or its module "
			     "not loaded",
			     target_pattern_is_glob(pattern)
				     ? "this kernel has no function that matches"
				     : "this kernel has no function",
			     pattern);
	}
	return 0;
}

static bool has(const char **names, size_t cnt, const char *name)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

int target_outside_new(const struct kallsyms *kallsyms, const struct target_rules *rules,
		       struct target_host **out)
{
	const struct kallsyms_function *functions;
	const char *modules[TARGET_OUTSIDE_MAX];
	size_t cnt, module_cnt = 0;
	int r = check_rules(kallsyms, rules);

	if (r)
		return r;
	functions = kallsyms_functions(kallsyms, &cnt);
	for (size_t i = 0; i < cnt; i++) {
		const struct kallsyms_function *f = &functions[i];

		if (is_kvm(f->module) || has(modules, module_cnt, f->module))
			continue;
		for (size_t j = 0; j < rules->cnt; j++) {
			if (!target_pattern_means(rules->v[j].pattern, f->module, f->name) ||
			    !target_name_is_function(f->name))
				continue;
			modules[module_cnt++] = f->module;
			break;
		}
	}
	r = target_host_new_of(modules, module_cnt, out);
	if (!r)
		(*out)->is_outside = true;
	return r;
}

/* The BTF of each of the host's modules, by index; that of vmlinux is in [cnt], too. */
struct btfs {
	struct btf **v;
	size_t cnt;
};

static void cleanup_btfs(struct btfs *btfs)
{
	/* That of vmlinux last, which those of the modules refer to. */
	for (size_t i = 0; btfs->v && i <= btfs->cnt; i++) {
		if (i == btfs->cnt || btfs->v[i] != btfs->v[btfs->cnt])
			btf__free(btfs->v[i]);
	}
	free(btfs->v);
}

static int read_btfs(struct target_host *host, struct btfs *btfs)
{
	struct btf *vmlinux;
	int r = 0;

	btfs->cnt = host->module_cnt;
	btfs->v = calloc(btfs->cnt + 1, sizeof(*btfs->v));
	if (!btfs->v)
		return err_r(-ENOMEM, "no memory for the kernel's types");
	vmlinux = btf__parse(TARGET_VMLINUX_PATH, NULL);
	if (!vmlinux)
		return err_r(-errno, "cannot read the kernel's BTF, " TARGET_VMLINUX_PATH ": %m");
	btfs->v[btfs->cnt] = vmlinux;
	for (size_t i = 0; !r && i < host->module_cnt; i++) {
		if (!strcmp(host->modules[i], TARGET_VMLINUX)) {
			btfs->v[i] = vmlinux;
			host->btf_fds[i] = TARGET_VMLINUX_FD;
		} else {
			r = target_read_btf(host->modules[i], vmlinux, &btfs->v[i]);
		}
	}
	return r ? r : target_btf_fds(host->modules, host->module_cnt, host->btf_fds);
}

int target_outside_open(const struct target_rules *rules, struct target_host **out)
{
	_cleanup_(target_host_free) struct target_host *host = NULL;
	_cleanup_(kallsyms_free) struct kallsyms *kallsyms = NULL;
	_cleanup_(sites_free) struct sites *sites = NULL;
	_cleanup_(cleanup_btfs) struct btfs btfs = { 0 };
	struct target_sources sources;
	int r;

	r = target_read_kallsyms(NULL, 0, &kallsyms);
	if (!r)
		r = target_outside_new(kallsyms, rules, &host);
	if (!r)
		r = read_btfs(host, &btfs);
	if (!r)
		r = target_read_sites(host->modules, host->module_cnt, &sites);
	if (r)
		return r;
	sources = (struct target_sources){
		.kallsyms = kallsyms,
		.sites = sites,
		.btf = btfs.v,
		.max_args = proto_max_args(btfs.v[btfs.cnt]),
		.only = rules,
	};
	r = target_judge(host, &sources);
	if (!r)
		*out = TAKE_PTR(host);
	return r;
}

/* Mark what one rule means and can be traced; -EINVAL (said) if that is nothing. */
static int choose(struct target_host *outside, const char *pattern, bool *chosen)
{
	const struct target_function *untraceable = NULL;
	bool glob = target_pattern_is_glob(pattern), any = false;

	for (size_t i = 0; i < outside->cnt; i++) {
		if (!target_pattern_matches(pattern, outside->v[i]))
			continue;
		if (target_is_traceable(outside->v[i]))
			any = chosen[i] = true;
		else if (!untraceable)
			untraceable = outside->v[i];
	}
	if (any)
		return 0;
	return err_r(-EINVAL, "'%s' cannot be traced: %s%s%s", pattern,
		     glob && untraceable ? untraceable->name : "", glob && untraceable ? " " : "",
		     untraceable ? untraceable->why : "no function is left of it");
}

int target_outside_select(struct target_host *outside, const struct target_rules *rules,
			  struct target_selection *out)
{
	_cleanup_free_ bool *chosen = calloc(outside->cnt + 1, sizeof(*chosen));
	struct target_selection selection = { 0 };
	int r = 0;

	if (!chosen)
		return err_r(-ENOMEM, "no memory for the list of functions");
	for (size_t i = 0; !r && i < rules->cnt; i++)
		r = choose(outside, rules->v[i].pattern, chosen);
	if (r)
		return r;
	selection.v = calloc(outside->cnt + 1, sizeof(*selection.v));
	if (!selection.v)
		return err_r(-ENOMEM, "no memory for the list of functions");
	for (size_t i = 0; i < outside->cnt; i++) {
		if (chosen[i])
			selection.v[selection.cnt++] = outside->v[i];
	}
	*out = selection;
	return 0;
}
