// SPDX-License-Identifier: GPL-2.0
/*
 * An entry's body is what the kernel would print if it printed no more than these lines:
 *
 *	0 t kvm_cpuid [kvm]
 *	0 d amd_pmu_init [vmlinux]	a symbol of the same name; d: not one of the functions
 *	0 t amd_pmu_init [kvm_amd]
 *
 *	kvm_cpuid [kvm] 48211		its line in available_filter_functions
 *
 * so that the same readers take it.
 */
#include "target/host_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "target/host.h"
#include "util/cache.h"
#include "util/cleanup.h"
#include "util/log.h"

#define CACHE_PREFIX "host"

/*
 * A directory of sysfs has a number which kernfs never gives out again (63 bits, counted up:
 * kernfs_new_node()), so a module that was loaded anew has another.
 */
static int key_of_module(FILE *key, const char *line, int sysfs_module_fd)
{
	char name[128], state[16];
	unsigned long long size;
	struct stat st;

	if (sscanf(line, "%127s %llu %*s %*s %15s", name, &size, state) != 3)
		return -EINVAL;
	if (fstatat(sysfs_module_fd, name, &st, 0))
		return -errno;
	fprintf(key, "%s %llu %s %llu\n", name, size, state, (unsigned long long)st.st_ino);
	return 0;
}

int host_key_of(const char *boot_id, const char *modules, int sysfs_module_fd, char **out)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *key = open_memstream(&text, &size);
	int r = 0;

	if (!key)
		return -ENOMEM;
	fprintf(key, "boot %.*s\n", (int)strcspn(boot_id, "\n"), boot_id);
	for (const char *p = modules; !r && *p; p += strcspn(p, "\n"), p += *p == '\n')
		r = key_of_module(key, p, sysfs_module_fd);
	if (fclose(key) && !r)
		r = -ENOMEM;
	if (!r)
		*out = TAKE_PTR(text);
	return r;
}

/* All of a small file of /proc, with a zero behind it. */
static int read_file(const char *path, char **out)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	_cleanup_free_ char *text = NULL;
	size_t cap = 0;

	if (!f)
		return -errno;
	errno = 0;
	if (getdelim(&text, &cap, '\0', f) < 0)
		return errno ? -errno : -ENODATA;
	*out = TAKE_PTR(text);
	return 0;
}

