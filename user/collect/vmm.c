// SPDX-License-Identifier: GPL-2.0
#include "collect/vmm.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"

#define TASK_COMM_MAX 16 /* TASK_COMM_LEN of the kernel, its end included */

/* vCPUs of one process; *@has_vm_out tells whether it has a VM. -errno if it is gone. */
static int count_in_process(const char *pid, bool *has_vm_out)
{
	_cleanup_closedir_ DIR *dir = NULL;
	char path[64], target[64];
	struct dirent *entry;
	int cnt = 0;

	snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		if (n < 0)
			continue;
		target[n] = '\0';
		/* "anon_inode:kvm-vcpu:0", "anon_inode:kvm-vm"; a VM's tools may have others. */
		if (!strncmp(target, "anon_inode:kvm-vcpu", strlen("anon_inode:kvm-vcpu")))
			cnt++;
		else if (!strcmp(target, "anon_inode:kvm-vm"))
			*has_vm_out = true;
	}
	return cnt;
}

int vmm_count_vcpus(pid_t pid)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	bool has_vm = false;
	int cnt = 0;

	if (pid) {
		char number[16];

		snprintf(number, sizeof(number), "%d", pid);
		cnt = count_in_process(number, &has_vm);
		if (cnt < 0)
			return cnt == -ENOENT ? -ESRCH : cnt;
		return has_vm || cnt ? cnt : -ENXIO;
	}
	dir = opendir("/proc");
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		int n = -1;

		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			n = count_in_process(entry->d_name, &has_vm);
		if (n > 0)
			cnt += n;
	}
	return cnt;
}

/* Append the threads of @pid, which may just be ending. */
static int add_threads(const char *pid, pid_t **tids, size_t *cnt)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.16s/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		pid_t tid = atoi(entry->d_name);
		void *p;

		if (tid <= 0)
			continue;
		p = realloc(*tids, (*cnt + 1) * sizeof(**tids));
		if (!p)
			return -ENOMEM;
		*tids = p;
		(*tids)[(*cnt)++] = tid;
	}
	return 0;
}

int vmm_threads(pid_t pid, pid_t **out, size_t *cnt_out, size_t *vmm_cnt_out)
{
	_cleanup_closedir_ DIR *dir = opendir("/proc");
	_cleanup_free_ pid_t *tids = NULL;
	size_t cnt = 0, vmm_cnt = 0;
	struct dirent *entry;
	bool has_vm;
	int r = 0;

	if (!dir)
		return -errno;
	while (!r && (entry = readdir(dir))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    (pid && atoi(entry->d_name) != pid) ||
		    count_in_process(entry->d_name, &has_vm) <= 0)
			continue;
		vmm_cnt++;
		r = add_threads(entry->d_name, &tids, &cnt);
	}
	if (r)
		return r;
	*out = TAKE_PTR(tids);
	*cnt_out = cnt;
	*vmm_cnt_out = vmm_cnt;
	return 0;
}

/* The value of QEMU's -name: "NAME", "guest=NAME,..." or "NAME,process=...". */
static void take_qemu_name(const char *value, char *name, size_t size)
{
	if (!strncmp(value, "guest=", strlen("guest=")))
		value += strlen("guest=");
	snprintf(name, size, "%.*s", (int)strcspn(value, ","), value);
}

/* The program's name, unless the process has taken another. */
static void take_process_name(pid_t pid, const char *program, char *name, size_t size)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[64], comm[TASK_COMM_MAX + 1] = "";

	program = strrchr(program, '/') ? strrchr(program, '/') + 1 : program;
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (file && fgets(comm, sizeof(comm), file))
		comm[strcspn(comm, "\n")] = '\0';
	if (!comm[0] || !strncmp(program, comm, TASK_COMM_MAX - 1))
		snprintf(name, size, "%s", program);
	else
		snprintf(name, size, "%s", comm);
}

void vmm_name(pid_t pid, char *name, size_t size)
{
	_cleanup_fclose_ FILE *file = NULL;
	_cleanup_free_ char *arg = NULL;
	size_t arg_size = 0;
	bool next_is_name = false, first = true;
	char path[64];

	name[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	while (getdelim(&arg, &arg_size, '\0', file) > 0) {
		if (first)
			take_process_name(pid, arg, name, size);
		if (next_is_name) {
			take_qemu_name(arg, name, size);
			return;
		}
		first = false;
		next_is_name = !strcmp(arg, "-name") || !strcmp(arg, "--name");
	}
}

bool vmm_pids_are_ours(void)
{
	/* PROC_PID_INIT_INO of include/linux/proc_ns.h, the same since Linux 3.8. */
	static const char initial[] = "pid:[4026531836]";
	char target[64];
	ssize_t n = readlink("/proc/self/ns/pid", target, sizeof(target) - 1);

	if (n < 0)
		return true;
	target[n] = '\0';
	return !strcmp(target, initial);
}
