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

/* What of a VMM's command line tells what its VM is for. */
enum vmm_option {
	OPTION_NAME,
	OPTION_KERNEL,
	OPTION_APPEND,
	OPTION_CNT,
};

static enum vmm_option find_option(const char *word)
{
	static const char *const options[] = {
		[OPTION_NAME] = "name",
		[OPTION_KERNEL] = "kernel",
		[OPTION_APPEND] = "append",
	};

	word += strspn(word, "-");
	for (int i = 0; i < OPTION_CNT; i++)
		if (!strcmp(options[i], word))
			return i;
	return OPTION_CNT;
}

/* kvm-unit-tests' vmexit.flat takes the names of what it is to measure: "vmexit: cpuid". */
static void take_vmexit(const char *kernel, const char *append, char *name, size_t size)
{
	const char *base = strrchr(kernel, '/') ? strrchr(kernel, '/') + 1 : kernel;
	size_t used = strlen(name);

	if (strcmp(base, "vmexit.flat") && strcmp(base, "vmexit.elf"))
		return;
	snprintf(name + used, size - used, "%svmexit: %s", used ? ", " : "",
		 *append ? append : "all");
}

void vmm_name_from(FILE *command_line, char *name, size_t size)
{
	_cleanup_free_ char *word = NULL;
	char value[OPTION_CNT][128] = {};
	enum vmm_option option = OPTION_CNT;
	size_t word_size = 0;

	name[0] = '\0';
	while (getdelim(&word, &word_size, '\0', command_line) > 0) {
		if (option < OPTION_CNT)
			snprintf(value[option], sizeof(value[option]), "%s", word);
		option = *word == '-' && option == OPTION_CNT ? find_option(word) : OPTION_CNT;
	}
	if (value[OPTION_NAME][0])
		take_qemu_name(value[OPTION_NAME], name, size);
	take_vmexit(value[OPTION_KERNEL], value[OPTION_APPEND], name, size);
}

void vmm_name(pid_t pid, char *name, size_t size)
{
	_cleanup_fclose_ FILE *file = NULL;
	_cleanup_free_ char *program = NULL;
	size_t program_size = 0;
	char path[64];

	name[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	file = fopen(path, "re");
	if (!file || getdelim(&program, &program_size, '\0', file) <= 0)
		return;
	vmm_name_from(file, name, size);
	if (!name[0])
		take_process_name(pid, program, name, size);
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
