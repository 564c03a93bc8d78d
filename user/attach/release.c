// SPDX-License-Identifier: GPL-2.0
/*
 * Detaching, which the kernel does link by link and slowly, away from the user: in a process
 * of its own (target/leftover.h finds it).
 *
 * It outlives the shell, the terminal and the login: it has a session of its own, and the
 * signals that end a recording are blocked or ignored in it. Where it is killed (a service
 * manager kills all of a service's processes), the kernel closes what it held, and takes as
 * long: so nothing is left attached either way.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "attach/attach.h"
#include "attach/held.h"
#include "attach/inside.h"
#include "target/leftover.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Until its parent has closed what both have: who closes a link last waits for the kernel. */
static void wait_for_parent(int fds[2])
{
	char none;

	cleanup_close(&fds[1]);
	while (read(fds[0], &none, 1) < 0 && errno == EINTR)
		;
	cleanup_close(&fds[0]);
}

/* The background process: alone with the descriptors, away from the terminal. */
static void detach_and_exit(struct attach *attach, int fds[2])
{
	int null = open("/dev/null", O_RDWR);

	setsid();
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_NAME, LEFTOVER_COMM);
	for (int fd = 0; fd <= 2; fd++) {
		if (null < 0)
			close(fd);
		else
			dup2(null, fd);
	}
	/* It keeps no directory busy (if it may leave), and no memory for what was freed. */
	null = chdir("/");
	malloc_trim(0);
	wait_for_parent(fds);
	attach_free(&attach);
	_exit(0);
}

void attach_release(struct attach **attach)
{
	int fds[2] = { -1, -1 };
	pid_t pid;

	if (!*attach || !attach_probe_cnt(*attach)) {
		attach_free(attach);
		return;
	}
	held_free(&(*attach)->held); /* a fork would have nothing of its thread */
	attach_unmap_states(*attach);
	if (pipe2(fds, O_CLOEXEC))
		fds[0] = fds[1] = -1;
	pid = fork();
	if (!pid)
		detach_and_exit(*attach, fds);
	if (pid > 0)
		log_info(
			"%zu probes are being removed in the background (process %d, " LEFTOVER_COMM
			"; 'exitgraph check' shows how many are left)",
			attach_probe_cnt(*attach), pid);
	attach_free(attach);
	cleanup_close(&fds[0]);
	cleanup_close(&fds[1]);
}
