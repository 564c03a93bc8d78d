// SPDX-License-Identifier: GPL-2.0
#include "collect/describe.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "util/cleanup.h"
#include "util/log.h"
#include "xg_state.h"

u64 describe_unix_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (u64)now.tv_sec * 1000000000 + now.tv_nsec;
}

void describe_cpu_model(char model[DESCRIBE_CPU_MODEL_MAX])
{
	_cleanup_fclose_ FILE *file = fopen("/proc/cpuinfo", "re");
	_cleanup_free_ char *line = NULL;
	size_t line_size = 0;

	model[0] = '\0';
	while (file && getline(&line, &line_size, file) > 0) {
		char *value = strchr(line, ':');

		if (strncmp(line, "model name", strlen("model name")) || !value)
			continue;
		snprintf(model, DESCRIBE_CPU_MODEL_MAX, "%s", value + 1 + strspn(value + 1, " "));
		model[strcspn(model, "\n")] = '\0';
		return;
	}
}

/* The command's words joined by blanks, "pid N", or "all VMs". */
static void make_title(char *title, size_t size, char **command, int pid)
{
	size_t used = 0;

	if (!command)
		snprintf(title, size, pid ? "pid %d" : "all VMs", pid);
	for (; command && *command && used < size; command++)
		used += snprintf(title + used, size - used, "%s%s", used ? " " : "", *command);
}

int describe_host(char **host, char **kernel, char **cpu_model, char **version)
{
	char model[DESCRIBE_CPU_MODEL_MAX];
	struct utsname system;
	int r;

	uname(&system);
	describe_cpu_model(model);
	r = recording_set(host, system.nodename);
	if (!r)
		r = recording_set(kernel, system.release);
	if (!r)
		r = recording_set(cpu_model, model);
	if (!r)
		r = recording_set(version, EXITGRAPH_VERSION);
	return r ? err_r(r, "no memory") : 0;
}

int describe_recording(struct recording *recording, char **command, int pid, const char *mechanism,
		       u32 exits_seen_at)
{
	char title[1024];
	int r;

	make_title(title, sizeof(title), command, pid);
	r = describe_host(&recording->host, &recording->kernel, &recording->cpu_model,
			  &recording->version);
	if (r)
		return r;
	r = recording_set(&recording->title, title);
	if (!r)
		r = recording_set(&recording->mechanism, mechanism);
	if (!r)
		r = recording_set(&recording->exit_boundary, exits_seen_at & XG_EXIT_AT_RETURN
								     ? "svm_vcpu_run return"
								     : "kvm_exit");
	return r ? err_r(r, "no memory") : 0;
}
