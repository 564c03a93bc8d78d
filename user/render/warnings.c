// SPDX-License-Identifier: GPL-2.0
#include "render/warnings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "profile/reasons.h"
#include "profile/tree.h"
#include "render/tracer_cost.h"
#include "render/units.h"
#include "util/cleanup.h"

#define COLUMNS 100

struct finder {
	struct view *const *views;
	size_t view_cnt;
	const struct view *view; /* the one that is looked at */
	struct warnings *warnings;
	int err;
};

void warnings_clear(struct warnings *warnings)
{
	for (size_t i = 0; i < warnings->cnt; i++)
		free(warnings->text[i]);
	free(warnings->text);
	*warnings = (struct warnings){};
}

int warnings_add(struct warnings *warnings, const char *format, ...)
{
	char **text = reallocarray(warnings->text, warnings->cnt + 1, sizeof(*text));
	va_list args;
	int length;

	if (!text)
		return -ENOMEM;
	warnings->text = text;
	va_start(args, format);
	length = vasprintf(&text[warnings->cnt], format, args);
	va_end(args);
	if (length < 0)
		return -ENOMEM;
	warnings->cnt++;
	return 0;
}

#define warn(f, ...)                                          \
	do {                                                  \
		if (warnings_add((f)->warnings, __VA_ARGS__)) \
			(f)->err = -ENOMEM;                   \
	} while (0)

/* What other recordings' warnings call @view. */
static const char *label(const struct view *view, char buffer[UNITS_MAX])
{
	snprintf(buffer, UNITS_MAX, "%u", view->number);
	return view->name ?: buffer;
}

/* Call @look for each reason that @view shows, until it says true. */
#define for_each_reason(reason_, group_, view_)                                           \
	for (const struct group *group_ = (view_)->groups;                                \
	     group_ < (view_)->groups + (view_)->group_cnt; group_++)                     \
		for (size_t i_ = 0; i_ < group_->reason_cnt; i_++)                        \
			for (const struct reason *reason_ = group_->reasons[i_]; reason_; \
			     reason_ = NULL)

/* A list of names in words, each once, which is cut off when it is long. */
struct list {
	char text[512];
	size_t length;
	u32 cnt;
};

static void list_add(struct list *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *p = list->text; (p = strstr(p, name)); p++) {
		if ((p == list->text || p[-1] == ' ') && (!p[length] || p[length] == ','))
			return;
	}
	list->cnt++;
	if (list->length + length + 8 < sizeof(list->text))
		list->length +=
			sprintf(list->text + list->length, "%s%s", list->length ? ", " : "", name);
}

static void single_samples(struct finder *f)
{
	struct list names = {};
	char name[REASON_NAME_MAX];

	for_each_reason(reason, group, f->view)
	{
		if (reason->latency.count == 1)
			list_add(&names, reason_name(group->isa, reason->code, name));
	}
	if (names.cnt)
		warn(f,
		     "%s: a single sample. One exit says nothing of how much exits differ, nor "
		     "whether this one was usual.",
		     names.text);
}

static void list_roots(const struct view *view, struct list *roots)
{
	for_each_reason(reason, group, view)
	{
		tree_for_each_child (node, reason->first_child)
			list_add(roots, node_name(view->recording, node));
	}
}

static void roots_in_here(struct finder *f)
{
	struct list roots = {};

	list_roots(f->view, &roots);
	if (roots.cnt > 1)
		warn(f,
		     "%u calls begin cycles here: %s. Times of cycles with different roots are not "
		     "comparable.",
		     roots.cnt, roots.text);
}

/* Recordings of which the same is to be said. */
struct same {
	char what[sizeof(((struct list *)0)->text)];
	struct list numbers;
};

/* Which recordings have what in common; those beyond the room are left out. */
struct groups {
	struct same same[16];
	size_t cnt;
};

