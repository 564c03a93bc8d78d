// SPDX-License-Identifier: GPL-2.0
/*
 * Detaching, which the kernel does link by link and slowly, away from the user: in a process
 * of its own that ps and /proc show as DETACH_COMM.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "attach/attach.h"
#include "util/cleanup.h"
#include "util/log.h"

#define DETACH_COMM "xg-detach"

size_t attach_leftover_cnt(void)
{
	_cleanup_closedir_ DIR *dir = opendir("/proc");
	struct dirent *entry;
	size_t cnt = 0;

	while (dir && (entry = readdir(dir))) {
		_cleanup_fclose_ FILE *file = NULL;
		char path[64], comm[32] = "";

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%.16s/comm", entry->d_name);
		file = fopen(path, "re");
		if (file && fgets(comm, sizeof(comm), file))
			cnt += !strcmp(comm, DETACH_COMM "\n");
	}
	return cnt;
}

/* The background process: alone with the descriptors, away from the terminal. */
static void detach_and_exit(struct attach *attach)
{
	int null = open("/dev/null", O_RDWR);

	setsid();
	prctl(PR_SET_NAME, DETACH_COMM);
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		dup2(null, fd);
	attach_free(&attach);
	_exit(0);
}

void attach_release(struct attach **attach)
{
	pid_t pid;

	if (!*attach || !attach_probe_cnt(*attach)) {
		attach_free(attach);
		return;
	}
	pid = fork();
	if (!pid)
		detach_and_exit(*attach);
	if (pid > 0)
		log_info("%zu probes are being removed in the background (process %d, " DETACH_COMM
			 ")",
			 attach_probe_cnt(*attach), pid);
	attach_free(attach);
}
