// SPDX-License-Identifier: GPL-2.0
/*
 * A distribution's kernel has 200,000 symbols in 10 MB of text: the text is read as a
 * whole and cut up in place, an open-addressed hash table counts its names, 12 bytes each.
 */
#include "target/kallsyms.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

#define MODULES_MAX 1024

struct slot {
	u32 name; /* offset into the text; 0 = free, for a line begins with an address */
	u32 cnt;
	u16 first_module;
	u16 last_module;
};

struct kallsyms {
	char *text;
	size_t size;
	struct slot *slots;
	u32 mask;
	const char *modules[MODULES_MAX]; /* [0] is vmlinux */
	size_t module_cnt;
	struct kallsyms_function *functions;
	size_t function_cnt, function_cap;
};

static int read_all(FILE *f, char **text_out, size_t *size_out)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0, cap = 0;

	do {
		if (cap - size < 2) {
			size_t bigger = cap ? cap * 2 : 1 << 20;
			char *p = realloc(text, bigger);

			if (!p)
				return err_r(-ENOMEM, "no memory for the kernel's symbols");
			text = p;
			cap = bigger;
		}
		size += fread(text + size, 1, cap - size - 1, f);
	} while (!feof(f) && !ferror(f));
	if (ferror(f))
		return err_r(-EIO, "cannot read the kernel's symbols: %m");
	if (size > UINT32_MAX / 2)
		return err_r(-EFBIG, "the kernel's symbol table is larger than 2 GB");
	text[size] = '\0';
	*text_out = TAKE_PTR(text);
	*size_out = size;
	return 0;
}

/* Counts up to a power of two that leaves the table at most half full. */
static int alloc_slots(struct kallsyms *k)
{
	u32 lines = 1, slots = 16;

	for (const char *p = k->text; (p = strchr(p, '\n')); p++)
		lines++;
	while (slots < 2 * lines)
		slots *= 2;
	k->slots = calloc(slots, sizeof(*k->slots));
	if (!k->slots)
		return err_r(-ENOMEM, "no memory for the kernel's symbols");
	k->mask = slots - 1;
	return 0;
}

static struct slot *find_slot(const struct kallsyms *k, const char *name)
{
	u32 hash = 2166136261; /* FNV-1a */

	for (const char *p = name; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619;
	for (u32 i = hash;; i++) {
		struct slot *slot = &k->slots[i & k->mask];

		if (!slot->cnt || !strcmp(k->text + slot->name, name))
			return slot;
	}
}

/* Modules come one after the other, so it is nearly always the last one. */
static int module_index(struct kallsyms *k, const char *name)
{
	for (size_t i = k->module_cnt; i-- > 0;) {
		if (!strcmp(k->modules[i], name))
			return i;
	}
	if (k->module_cnt == MODULES_MAX)
		return -E2BIG;
	k->modules[k->module_cnt] = name;
	return k->module_cnt++;
}

static int add_function(struct kallsyms *k, const char *name, const char *module)
{
	if (k->function_cnt == k->function_cap) {
		size_t cap = k->function_cap ? 2 * k->function_cap : 1024;
		void *p = realloc(k->functions, cap * sizeof(*k->functions));

		if (!p)
			return err_r(-ENOMEM, "no memory for the kernel's symbols");
		k->functions = p;
		k->function_cap = cap;
	}
	k->functions[k->function_cnt++] = (struct kallsyms_function){ name, module };
	return 0;
}

static bool is_one_of(const char *name, const char *const *names, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

/* "ffffffffc0a01230 t kvm_vcpu_ioctl\t[kvm]"; without the bracket it is vmlinux's. */
static int add_line(struct kallsyms *k, char *line, const char *const *wanted, size_t wanted_cnt)
{
	char *save = NULL;
	char *address = strtok_r(line, " \t", &save);
	char *type = strtok_r(NULL, " \t", &save);
	char *name = strtok_r(NULL, " \t", &save);
	char *module = strtok_r(NULL, " \t", &save);
	struct slot *slot;
	int index = 0;

	if (!address || !type || !name)
		return 0;
	if (module) {
		if (*module == '[')
			module++;
		module[strcspn(module, "]")] = '\0';
		if (!strcmp(module, "bpf") || !strncmp(module, "__builtin__", 11))
			return 0;
		index = module_index(k, module);
		if (index < 0)
			return err_r(index, "more than %d modules are loaded", MODULES_MAX);
	}

	slot = find_slot(k, name);
	if (!slot->cnt++) {
		slot->name = name - k->text;
		slot->first_module = index;
	}
	slot->last_module = index;

	module = module ? module : (char *)k->modules[0];
	if (!strchr("tTwW", *type) || (wanted && !is_one_of(module, wanted, wanted_cnt)))
		return 0;
	return add_function(k, name, module);
}

int kallsyms_read(FILE *f, const char *const *modules, size_t module_cnt, struct kallsyms **out)
{
	_cleanup_(kallsyms_free) struct kallsyms *k = calloc(1, sizeof(*k));
	char *line, *next;
	int r;

	if (!k)
		return err_r(-ENOMEM, "no memory for the kernel's symbols");
	k->modules[k->module_cnt++] = "vmlinux";
	r = read_all(f, &k->text, &k->size);
	if (!r)
		r = alloc_slots(k);
	if (r)
		return r;

	for (line = k->text; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		r = add_line(k, line, modules, module_cnt);
		if (r)
			return r;
	}
	*out = TAKE_PTR(k);
	return 0;
}

void kallsyms_free(struct kallsyms **kallsyms)
{
	struct kallsyms *k = *kallsyms;

	if (!k)
		return;
	free(k->text);
	free(k->slots);
	free(k->functions);
	free(k);
	*kallsyms = NULL;
}

void kallsyms_find(const struct kallsyms *k, const char *name, struct kallsyms_name *out)
{
	const struct slot *slot = find_slot(k, name);

	*out = (struct kallsyms_name){ .name = name, .cnt = slot->cnt };
	if (!slot->cnt)
		return;
	out->first_module = k->modules[slot->first_module];
	out->last_module = k->modules[slot->last_module];
}

const struct kallsyms_function *kallsyms_functions(const struct kallsyms *k, size_t *cnt_out)
{
	*cnt_out = k->function_cnt;
	return k->functions;
}