static void groups_add(struct groups *groups, const char *what, const struct view *view)
{
	char text[UNITS_MAX];
	size_t i = 0;

	while (i < groups->cnt && strcmp(groups->same[i].what, what))
		i++;
	if (i == ARRAY_SIZE(groups->same))
		return;
	if (i == groups->cnt)
		strcpy(groups->same[groups->cnt++].what, what);
	list_add(&groups->same[i].numbers, label(view, text));
}

static void roots_elsewhere(struct finder *f)
{
	struct list roots = {}, text = {};
	struct groups groups = {};

	list_roots(f->view, &roots);
	for (size_t i = 0; i < f->view_cnt && roots.cnt; i++) {
		struct list theirs = {};

		list_roots(f->views[i], &theirs);
		if (theirs.cnt && strcmp(theirs.text, roots.text))
			groups_add(&groups, theirs.text, f->views[i]);
	}
	for (size_t i = 0; i < groups.cnt; i++) {
		char one[sizeof(struct same)];

		snprintf(one, sizeof(one), "%s in %s", groups.same[i].what,
			 groups.same[i].numbers.text);
		list_add(&text, one);
	}
	if (groups.cnt)
		warn(f,
		     "cycles begin at %s here, but in other recordings at others (%s): their "
		     "totals are not comparable.",
		     roots.text, text.text);
}

static bool has_vmlinux(const struct recording *recording)
{
	for (size_t i = 0; i < recording->function_cnt; i++) {
		if (!strcmp(recording->functions[i].module, "vmlinux"))
			return true;
	}
	return false;
}

static bool has_modules(const struct recording *recording)
{
	for (size_t i = 0; i < recording->function_cnt; i++) {
		if (strcmp(recording->functions[i].module, "vmlinux"))
			return true;
	}
	return false;
}

/* Functions outside kvm's modules, which one trace has and another one lacks. */
static void filters_differ(struct finder *f)
{
	const struct recording *here = f->view->recording;
	struct list without = {};
	char number[UNITS_MAX];

	if (!has_vmlinux(here) || !has_modules(here))
		return;
	for (size_t i = 0; i < f->view_cnt; i++) {
		const struct recording *there = f->views[i]->recording;

		if (there == here || !*there->source || has_vmlinux(there) || !there->function_cnt)
			continue;
		list_add(&without, label(f->views[i], number));
	}
	if (without.cnt)
		warn(f,
		     "functions outside of kvm's modules are traced here, but not in recording%s "
		     "%s: "
		     "the filters differ, and with them what the tracer took.",
		     without.cnt > 1 ? "s" : "", without.text);
}

/* Is @name called here, and if so, does it ever call anything? */
static bool is_called(const struct view *view, const char *name, bool *calls)
{
	bool called = false;

	*calls = false;
	for_each_reason(reason, group, view)
	{
		u32 depth = 0;

		for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth)) {
			if (strcmp(node_name(view->recording, n), name))
				continue;
			called = true;
			*calls |= n->first_child != NULL;
		}
	}
	return called;
}

/* Functions that call others here and nothing in @view. */
static void list_leaves(const struct view *here, const struct view *view, struct list *names)
{
	bool calls;

	for (size_t i = 0; i < here->recording->function_cnt; i++) {
		const char *name = here->recording->functions[i].name;

		if (is_called(here, name, &calls) && calls && is_called(view, name, &calls) &&
		    !calls)
			list_add(names, name);
	}
}

/* A function that is a leaf elsewhere took another path there, or its calls were not traced. */
static void leaves_elsewhere(struct finder *f)
{
	struct groups groups = {};

	for (size_t i = 0; i < f->view_cnt && f->view_cnt <= 64; i++) {
		struct list names = {};

		list_leaves(f->view, f->views[i], &names);
		if (names.cnt)
			groups_add(&groups, names.text, f->views[i]);
	}
	for (size_t i = 0; i < groups.cnt; i++)
		warn(f,
		     "%s: calls others here, but nothing in recording %s: the paths or the "
		     "filters differ.",
		     groups.same[i].what, groups.same[i].numbers.text);
}

