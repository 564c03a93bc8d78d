// SPDX-License-Identifier: GPL-2.0
#include "collect/signals.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/log.h"

static bool is_ignored(int signal)
{
	struct sigaction action;

	return !sigaction(signal, NULL, &action) && action.sa_handler == SIG_IGN;
}

int signals_take(struct signals *signals)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	/* A blocked signal is kept for its descriptor, ignored or not. */
	if (!is_ignored(SIGHUP))
		sigaddset(&mask, SIGHUP);
	sigprocmask(SIG_BLOCK, &mask, &signals->old_mask);
	signals->taken = true;
	signals->fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals->fd < 0)
		return err_r(-errno, "cannot take signals: %s", strerror(errno));
	return 0;
}

bool signals_came(const struct signals *signals)
{
	struct signalfd_siginfo info;

	return read(signals->fd, &info, sizeof(info)) == sizeof(info);
}

void signals_give_back(struct signals *signals)
{
	cleanup_close(&signals->fd);
	signals->fd = -1;
	if (signals->taken)
		sigprocmask(SIG_SETMASK, &signals->old_mask, NULL);
	signals->taken = false;
}
