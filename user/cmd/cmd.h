/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A command is a row in main.c's table and one file here: it parses its arguments with
 * argp, calls the modules that do the work, prints, and gives the exit status:
 * CMD_OK, CMD_FAILED (the thing asked for could not be done, or `check` said no) or
 * CMD_USAGE (wrong arguments).
 */
#ifndef EXITGRAPH_CMD_H
#define EXITGRAPH_CMD_H

#include <argp.h>

enum cmd_status {
	CMD_OK = 0,
	CMD_FAILED = 1,
	CMD_USAGE = 2,
};

struct cmd {
	const char *name;
	const char *summary; /* one line for `exitgraph --help` */
	int (*run)(int argc, char **argv); /* argv[0] is "exitgraph NAME"; returns a cmd_status */
};

int cmd_record(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_discover(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_guest(int argc, char **argv);
int cmd_bench(int argc, char **argv);

/*
 * argp_parse() for a command: --help, --usage and errors are argp's, a usage error never
 * exits the program but gives CMD_USAGE. Returns 0 to go on, or -1 with *@status_out set
 * when the command is over (help was printed, or the arguments are wrong).
 */
int cmd_parse(const struct argp *argp, int argc, char **argv, void *input, int *status_out);

/*
 * Parse a whole decimal number within [@min, @max] into *@out. Returns 0 or -EINVAL after
 * saying that option @what takes such a number.
 */
int cmd_parse_u64(const char *what, const char *text, unsigned long long min,
		  unsigned long long max, unsigned long long *out);

/* Parse "10", "10s", "500ms", "2m", "1h" into ns (a bare number is seconds); as above. */
int cmd_parse_duration(const char *what, const char *text, unsigned long long *ns_out);

struct mechanism;

/* The mechanism that --attach names, NULL for "auto"; 0 or EINVAL (said). */
error_t cmd_parse_mechanism(const char *text, const struct mechanism **out);

#endif
