// SPDX-License-Identifier: GPL-2.0
#include "target/discovered.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <zlib.h>

#include "util/cache.h"
#include "util/cleanup.h"

#define CACHE_PREFIX "functions"
#define WHEN_FORMAT  "%Y-%m-%d %H:%M:%S UTC"

void discovered_count(struct target_host *host, const char *whose,
		      const struct discovery_counts *counts, struct discovered *out)
{
	struct target_function **functions;
	time_t now = time(NULL);
	struct tm utc;
	size_t cnt;

	*out = (struct discovered){ .counts = *counts };
	snprintf(out->whose, sizeof(out->whose), "%s", whose);
	strftime(out->when, sizeof(out->when), WHEN_FORMAT, gmtime_r(&now, &utc));
	functions = target_host_functions(host, &cnt);
	for (size_t i = 0; i < cnt; i++) {
		if (!functions[i]->is_discovered)
			continue;
		if (target_is_traceable(functions[i]))
			out->cnt++;
		else
			out->other_cnt++;
	}
}

int discovered_format(struct target_host *host, const struct discovered *discovered, char **out,
		      size_t *size_out)
{
	_cleanup_free_ char *text = NULL;
	struct target_function **functions;
	struct utsname system;
	size_t cnt;
	FILE *f;

	f = open_memstream(&text, size_out);
	if (!f)
		return -ENOMEM;
	uname(&system);
	fprintf(f, "# %zu functions of %s, discovered %s on Linux %s\n", discovered->cnt,
		discovered->whose, discovered->when, system.release);
	if (discovered->counts.event_cnt)
		fprintf(f, "# %llu calls seen, %llu lost\n",
			(unsigned long long)discovered->counts.event_cnt,
			(unsigned long long)discovered->counts.lost_cnt);
	functions = target_host_functions(host, &cnt);
	for (size_t i = 0; i < cnt; i++) {
		if (functions[i]->is_discovered && !functions[i]->why)
			fprintf(f, "%s:%s\n", functions[i]->module, functions[i]->name);
	}
	for (size_t i = 0; i < cnt; i++) {
		if (functions[i]->is_discovered && functions[i]->why)
			fprintf(f, "# %s:%s ran and cannot be traced: %s\n", functions[i]->module,
				functions[i]->name, functions[i]->why);
	}
	if (fclose(f))
		return -ENOMEM;
	*out = TAKE_PTR(text);
	return 0;
}

/* Of "... functions of WHOSE, discovered WHEN on ..."; what is not as we write it is left out. */
static void parse_heading(const char *line, struct discovered *out)
{
	static const char of[] = " functions of ", discovered[] = ", discovered ";
	const char *whose = strstr(line, of), *when = strstr(line, discovered), *end;
	struct tm utc;

	if (!whose || !when || when < whose)
		return;
	whose += strlen(of);
	when += strlen(discovered);
	memset(&utc, 0, sizeof(utc));
	end = strptime(when, WHEN_FORMAT, &utc);
	if (!end)
		return;
	strftime(out->when, sizeof(out->when), WHEN_FORMAT, &utc);
	snprintf(out->whose, sizeof(out->whose), "%.*s", (int)(when - strlen(discovered) - whose),
		 whose);
}

int discovered_parse(char *text, struct target_host *host, struct discovered *out)
{
	struct discovered found = { .whose = "a guest", .when = "earlier" };
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct target_function *f;

		if (*line == '#') {
			parse_heading(line, &found);
			continue;
		}
		f = target_host_find(host, line);
		/* Found by its whole name, not as the clone of one that has gone. */
		if (!f || strcmp(f->name, strchr(line, ':') ? strchr(line, ':') + 1 : line))
			continue;
		f->is_discovered = true;
		found.cnt += target_is_traceable(f);
	}
	if (!found.cnt)
		return -EBADMSG;
	*out = found;
	return 0;
}

/* The types of a module say which functions it has, and change with any of them. */
static int module_sum(const char *module, unsigned long *sum)
{
	_cleanup_close_ int fd = -1;
	unsigned char text[65536];
	char path[128];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", module);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*sum = 0;
	while ((n = read(fd, text, sizeof(text))) > 0)
		*sum = crc32(*sum, text, n);
	return n ? -errno : 0;
}

static int make_key(const struct target_host *host, char *key, size_t size)
{
	struct utsname system;
	unsigned long kvm, vendor;
	int r = module_sum("kvm", &kvm);

	if (!r)
		r = module_sum(target_host_vendor(host), &vendor);
	if (r || uname(&system))
		return r ? r : -errno;
	snprintf(key, size, "%s %s\nkvm %08lx\n%s %08lx\n", system.release, system.version, kvm,
		 target_host_vendor(host), vendor);
	return 0;
}

/* Where this host's set is cached: the directory's descriptor, its file and key; or -errno. */
static int open_cache(const struct target_host *host, bool create, char name[256], char key[512])
{
	_cleanup_close_ int dir = cache_open(create);
	int r = dir < 0 ? dir : cache_kernel_name(CACHE_PREFIX, name, 256);

	if (!r)
		r = make_key(host, key, 512);
	return r ? r : TAKE_FD(dir);
}

int discovered_save(struct target_host *host, const struct discovered *discovered)
{
	char name[256], key[512];
	_cleanup_close_ int dir = open_cache(host, true, name, key);
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = dir < 0 ? dir : discovered_format(host, discovered, &text, &size);

	return r ? r : cache_write(dir, name, key, text, size);
}

int discovered_load(struct target_host *host, struct discovered *out)
{
	char name[256], key[512];
	_cleanup_close_ int dir = open_cache(host, false, name, key);
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = dir < 0 ? dir : cache_read(dir, name, key, &text, &size);

	return r ? r : discovered_parse(text, host, out);
}
