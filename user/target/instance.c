// SPDX-License-Identifier: GPL-2.0
#include "target/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/tracefs.h"
#include "util/cleanup.h"

#define PREFIX	      "exitgraph."
#define GUARDIAN_COMM "xg-guardian"

struct instance {
	char name[64];
	int root;	       /* of tracefs */
	int parent;	       /* instances/ */
	int dir;	       /* its own directory, locked */
	int guardian_fd;       /* a byte into it lets the guardian go; its end has it clean up */
	pid_t guardian;	       /* 0 = none */
	unsigned top_level_kb; /* what its buffers were to grow to, when we came; 0 = they had */
};

static int write_at(int dir, const char *file, const char *text, int flags)
{
	_cleanup_close_ int fd = openat(dir, file, O_WRONLY | O_CLOEXEC | flags);
	size_t size = strlen(text);

	if (fd < 0)
		return -errno;
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, text + done, size - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? n : 0;
	}
	return 0;
}

/* "7 (expanded: 1408)" -> 1408, "1408" -> 0. */
static unsigned size_to_grow_to(int root)
{
	_cleanup_close_ int fd = openat(root, "buffer_size_kb", O_RDONLY | O_CLOEXEC);
	char text[64] = "";
	unsigned now_kb, then_kb;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	return sscanf(text, "%u (expanded: %u)", &now_kb, &then_kb) == 2 ? then_kb : 0;
}

void instance_mend_top_level(const struct instance *instance)
{
	char text[16];

	if (!instance->top_level_kb || size_to_grow_to(instance->root))
		return;
	snprintf(text, sizeof(text), "%u", instance->top_level_kb);
	write_at(instance->root, "buffer_size_kb", text, O_TRUNC);
}

/* The tracer goes first: from here on no function of the kernel is slower for it. */
static int remove_instance(int parent, const char *name)
{
	_cleanup_close_ int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -errno;
	write_at(dir, "current_tracer", "nop", O_TRUNC);
	return unlinkat(parent, name, AT_REMOVEDIR) ? -errno : 0;
}

/* Those whose owner has died: nobody holds their lock. */
static void remove_stale(int parent)
{
	_cleanup_closedir_ DIR *dir = NULL;
	int fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		cleanup_close(&fd);
	while (dir && (entry = readdir(dir))) {
		_cleanup_close_ int stale = -1;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)))
			continue;
		stale = openat(parent, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (stale >= 0 && !flock(stale, LOCK_EX | LOCK_NB))
			remove_instance(parent, entry->d_name);
	}
}

/* Keeps nothing of its parent's but what it needs: neither its output nor its lock. */
static void guard(int wait_fd, int parent, const char *name)
{
	int null = open("/dev/null", O_RDWR), keep[2] = { wait_fd, parent };
	char byte;
	ssize_t n;

	setsid();
	prctl(PR_SET_NAME, GUARDIAN_COMM);
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		dup2(null, fd);
	/* Above all others, then down to 3 and 4. */
	for (int i = 0; i < 2; i++)
		keep[i] = fcntl(keep[i], F_DUPFD, 64 + i);
	for (int i = 0; i < 2; i++)
		dup2(keep[i], 3 + i);
	close_range(5, ~0U, 0);
	do
		n = read(3, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		remove_instance(4, name);
	_exit(0);
}

static int start_guardian(struct instance *instance)
{
	sigset_t all, old;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	/* It is to outlive whatever ends its parent. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	pid = fork();
	if (!pid) {
		close(fds[1]);
		guard(fds[0], instance->parent, instance->name);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(fds[0]);
	if (pid < 0) {
		close(fds[1]);
		return -EAGAIN;
	}
	instance->guardian = pid;
	instance->guardian_fd = fds[1];
	return 0;
}

static int make(struct instance *instance)
{
	if (mkdirat(instance->parent, instance->name, 0700))
		return -errno;
	instance->dir =
		openat(instance->parent, instance->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (instance->dir < 0)
		return -errno;
	return flock(instance->dir, LOCK_EX | LOCK_NB) ? -errno : 0;
}

int instance_new(struct instance **out)
{
	_cleanup_(instance_free) struct instance *instance = calloc(1, sizeof(*instance));
	int r;

	if (!instance)
		return -ENOMEM;
	instance->root = instance->parent = instance->dir = instance->guardian_fd = -1;
	snprintf(instance->name, sizeof(instance->name), PREFIX "%d", getpid());
	instance->root = tracefs_open(".", O_RDONLY | O_DIRECTORY);
	if (instance->root < 0)
		return instance->root;
	instance->parent = openat(instance->root, "instances", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (instance->parent < 0)
		return -errno;
	instance->top_level_kb = size_to_grow_to(instance->root);
	remove_stale(instance->parent);
	/* The guardian first: there is no moment at which nobody would remove it. */
	r = start_guardian(instance);
	if (!r)
		r = make(instance);
	if (!r)
		*out = TAKE_PTR(instance);
	return r;
}

void instance_free(struct instance **instance_ptr)
{
	struct instance *instance = *instance_ptr;

	if (!instance)
		return;
	if (instance->dir >= 0)
		remove_instance(instance->parent, instance->name);
	if (instance->guardian) {
		/* Closed without the byte, it tries to remove what is there no more. */
		if (write(instance->guardian_fd, "", 1) < 0)
			kill(instance->guardian, SIGKILL);
		while (waitpid(instance->guardian, NULL, 0) < 0 && errno == EINTR)
			;
	}
	cleanup_close(&instance->guardian_fd);
	cleanup_close(&instance->dir);
	cleanup_close(&instance->parent);
	cleanup_close(&instance->root);
	free(instance);
	*instance_ptr = NULL;
}

int instance_write(const struct instance *instance, const char *file, const char *text, bool append)
{
	return write_at(instance->dir, file, text, append ? O_APPEND : O_TRUNC);
}

int instance_open(const struct instance *instance, const char *file, int flags)
{
	int fd = openat(instance->dir, file, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}
