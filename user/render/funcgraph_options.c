// SPDX-License-Identifier: GPL-2.0
#include "render/funcgraph_options.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

static const struct {
	const char *name;
	enum funcgraph_option option;
} names[] = {
	{ "cpu", FUNCGRAPH_CPU },	    { "duration", FUNCGRAPH_DURATION },
	{ "overhead", FUNCGRAPH_OVERHEAD }, { "abstime", FUNCGRAPH_ABSTIME },
	{ "reltime", FUNCGRAPH_RELTIME },   { "proc", FUNCGRAPH_PROC },
	{ "tail", FUNCGRAPH_TAIL },	    { "events", FUNCGRAPH_EVENTS },
};

static int parse_one(const char *text, u32 *options)
{
	static const char prefix[] = "funcgraph-";
	bool off = !strncmp(text, "no", 2);
	const char *name = text + (off ? 2 : 0);

	if (!strncmp(name, prefix, strlen(prefix)))
		name += strlen(prefix);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i].name, name))
			continue;
		*options = off ? *options & ~names[i].option : *options | names[i].option;
		return 0;
	}
	return err_r(-EINVAL,
		     "no function_graph option '%s'; there are cpu, duration, overhead, abstime, "
		     "reltime, proc, tail and events, or without one of them: nocpu, ...",
		     text);
}

int funcgraph_options_parse(const char *list, u32 *options)
{
	_cleanup_free_ char *copy = strdup(list);
	char *rest = copy, *part;
	int err = 0;

	if (!copy)
		return err_r(-ENOMEM, "out of memory");
	while (!err && (part = strsep(&rest, ",")))
		err = parse_one(part, options);
	return err;
}
