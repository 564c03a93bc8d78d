// SPDX-License-Identifier: GPL-2.0
#include "target/hold.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "target/instance.h"
#include "util/cleanup.h"

struct hold {
	struct instance *instance;
};

/* Their numbers: names would take ftrace 0.1 s each. */
static int format_numbers(const struct target_function *const *functions, size_t cnt,
			  char **text_out)
{
	size_t size;
	FILE *f = open_memstream(text_out, &size);

	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < cnt; i++)
		if (functions[i]->site_line)
			fprintf(f, "%u ", functions[i]->site_line);
	if (fclose(f))
		return -ENOMEM;
	/* No filter would be all functions of the kernel. */
	return size ? 0 : -ENOENT;
}

static int set_up(const struct instance *instance, const char *functions, const char **failed_out)
{
	const struct {
		const char *file, *text;
	} writes[] = {
		{ "tracing_on", "0" },
		{ "buffer_size_kb", "1" },
		{ "set_ftrace_filter", functions },
		{ "current_tracer", "function" },
	};
	int r = 0;

	for (size_t i = 0; !r && i < ARRAY_SIZE(writes); i++) {
		*failed_out = writes[i].file;
		r = instance_write(instance, writes[i].file, writes[i].text, false);
	}
	instance_mend_top_level(instance);
	return r;
}

int hold_new(const struct target_function *const *functions, size_t cnt, struct hold **out,
	     const char **failed_out)
{
	_cleanup_(hold_free) struct hold *hold = calloc(1, sizeof(*hold));
	_cleanup_free_ char *numbers = NULL;
	int r;

	*failed_out = "ftrace's list of functions";
	if (!hold)
		return -ENOMEM;
	r = format_numbers(functions, cnt, &numbers);
	if (r)
		return r;
	*failed_out = "an instance of tracefs";
	r = instance_new(&hold->instance);
	if (!r)
		r = set_up(hold->instance, numbers, failed_out);
	if (!r)
		*out = TAKE_PTR(hold);
	return r;
}

void hold_free(struct hold **hold)
{
	if (!*hold)
		return;
	instance_free(&(*hold)->instance);
	free(*hold);
	*hold = NULL;
}
