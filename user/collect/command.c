// SPDX-License-Identifier: GPL-2.0
#include "collect/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/log.h"

#define STOP_PATIENCE_MS 5000

/*
 * What the recorder has changed of itself is changed back: signals that it blocks to read them
 * from a descriptor, and its limit of descriptors. It sets no signal's disposition, and so
 * does not reset any either: what whoever started it wants ignored (nohup's SIGHUP, the
 * SIGINT of a shell's background job) the command ignores, as it would without a recorder.
 */
static void run(char **argv, const struct rlimit *descriptors, const sigset_t *mask, int go_fd,
		int error_fd)
{
	char byte;
	int error;

	sigprocmask(SIG_SETMASK, mask, NULL);
	setrlimit(RLIMIT_NOFILE, descriptors);
	/* End of file means that the recording failed before it began. */
	if (read(go_fd, &byte, 1) != 1)
		_exit(0);
	execvp(argv[0], argv);
	error = errno;
	if (write(error_fd, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

int command_start(struct command *command, char **argv, const struct rlimit *descriptors,
		  const sigset_t *mask)
{
	_cleanup_close_ int go_read = -1, go_write = -1, error_read = -1, error_write = -1;
	int go[2], error[2];
	pid_t pid;

	if (pipe2(go, O_CLOEXEC))
		return err_r(-errno, "cannot make a pipe: %s", strerror(errno));
	go_read = go[0];
	go_write = go[1];
	if (pipe2(error, O_CLOEXEC))
		return err_r(-errno, "cannot make a pipe: %s", strerror(errno));
	error_read = error[0];
	error_write = error[1];
	pid = fork();
	if (pid < 0)
		return err_r(-errno, "cannot start %s: %s", argv[0], strerror(errno));
	if (!pid) {
		close(go_write);
		close(error_read);
		run(argv, descriptors, mask, go_read, error_write);
	}
	command->pid = pid;
	command->name = argv[0];
	command->pid_fd = syscall(SYS_pidfd_open, pid, 0);
	command->go_fd = TAKE_FD(go_write);
	command->error_fd = TAKE_FD(error_read);
	if (command->pid_fd < 0)
		return err_r(-errno, "cannot watch %s: %s", argv[0], strerror(errno));
	return 0;
}

int command_go(struct command *command)
{
	int error = 0;
	ssize_t n;

	if (command->go_fd < 0) /* it does */
		return 0;
	if (write(command->go_fd, "", 1) != 1)
		return err_r(-errno, "cannot start %s: %s", command->name, strerror(errno));
	cleanup_close(&command->go_fd);
	command->go_fd = -1;
	/* Closed by a successful exec, which reads as end of file. */
	do
		n = read(command->error_fd, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	cleanup_close(&command->error_fd);
	command->error_fd = -1;
	if (n == sizeof(error)) {
		command_ended(command, true);
		return err_r(-error, "cannot run %s: %s", command->name, strerror(error));
	}
	return 0;
}

/* The process: waits until nobody has the other end of @fd any more. */
static void continue_at_end(const struct command *command, int fd)
{
	sigset_t all;
	char none;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	while (read(fd, &none, 1) < 0 && errno == EINTR)
		;
	kill(command->pid, SIGCONT);
	_exit(0);
}

void command_pause(struct command *command)
{
	int fds[2];

	if (command_ended(command, false) || pipe2(fds, O_CLOEXEC))
		return;
	command->pause_pid = fork();
	if (!command->pause_pid) {
		close(fds[1]);
		continue_at_end(command, fds[0]);
	}
	close(fds[0]);
	command->pause_fd = fds[1];
	if (command->pause_pid > 0)
		kill(command->pid, SIGSTOP);
}

void command_continue(struct command *command)
{
	if (command->pause_fd < 0)
		return;
	cleanup_close(&command->pause_fd);
	command->pause_fd = -1;
	if (command->pause_pid > 0)
		while (waitpid(command->pause_pid, NULL, 0) < 0 && errno == EINTR)
			;
	command->pause_pid = 0;
}

bool command_ended(struct command *command, bool wait)
{
	pid_t pid;

	if (!command->pid || command->ended)
		return true;
	do
		pid = waitpid(command->pid, &command->status, wait ? 0 : WNOHANG);
	while (pid < 0 && errno == EINTR);
	command->ended = pid != 0;
	return command->ended;
}

void command_terminate(struct command *command)
{
	if (command_ended(command, false) || command->terminated)
		return;
	command->terminated = true;
	kill(command->pid, SIGTERM);
}

void command_stop(struct command *command)
{
	struct pollfd fd = { .fd = command->pid_fd, .events = POLLIN };

	command_continue(command);
	cleanup_close(&command->go_fd);
	cleanup_close(&command->error_fd);
	command->go_fd = -1;
	command->error_fd = -1;
	command_terminate(command);
	if (!command_ended(command, false)) {
		if (poll(&fd, 1, STOP_PATIENCE_MS) == 0)
			kill(command->pid, SIGKILL);
		command_ended(command, true);
	}
	cleanup_close(&command->pid_fd);
	command->pid_fd = -1;
}
