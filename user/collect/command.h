/* SPDX-License-Identifier: GPL-2.0 */
/* The command that a recording runs: started at once, held until the probes are armed. */
#ifndef EXITGRAPH_COLLECT_COMMAND_H
#define EXITGRAPH_COLLECT_COMMAND_H

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

struct command {
	pid_t pid;	  /* 0 = none */
	int pid_fd;	  /* readable when it has ended */
	int go_fd;	  /* a byte lets it run */
	int error_fd;	  /* gives errno if it cannot be executed */
	int pause_fd;	  /* while it is stopped: closed, also by our death, it goes on */
	pid_t pause_pid;  /* who sees to that */
	const char *name; /* argv[0], the caller's */
	bool terminated;  /* it was told to end */
	bool ended;
	int status; /* as of waitpid(), once it has ended */
};

#define COMMAND_INIT                                      \
	{                                                 \
		.pid_fd = -1, .go_fd = -1, .error_fd = -1, .pause_fd = -1 \
	}

/*
 * Make the process for @argv; it waits. @descriptors is its limit, @mask the signals that it
 * has blocked: the user's own, which the recorder has changed. 0 or -errno (said).
 */
int command_start(struct command *command, char **argv, const struct rlimit *descriptors,
		  const sigset_t *mask);

/* Let it run, unless it does. 0, or -errno (said) if it cannot be executed. */
int command_go(struct command *command);

/*
 * Stop it for a while, and let it go on; not what it has started. If we die meanwhile, a process
 * lets it go on; where none can be made, it is not stopped.
 */
void command_pause(struct command *command);
void command_continue(struct command *command);

/* Has it ended? Takes its status if so; with @wait, waits for it. */
bool command_ended(struct command *command, bool wait);

/* Tell it to end, if it still runs, by a SIGTERM; once, however often this is called. */
void command_terminate(struct command *command);

/* The same, and wait: 5 s at most, then it gets a SIGKILL. */
void command_stop(struct command *command);

#endif
