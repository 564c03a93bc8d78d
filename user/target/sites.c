// SPDX-License-Identifier: GPL-2.0
#include "target/sites.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

struct sites {
	struct site *v; /* sorted */
	size_t cnt, cap;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct site *)a)->key, ((const struct site *)b)->key);
}

static int add(struct sites *s, const char *module, const char *name, u32 line)
{
	if (s->cnt == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 1024;
		void *p = realloc(s->v, cap * sizeof(*s->v));

		if (!p)
			return -ENOMEM;
		s->v = p;
		s->cap = cap;
	}
	if (asprintf(&s->v[s->cnt].key, "%s:%s", module, name) < 0)
		return -ENOMEM;
	s->v[s->cnt++].line = line;
	return 0;
}

/* "kvm_vcpu_ioctl [kvm]"; without the bracket it is vmlinux's. */
static int add_line(struct sites *s, char *line, u32 number, const char *const *modules,
		    size_t module_cnt)
{
	static char vmlinux[] = "vmlinux";
	char *save = NULL;
	char *name = strtok_r(line, " \t\n", &save);
	char *module = strtok_r(NULL, " \t\n", &save);
	char *other_number = strtok_r(NULL, " \t\n", &save);

	if (other_number)
		number = strtoul(other_number, NULL, 10);
	if (!name || (module && *module != '['))
		return 0;
	if (module) {
		module++;
		module[strcspn(module, "]")] = '\0';
	} else {
		module = vmlinux;
	}
	for (size_t i = 0; i < module_cnt; i++) {
		if (!strcmp(modules[i], module))
			return add(s, module, name, number);
	}
	return 0;
}

int sites_read(FILE *f, const char *const *modules, size_t module_cnt, struct sites **out)
{
	_cleanup_(sites_free) struct sites *s = calloc(1, sizeof(*s));
	_cleanup_free_ char *line = NULL;
	size_t cap = 0;
	u32 number = 0;
	int r = s ? 0 : -ENOMEM;

	while (!r && getline(&line, &cap, f) > 0)
		r = add_line(s, line, ++number, modules, module_cnt);
	if (r)
		return err_r(r, "no memory for ftrace's functions");
	if (ferror(f))
		return err_r(-EIO, "cannot read available_filter_functions of tracefs: %m");
	if (s->cnt)
		qsort(s->v, s->cnt, sizeof(*s->v), compare);
	*out = TAKE_PTR(s);
	return 0;
}

void sites_free(struct sites **sites)
{
	struct sites *s = *sites;

	if (!s)
		return;
	for (size_t i = 0; i < s->cnt; i++)
		free(s->v[i].key);
	free(s->v);
	free(s);
	*sites = NULL;
}

const struct site *sites_find(const struct sites *s, const char *module, const char *name)
{
	char text[512];
	struct site key = { .key = text };

	if (!s->cnt || snprintf(text, sizeof(text), "%s:%s", module, name) >= (int)sizeof(text))
		return NULL;
	return bsearch(&key, s->v, s->cnt, sizeof(*s->v), compare);
}

bool sites_have(const struct sites *s, const char *module, const char *name)
{
	return sites_find(s, module, name) != NULL;
}

const struct site *sites_all(const struct sites *s, size_t *cnt_out)
{
	*cnt_out = s->cnt;
	return s->v;
}
