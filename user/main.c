// SPDX-License-Identifier: GPL-2.0
/* The table of commands. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "util/cleanup.h"
#include "util/log.h"

static const struct cmd commands[] = {
	{ "check", "can this host be profiled, and what is missing", cmd_check },
	{ "list", "the functions that can be traced, and why the others cannot", cmd_list },
	{ "discover", "the functions that guests have KVM run just now", cmd_discover },
	{ "record", "record the KVM exits of a command, a VMM or the whole host", cmd_record },
	{ "report", "show a recording: exit reasons, latencies, call trees", cmd_report },
	{ "export", "write a recording as CSV", cmd_export },
	{ "import", "make a profile of what function_graph printed", cmd_import },
	{ "diff", "compare two recordings, also of hosts of both vendors", cmd_diff },
	{ "bench", "what exits cost on this host, untraced and traced", cmd_bench },
	{ "guest", "run the built-in guest, which exits for one named reason", cmd_guest },
};

static void usage(FILE *out)
{
	fprintf(out, "Usage: exitgraph COMMAND [OPTION...]\n\n"
		     "Shows where KVM exits spend their time.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fprintf(out, "\nExample: exitgraph record -o vm.xg -d 10s && exitgraph report vm.xg\n"
		     "'exitgraph COMMAND --help' tells a command's options.\n");
}

int main(int argc, char **argv)
{
	char name[64];

	if (argc < 2) {
		usage(stderr);
		return CMD_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return CMD_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("exitgraph " EXITGRAPH_VERSION);
		return CMD_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		snprintf(name, sizeof(name), "exitgraph %s", commands[i].name);
		argv[1] = name;
		return commands[i].run(argc - 1, argv + 1);
	}
	log_print(LOG_ERROR, "no command '%s'; 'exitgraph --help' lists them", argv[1]);
	return CMD_USAGE;
}