int host_key(char **out)
{
	_cleanup_close_ int sysfs = open("/sys/module", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_free_ char *boot_id = NULL, *modules = NULL;
	int r;

	if (sysfs < 0)
		return -errno;
	r = read_file("/proc/sys/kernel/random/boot_id", &boot_id);
	if (!r)
		r = read_file("/proc/modules", &modules);
	return r ? r : host_key_of(boot_id, modules, sysfs, out);
}

static bool is_one_of(const char *name, const char *const *names, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

static int compare(const void *a, const void *b)
{
	const struct kallsyms_function *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r ? r : strcmp(x->module, y->module);
}

/* As many lines as there are symbols of the name, which @cnt of the functions have. */
static void format_name(FILE *f, const struct kallsyms *kallsyms,
			const struct kallsyms_function *functions, size_t cnt,
			const char *const *modules, size_t module_cnt)
{
	const char *name = functions[0].name;
	struct kallsyms_name all;
	size_t others;

	kallsyms_find(kallsyms, name, &all);
	others = all.cnt - cnt;
	if (others && !is_one_of(all.first_module, modules, module_cnt)) {
		fprintf(f, "0 d %s [%s]\n", name, all.first_module);
		others--;
	}
	for (int first = 1; first >= 0; first--) {
		for (size_t i = 0; i < cnt; i++) {
			if ((strcmp(functions[i].module, all.first_module) == 0) == first)
				fprintf(f, "0 t %s [%s]\n", name, functions[i].module);
		}
	}
	/* Of those between the first and the last, the module matters to nobody. */
	for (; others; others--)
		fprintf(f, "0 d %s [%s]\n", name, all.last_module);
}

static int format_symbols(FILE *f, const struct kallsyms *kallsyms, const char *const *modules,
			  size_t module_cnt)
{
	_cleanup_free_ struct kallsyms_function *sorted = NULL;
	const struct kallsyms_function *functions;
	size_t cnt, run;

	functions = kallsyms_functions(kallsyms, &cnt);
	sorted = malloc((cnt + 1) * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	if (cnt) {
		memcpy(sorted, functions, cnt * sizeof(*sorted));
		qsort(sorted, cnt, sizeof(*sorted), compare);
	}
	for (size_t i = 0; i < cnt; i += run) {
		for (run = 1; i + run < cnt && !strcmp(sorted[i + run].name, sorted[i].name); run++)
			;
		format_name(f, kallsyms, sorted + i, run, modules, module_cnt);
	}
	return 0;
}

int host_cache_format(const struct kallsyms *kallsyms, const struct sites *sites,
		      const char *const *modules, size_t module_cnt, char **out, size_t *size_out)
{
	_cleanup_free_ char *text = NULL;
	FILE *f = open_memstream(&text, size_out);
	const struct site *v;
	size_t cnt;
	int r;

	if (!f)
		return -ENOMEM;
	r = format_symbols(f, kallsyms, modules, module_cnt);
	fputc('\n', f);
	v = sites_all(sites, &cnt);
	for (size_t i = 0; i < cnt; i++)
		fprintf(f, "%s [%.*s] %u\n", strchr(v[i].key, ':') + 1, (int)strcspn(v[i].key, ":"),
			v[i].key, v[i].line);
	if (fclose(f) && !r)
		r = -ENOMEM;
	if (!r)
		*out = TAKE_PTR(text);
	return r;
}

int host_cache_parse(char *text, size_t size, const char *const *modules, size_t module_cnt,
		     struct kallsyms **kallsyms_out, struct sites **sites_out)
{
	_cleanup_fclose_ FILE *symbol_file = NULL, *site_file = NULL;
	_cleanup_(kallsyms_free) struct kallsyms *kallsyms = NULL;
	_cleanup_(sites_free) struct sites *sites = NULL;
	char *gap = strstr(text, "\n\n");
	int r;

	/* Neither part can be empty; a zero in the text would hide what is behind it. */
	if (!gap || strlen(text) != size || !gap[2])
		return -EBADMSG;
	symbol_file = fmemopen(text, gap + 1 - text, "r");
	site_file = fmemopen(gap + 2, text + size - (gap + 2), "r");
	if (!symbol_file || !site_file)
		return -ENOMEM;
	r = kallsyms_read(symbol_file, modules, module_cnt, &kallsyms);
	if (!r)
		r = sites_read(site_file, modules, module_cnt, &sites);
	if (r)
		return r;
	*kallsyms_out = TAKE_PTR(kallsyms);
	*sites_out = TAKE_PTR(sites);
	return 0;
}

static int from_cache(const char *key, const char *const *modules, size_t module_cnt,
		      struct kallsyms **kallsyms_out, struct sites **sites_out)
{
	_cleanup_close_ int dir = cache_open(false);
	_cleanup_free_ char *text = NULL;
	char name[256];
	size_t size;
	int r = dir < 0 ? dir : cache_kernel_name(CACHE_PREFIX, name, sizeof(name));

	if (!r)
		r = cache_read(dir, name, key, &text, &size);
	if (!r)
		r = host_cache_parse(text, size, modules, module_cnt, kallsyms_out, sites_out);
	return r;
}

static int into_cache(const char *key, const char *const *modules, size_t module_cnt,
		      const struct kallsyms *kallsyms, const struct sites *sites)
{
	_cleanup_free_ char *text = NULL, *key_now = NULL;
	_cleanup_close_ int dir = cache_open(true);
	char name[256];
	size_t size;
	int r = dir < 0 ? dir : cache_kernel_name(CACHE_PREFIX, name, sizeof(name));

	/* Was a module loaded or unloaded while we read? Then nobody knows what we have read. */
	if (!r)
		r = host_key(&key_now);
	if (!r && strcmp(key, key_now))
		r = -ESTALE;
	if (!r)
		r = host_cache_format(kallsyms, sites, modules, module_cnt, &text, &size);
	return r ? r : cache_write(dir, name, key, text, size);
}

int host_cache_get(const char *const *modules, size_t module_cnt, bool fresh,
		   struct kallsyms **kallsyms_out, struct sites **sites_out)
{
	_cleanup_(kallsyms_free) struct kallsyms *kallsyms = NULL;
	_cleanup_(sites_free) struct sites *sites = NULL;
	_cleanup_free_ char *key = NULL;
	int cached = host_key(&key), r;

	if (!cached && !fresh) {
		r = from_cache(key, modules, module_cnt, kallsyms_out, sites_out);
		log_debug("the cache of the kernel's symbols: %s", r ? strerror(-r) : "taken");
		if (!r)
			return 0;
	}
	r = target_read_kallsyms(modules, module_cnt, &kallsyms);
	if (!r)
		r = target_read_sites(modules, module_cnt, &sites);
	if (r)
		return r;
	if (!cached)
		cached = into_cache(key, modules, module_cnt, kallsyms, sites);
	if (cached)
		log_debug("the kernel's symbols are not cached: %s", strerror(-cached));
	*kallsyms_out = TAKE_PTR(kallsyms);
	*sites_out = TAKE_PTR(sites);
	return 0;
}
