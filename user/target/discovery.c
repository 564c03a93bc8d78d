// SPDX-License-Identifier: GPL-2.0
#include "target/discovery.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/instance.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/stopwatch.h"

#define BUFFER_KB     "64" /* a CPU: some 2,000 calls, that is dozens of exits */
#define FIRST_LOOK_NS 10000000ULL
#define READ_BYTES    65536
#define LOOK_BYTES    (2 * READ_BYTES) /* of text, a CPU: what is in a full buffer and more */

struct discovery {
	struct target_host *host;
	struct instance *instance;
	int pipe_fd;
	struct discovery_counts counts;
};

/* What is written before the tracer runs: without context, a line is a name. */
static const struct {
	const char *file, *text;
} settings[] = {
	{ "tracing_on", "1" },
	{ "buffer_size_kb", BUFFER_KB },
	{ "options/overwrite", "1" },
	{ "options/context-info", "0" },
	{ "options/print-parent", "0" },
	{ "options/annotate", "0" },
	{ "options/function-fork", "1" },
};

static int set_up(struct instance *instance, const char *functions, const char *tids,
		  const char **failed_out)
{
	const struct {
		const char *file, *text;
	} writes[] = {
		{ "set_ftrace_filter", functions },
		{ "set_ftrace_pid", tids },
		{ "current_tracer", "function" },
	};
	int r = 0;

	for (size_t i = 0; !r && i < ARRAY_SIZE(settings); i++) {
		*failed_out = settings[i].file;
		r = instance_write(instance, settings[i].file, settings[i].text, false);
	}
	for (size_t i = 0; !r && i < ARRAY_SIZE(writes); i++) {
		*failed_out = writes[i].file;
		r = instance_write(instance, writes[i].file, writes[i].text, false);
	}
	instance_mend_top_level(instance);
	return r;
}

/* The numbers that say to ftrace what to trace: of which functions, and of which threads. */
static int format_numbers(struct target_host *host, const pid_t *tids, size_t tid_cnt,
			  char **functions_out, char **tids_out)
{
	struct target_function **functions;
	size_t cnt, size;
	FILE *f;

	f = open_memstream(tids_out, &size);
	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < tid_cnt; i++)
		fprintf(f, "%d ", tids[i]);
	if (fclose(f))
		return -ENOMEM;
	f = open_memstream(functions_out, &size);
	if (!f)
		return -ENOMEM;
	functions = target_host_functions(host, &cnt);
	for (size_t i = 0; i < cnt; i++) {
		if (functions[i]->site_line && functions[i]->verdict != TARGET_DENIED &&
		    functions[i]->verdict != TARGET_GLUE)
			fprintf(f, "%u ", functions[i]->site_line);
	}
	if (fclose(f))
		return -ENOMEM;
	/* No filter would be all functions of the kernel. */
	return size ? 0 : -ENOENT;
}

int discovery_start(struct target_host *host, const pid_t *tids, size_t cnt, struct discovery **out,
		    const char **failed_out)
{
	_cleanup_(discovery_free) struct discovery *discovery = calloc(1, sizeof(*discovery));
	_cleanup_free_ char *functions = NULL, *tid_text = NULL;
	int r;

	*failed_out = "ftrace's list of functions";
	if (!discovery)
		return -ENOMEM;
	discovery->host = host;
	discovery->pipe_fd = -1;
	r = format_numbers(host, tids, cnt, &functions, &tid_text);
	if (r)
		return r;
	*failed_out = "an instance of tracefs";
	r = instance_new(&discovery->instance);
	if (!r)
		r = set_up(discovery->instance, functions, tid_text, failed_out);
	if (r)
		return r;
	*failed_out = "trace_pipe";
	r = instance_open(discovery->instance, "trace_pipe", O_RDONLY | O_NONBLOCK);
	if (r < 0)
		return r;
	discovery->pipe_fd = r;
	*out = TAKE_PTR(discovery);
	return 0;
}

void discovery_free(struct discovery **discovery)
{
	if (!*discovery)
		return;
	cleanup_close(&(*discovery)->pipe_fd);
	instance_free(&(*discovery)->instance);
	free(*discovery);
	*discovery = NULL;
}

enum discovery_line discovery_parse(char *line, const char **name_out, u64 *lost_out)
{
	char *name = line + strspn(line, " \t"), *lost = strstr(line, "[LOST ");

