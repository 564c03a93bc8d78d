// SPDX-License-Identifier: GPL-2.0
#include "target/leftover.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "profile/text.h"
#include "util/cleanup.h"

#define PATH_SIZE 256

/* The beginning of a file of /proc/PID as a string; its length, 0 if it cannot be read. */
static size_t read_start(const char *proc, const char *pid, const char *name, char *text,
			 size_t size)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[PATH_SIZE];
	size_t length;

	snprintf(path, sizeof(path), "%s/%s/%s", proc, pid, name);
	file = fopen(path, "re");
	length = file ? fread(text, 1, size - 1, file) : 0;
	text[length] = '\0';
	return length;
}

static bool detaches(const char *proc, const char *pid)
{
	char comm[32];

	read_start(proc, pid, "comm", comm, sizeof(comm));
	return !strcmp(comm, LEFTOVER_COMM "\n");
}

/* A link says in its fdinfo what type it is of. */
static bool is_link(const char *proc, const char *pid, const char *fd)
{
	char name[64], text[512];

	snprintf(name, sizeof(name), "fdinfo/%.32s", fd);
	read_start(proc, pid, name, text, sizeof(text));
	return strstr(text, "link_type:");
}

static size_t count_links(const char *proc, const char *pid)
{
	_cleanup_closedir_ DIR *dir = NULL;
	char path[PATH_SIZE];
	struct dirent *entry;
	size_t cnt = 0;

	snprintf(path, sizeof(path), "%s/%s/fdinfo", proc, pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		cnt += entry->d_name[0] != '.' && is_link(proc, pid, entry->d_name);
	return cnt;
}

/* How long the process has existed; 0 if that cannot be read. */
static u64 age_s(const char *proc, const char *pid)
{
	unsigned long long start_ticks = 0;
	char uptime[64], stat[512], *p;
	long ticks = sysconf(_SC_CLK_TCK);
	double now_s, start_s;

	read_start(proc, ".", "uptime", uptime, sizeof(uptime));
	read_start(proc, pid, "stat", stat, sizeof(stat));
	/* The 22nd field; the 2nd ends with the last parenthesis. */
	p = strrchr(stat, ')');
	if (!p || sscanf(p + 1,
			 " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			 "%*s %*s %*s %*s %llu",
			 &start_ticks) != 1)
		return 0;
	now_s = strtod(uptime, NULL);
	start_s = (double)start_ticks / (double)ticks;
	return now_s > start_s ? now_s - start_s : 0;
}

/* It was forked from the recorder, and has its command line. */
static void read_command_line(const char *proc, const char *pid, char *text, size_t size)
{
	_cleanup_free_ char *clean = NULL;
	size_t length = read_start(proc, pid, "cmdline", text, size);

	while (length && !text[length - 1])
		length--;
	for (size_t i = 0; i < length; i++)
		text[i] = text[i] ?: ' ';
	if (length + 1 == size)
		strcpy(text + length - 3, "...");
	clean = text_clean(text);
	snprintf(text, size, "%s", clean ?: "");
}

static void add(struct leftover *to, const char *proc, const char *pid)
{
	u64 age = age_s(proc, pid);

	to->probe_cnt += count_links(proc, pid);
	if (to->process_cnt++ && age <= to->age_s)
		return;
	to->pid = atoi(pid);
	to->age_s = age;
	read_command_line(proc, pid, to->recording, sizeof(to->recording));
}

void leftover_find(const char *proc, struct leftover *out)
{
	_cleanup_closedir_ DIR *dir = opendir(proc);
	struct dirent *entry;

	*out = (struct leftover){ 0 };
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (detaches(proc, entry->d_name))
			add(out, proc, entry->d_name);
	}
}
