/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The user's choice of functions. A rule is one of
 *
 *	kvm_vcpu_run		a name: an error if it cannot be traced
 *	kvm_amd:svm_*		a glob (* ? [...]), of one module when prefixed
 *	default			the functions of the exit path (no C function has this name)
 *	discovered		those that have been seen to run (nor this)
 *	@FILE			the rules in a file, one a line, # begins a comment; what this
 *				host lacks of them is a warning, since such lists outlive kernels
 *
 * Rules add up; exclusions are taken away at the end.
 */
#ifndef EXITGRAPH_TARGET_SELECT_H
#define EXITGRAPH_TARGET_SELECT_H

#include "target/target.h"

struct target_rule {
	char *pattern;
	char *file; /* where it was read; NULL = the command line */
	bool exclude;
};

/* Starts as { 0 }. */
struct target_rules {
	struct target_rule *v;
	size_t cnt;
};

void target_rules_free(struct target_rules *rules);

/*
 * Add the comma-separated rules of @text (--functions, --exclude). 0, -EINVAL for an empty
 * rule, or -errno of a file that cannot be read, after saying so.
 */
int target_rules_add(struct target_rules *rules, const char *text, bool exclude);

/* Add the rules in the file @path (--functions-file); likewise, -EINVAL if it has none to include.
 */
int target_rules_add_file(struct target_rules *rules, const char *path, bool exclude);

/* Is @pattern one of those to include; is there any, if it is NULL? */
bool target_rules_include(const struct target_rules *rules, const char *pattern);

/* Does the name or glob @pattern mean @function? */
bool target_pattern_matches(const char *pattern, const struct target_function *function);

/* Has @pattern a wildcard, or is it a plain name? */
bool target_pattern_is_glob(const char *pattern);

/* Starts as { 0 }. */
struct target_selection {
	struct target_function **v; /* owned by the host; by name, then module, each once */
	size_t cnt;
};

void target_selection_free(struct target_selection *selection);

/*
 * The functions that @rules name and that can be traced; if no rule includes any,
 * those of @fallback (NULL: the default list). Doubtful ones have been test-loaded. A glob or
 * exclusion that matches nothing is a warning; a name on the command line that cannot be traced is
 * -EINVAL, as is a selection with nothing left in it, after saying why.
 */
int target_select(struct target_host *host, const struct target_rules *rules,
		  const struct target_rules *fallback, struct target_selection *out);

#endif
