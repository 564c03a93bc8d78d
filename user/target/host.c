// SPDX-License-Identifier: GPL-2.0
#include "target/host.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "target/defaults.h"
#include "util/cleanup.h"
#include "util/log.h"

int target_host_new_of(const char *const *modules, size_t cnt, struct target_host **out)
{
	_cleanup_(target_host_free) struct target_host *host = calloc(1, sizeof(*host));

	if (host) {
		host->modules = calloc(cnt, sizeof(*host->modules));
		host->btf_fds = calloc(cnt, sizeof(*host->btf_fds));
	}
	if (!host || !host->modules || !host->btf_fds)
		return err_r(-ENOMEM, "no memory for the functions of KVM");
	for (; host->module_cnt < cnt; host->module_cnt++) {
		size_t i = host->module_cnt;

		host->btf_fds[i] = -1;
		host->modules[i] = strdup(modules[i]);
		if (!host->modules[i])
			return err_r(-ENOMEM, "no memory for the functions of KVM");
	}
	*out = TAKE_PTR(host);
	return 0;
}

int target_host_new(enum isa isa, struct target_host **out)
{
	const char *const modules[] = { "kvm", isa == ISA_SVM ? "kvm_amd" : "kvm_intel" };
	int r = target_host_new_of(modules, ARRAY_SIZE(modules), out);

	if (!r)
		(*out)->isa = isa;
	return r;
}

static void free_function(struct target_function *function)
{
	free(function->name);
	free(function->module);
	free(function->why);
	free(function);
}

void target_host_free(struct target_host **host)
{
	struct target_host *h = *host;

	if (!h)
		return;
	for (size_t i = 0; i < h->cnt; i++)
		free_function(h->v[i]);
	free(h->v);
	for (size_t i = 0; i < h->module_cnt; i++) {
		if (h->btf_fds[i] != TARGET_VMLINUX_FD)
			cleanup_close(&h->btf_fds[i]);
		free((void *)h->modules[i]);
	}
	free(h->modules);
	free(h->btf_fds);
	free(h);
	*host = NULL;
}

int target_host_add(struct target_host *host, const char *name, size_t module,
		    struct target_function **out)
{
	struct target_function *function = calloc(1, sizeof(*function));

	if (host->cnt == host->cap) {
		size_t cap = host->cap ? 2 * host->cap : 4096;
		void *p = realloc(host->v, cap * sizeof(*host->v));

		if (!p)
			goto no_memory;
		host->v = p;
		host->cap = cap;
	}
	if (!function)
		goto no_memory;
	function->name = strdup(name);
	function->module = strdup(host->modules[module]);
	if (!function->name || !function->module)
		goto no_memory;
	function->btf_fd = host->btf_fds[module];
	host->v[host->cnt++] = function;
	*out = function;
	return 0;

no_memory:
	if (function)
		free_function(function);
	return err_r(-ENOMEM, "no memory for the functions of KVM");
}

static int compare(const void *a, const void *b)
{
	const struct target_function *x = *(struct target_function *const *)a;
	const struct target_function *y = *(struct target_function *const *)b;
	int r = strcmp(x->name, y->name);

	return r ? r : strcmp(x->module, y->module);
}

/* The index of the first function whose name is not less than the first @len bytes of @name. */
static size_t lower_bound(const struct target_host *host, const char *name, size_t len)
{
	size_t low = 0, high = host->sorted_cnt;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (strncmp(host->v[mid]->name, name, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t target_host_first(const struct target_host *host, const char *name)
{
	return lower_bound(host, name, strlen(name) + 1);
}

static void mark_defaults(struct target_host *host)
{
	size_t cnt;
	const char *const *names = defaults_names(&cnt);

	for (size_t n = 0; n < cnt; n++)
		for (size_t i = target_host_first(host, names[n]);
		     i < host->sorted_cnt && !strcmp(host->v[i]->name, names[n]); i++)
			host->v[i]->is_default = true;
}

void target_host_sort(struct target_host *host)
{
	size_t kept = 0;

	if (host->cnt)
		qsort(host->v, host->cnt, sizeof(*host->v), compare);
	for (size_t i = 0; i < host->cnt; i++) {
		if (kept && !compare(&host->v[kept - 1], &host->v[i]))
			free_function(host->v[i]);
		else
			host->v[kept++] = host->v[i];
	}
	host->cnt = host->sorted_cnt = kept;
	if (!host->is_outside)
		mark_defaults(host);
}

bool target_name_is_clone(const char *name)
{
	name = strchr(name, '.');
	if (!name)
		return false;
	return strstr(name, ".isra.") || strstr(name, ".part.") || strstr(name, ".constprop.");
}

void target_host_allow_clones(struct target_host *host)
{
	for (size_t i = 0; i < host->cnt; i++) {
		struct target_function *f = host->v[i];

		if (f->verdict != TARGET_CLONE)
			continue;
		f->verdict = TARGET_OK;
		f->is_clone = true;
		f->is_default = true;
		free(f->why);
		f->why = NULL;
	}
}

size_t target_host_first_with(const struct target_host *host, const char *prefix)
{
	return lower_bound(host, prefix, strlen(prefix));
}

static bool in_module(const struct target_function *function, const char *module, size_t len)
{
	return !module || (!strncmp(function->module, module, len) && !function->module[len]);
}

/* Of any module, where @module is NULL; else of that with its first @module_len bytes as its name.
 */
static struct target_function *find(const struct target_host *host, const char *module,
				    size_t module_len, const char *base)
{
	struct target_function *clone = NULL, *found = NULL;
	size_t len = strlen(base);

	for (size_t i = lower_bound(host, base, len);
	     i < host->sorted_cnt && !strncmp(host->v[i]->name, base, len); i++) {
		struct target_function *f = host->v[i];

		if (!in_module(f, module, module_len))
			continue;
		if (!f->name[len] && (!found || f->verdict == TARGET_OK))
			found = f;
		else if (f->name[len] == '.' && target_name_is_clone(f->name) && !clone)
			clone = f;
	}
	return found ? found : clone;
}

struct target_function *target_host_find(const struct target_host *host, const char *name)
{
	const char *colon = strchr(name, ':');

	return colon ? find(host, name, colon - name, colon + 1) : find(host, NULL, 0, name);
}

struct target_function *target_host_find_in(const struct target_host *host, const char *module,
					    const char *name)
{
	return find(host, module, strlen(module), name);
}

enum isa target_host_isa(const struct target_host *host)
{
	return host->isa;
}

const char *target_host_vendor(const struct target_host *host)
{
	return host->modules[1];
}

int target_host_btf_fd(const struct target_host *host, const char *module)
{
	for (size_t i = 0; i < host->module_cnt; i++) {
		if (!strcmp(host->modules[i], module))
			return host->btf_fds[i];
	}
	return -1;
}

struct target_function **target_host_functions(const struct target_host *host, size_t *cnt_out)
{
	*cnt_out = host->cnt;
	return host->v;
}

int target_function_set(struct target_function *function, enum target_verdict verdict,
			const char *format, ...)
{
	va_list args;
	char *why;
	int r;

	va_start(args, format);
	r = vasprintf(&why, format, args);
	va_end(args);
	if (r < 0)
		return err_r(-ENOMEM, "no memory for the functions of KVM");
	free(function->why);
	function->why = why;
	function->verdict = verdict;
	return 0;
}
