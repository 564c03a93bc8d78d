// SPDX-License-Identifier: GPL-2.0
#include "target/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>

#include "util/cleanup.h"

/* A detached mount (Linux 5.2): gone with its last descriptor. */
static int mount_detached(void)
{
	_cleanup_close_ int context = fsopen("tracefs", FSOPEN_CLOEXEC);
	int fd;

	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	fd = fsmount(context, FSMOUNT_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

int tracefs_open(const char *name, int flags)
{
	static const char *const mounts[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	_cleanup_close_ int root = mount_detached();
	int err = root < 0 ? root : -ENOENT;
	char path[256];
	int fd;

	if (root >= 0) {
		fd = openat(root, name, flags | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		err = -errno;
	}
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		snprintf(path, sizeof(path), "%s/%s", mounts[i], name);
		fd = open(path, flags | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return err;
}
