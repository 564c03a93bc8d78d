// SPDX-License-Identifier: GPL-2.0
#include "import/events.h"

#include <string.h>

#include "util/cleanup.h"

static bool begins(const char *text, const char *end, const char *with)
{
	size_t length = strlen(with);

	return (size_t)(end - text) >= length && !memcmp(text, with, length);
}

static const char *find(const char *text, const char *end, const char *what)
{
	return memmem(text, end - text, what, strlen(what));
}

/* The text from @text up to the first of @ends, a list that NULL ends; or to @end. */
static struct piece up_to(const char *text, const char *end, const char *const *ends)
{
	for (; *ends; ends++)
		end = find(text, end, *ends) ?: end;
	while (end > text && end[-1] == ' ')
		end--;
	return (struct piece){ end > text ? text : NULL, end - text };
}

/* A reason may have spaces in it: "PF excp", "INVALID_STATE FAILED_VMENTRY". */
static struct piece find_reason(const char *text, const char *end)
{
	static const char *const ends[] = { " rip ", " info", " intr_info", " vcpu", NULL };
	const char *reason = find(text, end, " reason ");

	return reason ? up_to(reason + strlen(" reason "), end, ends) : (struct piece){};
}

bool event_parse(const char *text, const char *end, struct line *line)
{
	static const char entry[] = "kvm_entry:", exit[] = "kvm_exit:";

	if (begins(text, end, entry)) {
		line->kind = LINE_VM_ENTRY;
		return true;
	}
	if (!begins(text, end, exit))
		return false;
	line->kind = LINE_VM_EXIT;
	line->reason = find_reason(text + strlen(exit), end);
	return true;
}

static const char *skip_digits(const char *p, const char *end)
{
	const char *first = p;

	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p > first ? p : NULL;
}

/* "#  cycle 1 of 3: VM 4711 ": what follows, or NULL. */
static const char *skip_number_of_cycle(const char *p, const char *end)
{
	static const char *const parts[] = { "#  cycle ", " of ", ": VM " };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!begins(p, end, parts[i]))
			return NULL;
		p = skip_digits(p + strlen(parts[i]), end);
		if (!p)
			return NULL;
	}
	return p;
}

bool event_parse_head(const char *text, const char *end, struct line *line)
{
	static const char vcpu[] = ", vCPU ";
	static const char *const ends[] = { ",", NULL };
	const char *p = skip_number_of_cycle(text, end), *last = NULL;

	if (!p)
		return false;
	/* The VM's name may have anything in it: the last one counts. */
	while ((p = find(p, end, vcpu))) {
		p += strlen(vcpu);
		last = p;
	}
	p = last ? skip_digits(last, end) : NULL;
	line->kind = LINE_CYCLE;
	if (p && begins(p, end, ", "))
		line->reason = up_to(p + 2, end, ends);
	return true;
}
