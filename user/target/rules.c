// SPDX-License-Identifier: GPL-2.0
/* Rules as the user writes them; what they do is in select.c. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "target/host.h"
#include "target/select.h"
#include "util/cleanup.h"
#include "util/log.h"

static int add(struct target_rules *rules, const char *pattern, size_t len, const char *file,
	       bool exclude)
{
	struct target_rule rule = { .exclude = exclude };
	void *p = realloc(rules->v, (rules->cnt + 1) * sizeof(*rules->v));

	if (p)
		rules->v = p;
	rule.pattern = strndup(pattern, len);
	rule.file = file ? strdup(file) : NULL;
	if (!p || !rule.pattern || (file && !rule.file)) {
		free(rule.pattern);
		free(rule.file);
		return err_r(-ENOMEM, "no memory for the list of functions");
	}
	rules->v[rules->cnt++] = rule;
	return 0;
}

int target_rules_add(struct target_rules *rules, const char *text, bool exclude)
{
	const char *next;
	int r = 0;

	for (const char *p = text; p && !r; p = next) {
		size_t len = strcspn(p, ",");

		next = p[len] ? p + len + 1 : NULL;
		if (!len)
			return err_r(-EINVAL, "a function or glob is missing in '%s'", text);
		if (*p == '@') {
			_cleanup_free_ char *path = strndup(p + 1, len - 1);

			if (!path)
				return err_r(-ENOMEM, "no memory for the list of functions");
			r = target_rules_add_file(rules, path, exclude);
		} else {
			r = add(rules, p, len, NULL, exclude);
		}
	}
	return r;
}

int target_rules_add_file(struct target_rules *rules, const char *path, bool exclude)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	size_t cap = 0, before = rules->cnt;
	int r = 0;

	if (!f)
		return err_r(-errno, "cannot open the list of functions '%s': %m", path);
	errno = 0;
	while (!r && getline(&line, &cap, f) > 0) {
		char *word = line + strspn(line, " \t\r\n");
		size_t len = strcspn(word, " \t\r\n#");

		if (len)
			r = add(rules, word, len, path, exclude);
	}
	if (!r && ferror(f))
		return err_r(errno ? -errno : -EIO, "cannot read the list of functions '%s': %m",
			     path);
	/* Else it would stand for the default list. */
	if (!r && rules->cnt == before && !exclude)
		return err_r(-EINVAL, "the list of functions '%s' is empty", path);
	return r;
}

void target_rules_free(struct target_rules *rules)
{
	for (size_t i = 0; i < rules->cnt; i++) {
		free(rules->v[i].pattern);
		free(rules->v[i].file);
	}
	free(rules->v);
	*rules = (struct target_rules){ 0 };
}

bool target_rules_include(const struct target_rules *rules, const char *pattern)
{
	for (size_t i = 0; i < rules->cnt; i++) {
		if (!rules->v[i].exclude && (!pattern || !strcmp(rules->v[i].pattern, pattern)))
			return true;
	}
	return false;
}

bool target_pattern_is_glob(const char *pattern)
{
	return strpbrk(pattern, "*?[");
}

#define SPECIAL "*?[\\" /* to fnmatch() */

static bool ends_with(const char *name, const char *end)
{
	size_t name_len = strlen(name), len = strlen(end);

	return name_len >= len && !strcmp(name + name_len - len, end);
}

/* fnmatch() alone takes some hundred instructions where the first letter tells, or the end. */
bool target_glob_matches(const char *pattern, const char *name)
{
	size_t plain;

	if (*pattern != *name && !strchr(SPECIAL, *pattern))
		return false;
	if (*pattern == '*' && !strpbrk(pattern + 1, SPECIAL))
		return ends_with(name, pattern + 1);
	plain = strcspn(pattern, SPECIAL);
	if (strncmp(pattern, name, plain))
		return false;
	return pattern[plain] ? !fnmatch(pattern + plain, name + plain, 0) : !name[plain];
}

/* Does @pattern, without a module, mean @name? Clones are known by their source's name, too. */
static bool name_matches(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	if (target_glob_matches(pattern, name))
		return true;
	return !strncmp(pattern, name, len) && name[len] == '.' && target_name_is_clone(name);
}

bool target_pattern_means(const char *pattern, const char *module, const char *name)
{
	const char *colon = strchr(pattern, ':');
	char wanted[64];

	if (!colon)
		return name_matches(pattern, name);
	if ((size_t)(colon - pattern) >= sizeof(wanted))
		return false;
	memcpy(wanted, pattern, colon - pattern);
	wanted[colon - pattern] = '\0';
	return target_glob_matches(wanted, module) && name_matches(colon + 1, name);
}

bool target_pattern_matches(const char *pattern, const struct target_function *function)
{
	if (!strcmp(pattern, "default"))
		return function->is_default;
	if (!strcmp(pattern, "discovered"))
		return function->is_discovered;
	return target_pattern_means(pattern, function->module, function->name);
}