static bool holds_guest(const char *name)
{
	static const char suffix[] = "_vcpu_run";
	size_t length = strlen(name);

	return length > strlen(suffix) && !strcmp(name + length - strlen(suffix), suffix);
}

/* With times at kvm_entry and kvm_exit, the guest's was taken out. */
static bool has_guest(const struct node *node)
{
	tree_for_each_child (child, node->first_child) {
		if (child->kind == NODE_GUEST)
			return true;
	}
	return false;
}

static void guest_time(struct finder *f)
{
	for_each_reason(reason, group, f->view)
	{
		char name[REASON_NAME_MAX], time[UNITS_MAX], share[UNITS_MAX];
		u32 depth = 0;

		for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth)) {
			if (!holds_guest(node_name(f->view->recording, n)) || !reason->cycle_cnt ||
			    reason->code == REASON_INCOMPLETE || has_guest(n))
				continue;
			warn(f,
			     "%s: %s is %s (%s) of a cycle, and holds the guest's own time, which "
			     "this trace does not tell apart.",
			     reason_name(group->isa, reason->code, name),
			     node_name(f->view->recording, n),
			     units_duration((double)n->dist.total_ns / (double)reason->cycle_cnt,
					    time),
			     units_share((double)n->dist.total_ns, (double)reason->cycle_ns,
					 share));
		}
	}
}

static void tracer_took(struct finder *f)
{
	char inside[UNITS_MAX], outside[UNITS_MAX], time[UNITS_MAX], all[UNITS_MAX];
	char share[UNITS_MAX], rest[UNITS_MAX], name[REASON_NAME_MAX];
	struct tracer_cost cost;

	tracer_cost_estimate(f->view, &cost);
	if (!cost.known)
		return;
	warn(f,
	     "function_graph's own cost is in all times: the cheapest call reads %s, and costs its "
	     "caller %s more. Taking that for the tracer's:",
	     units_duration((double)cost.inside_ns, inside),
	     units_duration(cost.outside_ns, outside));
	for_each_reason(reason, group, f->view)
	{
		double calls, ns = tracer_cost_of(&cost, reason, &calls), cycle_ns;

		if (!reason->cycle_cnt || reason->code == REASON_INCOMPLETE)
			continue;
		cycle_ns = (double)reason->cycle_ns / (double)reason->cycle_cnt;
		warn(f, "%s: %.4g calls a cycle, %s of %s (%s) are the tracer's, and %s remain.",
		     reason_name(group->isa, reason->code, name), calls, units_duration(ns, time),
		     units_duration(cycle_ns, all), units_share(ns, cycle_ns, share),
		     units_duration(cycle_ns - ns, rest));
	}
}

int warnings_find(struct view *const *views, size_t view_cnt, size_t index, bool tracer,
		  struct warnings *warnings)
{
	static void (*const checks[])(struct finder * f) = {
		single_samples, roots_in_here, roots_elsewhere,
		filters_differ, guest_time,    leaves_elsewhere,
	};
	struct finder f = { views, view_cnt, views[index], warnings, 0 };

	if (!*f.view->recording->source)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(checks) && !f.err; i++)
		checks[i](&f);
	if (tracer)
		tracer_took(&f);
	return f.err;
}

void warnings_print(const struct warnings *warnings, const char *heading, FILE *out)
{
	if (warnings->cnt)
		fprintf(out, "%s\n", heading);
	for (size_t i = 0; i < warnings->cnt; i++) {
		const char *p = warnings->text[i];
		size_t column = 3;

		fputs("  -", out);
		while (*p) {
			size_t length = strcspn(p, " ");

			if (column + 1 + length > COLUMNS) {
				fputs("\n   ", out);
				column = 3;
			}
			fprintf(out, " %.*s", (int)length, p);
			column += 1 + length;
			p += length + strspn(p + length, " ");
		}
		putc('\n', out);
	}
}