	if (!strncmp(name, "CPU:", 4))
		return lost && sscanf(lost, "[LOST %llu EVENTS]", (unsigned long long *)lost_out) ==
					       1
			       ? DISCOVERY_LINE_LOST
			       : DISCOVERY_LINE_OTHER;
	name[strcspn(name, " \t\n")] = '\0';
	if (!isalpha((unsigned char)*name) && *name != '_')
		return DISCOVERY_LINE_OTHER;
	*name_out = name;
	return DISCOVERY_LINE_CALL;
}

/* All functions of that name; of what is seen anew, the number goes to @lines. */
static void mark(struct target_host *host, const char *name, FILE *lines)
{
	struct target_function **functions;
	size_t cnt;

	functions = target_host_functions(host, &cnt);
	for (size_t i = target_host_first(host, name); i < cnt && !strcmp(functions[i]->name, name);
	     i++) {
		if (functions[i]->is_discovered)
			continue;
		functions[i]->is_discovered = true;
		if (functions[i]->site_line)
			fprintf(lines, "%u ", functions[i]->site_line);
	}
}

static void take_line(struct discovery *discovery, char *line, FILE *lines)
{
	const char *name;
	u64 lost = 0;

	switch (discovery_parse(line, &name, &lost)) {
	case DISCOVERY_LINE_CALL:
		discovery->counts.event_cnt++;
		mark(discovery->host, name, lines);
		break;
	case DISCOVERY_LINE_LOST:
		discovery->counts.lost_cnt += lost;
		break;
	case DISCOVERY_LINE_OTHER:
		break;
	}
}

/* What is in the buffer, which may be filled faster than it is read; a read gives whole lines. */
static int drain(struct discovery *discovery, FILE *lines)
{
	_cleanup_free_ char *text = malloc(READ_BYTES + 1);
	size_t total = 0, enough = LOOK_BYTES * (size_t)sysconf(_SC_NPROCESSORS_ONLN);

	if (!text)
		return -ENOMEM;
	while (total < enough) {
		ssize_t n = read(discovery->pipe_fd, text, READ_BYTES);
		char *save = NULL;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (n <= 0)
			break;
		text[n] = '\0';
		total += n;
		for (char *line = strtok_r(text, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			take_line(discovery, line, lines);
	}
	return 0;
}

/*
 * Mark what ran, and trace it no more. Tracing goes on meanwhile: changing the kernel's code may
 * take longer than a command lives.
 */
static int look(struct discovery *discovery, bool last)
{
	_cleanup_free_ char *numbers = NULL;
	size_t size = 0;
	FILE *lines = open_memstream(&numbers, &size);
	int r;

	if (!lines)
		return -ENOMEM;
	r = last ? instance_write(discovery->instance, "tracing_on", "0", false) : 0;
	if (!r)
		r = drain(discovery, lines);
	if (fclose(lines) && !r)
		r = -ENOMEM;
	if (r || last)
		return r;
	/* A kernel that does not take the numbers shows the same calls again: no harm. */
	if (size && instance_write(discovery->instance, "set_ftrace_notrace", numbers, true))
		log_debug("ftrace does not leave out what has been seen");
	return 0;
}

int discovery_watch(struct discovery *discovery, u64 duration_ns, int stop_fd, int end_fd,
		    struct discovery_counts *out)
{
	struct pollfd fds[] = { { .fd = stop_fd, .events = POLLIN },
				{ .fd = end_fd, .events = POLLIN } };
	u64 end_ns = stopwatch_now_ns() + duration_ns, pause_ns = FIRST_LOOK_NS;
	int r = 0;

	for (bool last = false; !last && !r; pause_ns *= 2) {
		u64 now_ns = stopwatch_now_ns(), left_ns = now_ns < end_ns ? end_ns - now_ns : 0;
		struct timespec pause;

		last = pause_ns >= left_ns;
		left_ns = last ? left_ns : pause_ns;
		pause = (struct timespec){ left_ns / 1000000000, left_ns % 1000000000 };
		r = ppoll(fds, ARRAY_SIZE(fds), &pause, NULL);
		if (r < 0 && errno != EINTR)
			return -errno;
		if (r > 0 && fds[0].revents)
			return -EINTR;
		last |= r > 0 && fds[1].revents;
		r = look(discovery, last);
	}
	*out = discovery->counts;
	return r;
}
