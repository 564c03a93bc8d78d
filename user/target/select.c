// SPDX-License-Identifier: GPL-2.0
#include "target/select.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

/* The functions that one rule means. */
struct match {
	size_t cnt;
	size_t traceable_cnt;
	const struct target_function *untraceable; /* the first */
};

/* What one file of rules names and this host lacks. */
struct file_misses {
	const char *file;
	size_t rule_cnt, miss_cnt;
	char first[512];
};

struct selector {
	struct target_host *host;
	struct target_function **functions;
	size_t cnt;
	bool *chosen; /* by index */
	struct file_misses misses;
	int error;
};

static bool is_a_set(const char *pattern)
{
	return !strcmp(pattern, "default") || !strcmp(pattern, "discovered");
}

/* Where among all, which are sorted by name, those may be that @pattern means: [*from, *to). */
static void narrow(const struct selector *s, const char *pattern, size_t *from, size_t *to)
{
	const char *colon = strchr(pattern, ':'), *name = colon ? colon + 1 : pattern;
	size_t len = strlen(name);

	*from = 0;
	*to = s->cnt;
	if (is_a_set(pattern) || strpbrk(name, "*?[\\"))
		return;
	*from = *to = target_host_first_with(s->host, name);
	while (*to < s->cnt && !strncmp(s->functions[*to]->name, name, len))
		++*to;
}

static struct match apply(struct selector *s, const struct target_rule *rule)
{
	struct match match = { 0 };
	size_t from, to;

	narrow(s, rule->pattern, &from, &to);
	for (size_t i = from; i < to; i++) {
		struct target_function *f = s->functions[i];

		if (!target_pattern_matches(rule->pattern, f))
			continue;
		match.cnt++;
		if (rule->exclude) {
			s->chosen[i] = false;
		} else if (target_is_traceable(f)) {
			s->chosen[i] = true;
			match.traceable_cnt++;
		} else if (!match.untraceable) {
			match.untraceable = f;
		}
	}
	/* A clone has another name than the one that the source, and the user, knows. */
	if (!match.cnt && !target_pattern_is_glob(rule->pattern))
		match.untraceable = target_host_find(s->host, rule->pattern);
	return match;
}

static void flush_misses(struct selector *s)
{
	const struct file_misses *m = &s->misses;

	if (m->miss_cnt)
		log_warn("%s: %zu of its %zu functions cannot be traced on this host; the first: "
			 "%s",
			 m->file, m->miss_cnt, m->rule_cnt, m->first);
	s->misses = (struct file_misses){ 0 };
}

/* A rule that chose nothing: say so, now or, if it is a file's, with the others of the file. */
static void report(struct selector *s, const struct target_rule *rule, const struct match *match)
{
	bool glob = target_pattern_is_glob(rule->pattern) || is_a_set(rule->pattern);
	char text[512];

	if (match->untraceable)
		snprintf(text, sizeof(text), "'%s' cannot be traced: %s%s%s", rule->pattern,
			 glob ? match->untraceable->name : "", glob ? ": " : "",
			 match->untraceable->why);
	else
		snprintf(text, sizeof(text), "'%s' %s %s or %s", rule->pattern,
			 glob ? "matches no function of" : "is no function of", "kvm",
			 target_host_vendor(s->host));

	if (rule->file) {
		if (!s->misses.miss_cnt++)
			snprintf(s->misses.first, sizeof(s->misses.first), "%s", text);
	} else if (glob || rule->exclude) {
		log_warn("%s", text);
	} else {
		s->error = err_r(-EINVAL, "%s; 'exitgraph list' shows what can be traced", text);
	}
}

static void apply_all(struct selector *s, const struct target_rules *rules, bool exclude)
{
	for (size_t i = 0; i < rules->cnt; i++) {
		const struct target_rule *rule = &rules->v[i];
		struct match match;

		if (rule->exclude != exclude)
			continue;
		if (s->misses.file && (!rule->file || strcmp(rule->file, s->misses.file)))
			flush_misses(s);
		s->misses.file = rule->file;
		s->misses.rule_cnt++;
		match = apply(s, rule);
		if (exclude ? !match.cnt : !match.traceable_cnt)
			report(s, rule, &match);
	}
	flush_misses(s);
}

static int collect(const struct selector *s, struct target_selection *out)
{
	struct target_selection selection = { 0 };

	selection.v = calloc(s->cnt + 1, sizeof(*selection.v));
	if (!selection.v)
		return err_r(-ENOMEM, "no memory for the list of functions");
	for (size_t i = 0; i < s->cnt; i++) {
		if (s->chosen[i])
			selection.v[selection.cnt++] = s->functions[i];
	}
	if (!selection.cnt) {
		target_selection_free(&selection);
		return err_r(-EINVAL, "no function is left to trace; 'exitgraph list --traceable' "
				      "shows those that can be");
	}
	*out = selection;
	return 0;
}

int target_select(struct target_host *host, const struct target_rules *rules,
		  const struct target_rules *fallback, struct target_selection *out)
{
	static char default_pattern[] = "default";
	static struct target_rule default_rule = { .pattern = default_pattern };
	static const struct target_rules default_rules = { &default_rule, 1 };
	_cleanup_free_ bool *chosen = NULL;
	struct selector s = { .host = host };

	s.functions = target_host_functions(host, &s.cnt);
	s.chosen = chosen = calloc(s.cnt + 1, sizeof(*chosen));
	if (!chosen)
		return err_r(-ENOMEM, "no memory for the list of functions");
	fallback = fallback ? fallback : &default_rules;
	/* What it lacks is no fault of the user's: nothing is reported. */
	for (size_t i = 0; !target_rules_include(rules, NULL) && i < fallback->cnt; i++)
		apply(&s, &fallback->v[i]);
	apply_all(&s, rules, false);
	apply_all(&s, rules, true);
	return s.error ? s.error : collect(&s, out);
}

void target_selection_free(struct target_selection *selection)
{
	free(selection->v);
	*selection = (struct target_selection){ 0 };
}
