// SPDX-License-Identifier: GPL-2.0
#include "util/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static enum log_level max_level = LOG_INFO;

void log_set_level(enum log_level level)
{
	max_level = level;
}

enum log_level log_get_level(void)
{
	return max_level;
}

void log_print(enum log_level level, const char *format, ...)
{
	static const char *const prefix[] = {
		[LOG_ERROR] = "exitgraph: error: ",
		[LOG_WARN] = "exitgraph: warning: ",
		[LOG_INFO] = "exitgraph: ",
		[LOG_DEBUG] = "exitgraph: debug: ",
	};
	char line[2048], when[32] = "";
	struct timespec now;
	va_list args;

	if (level > max_level)
		return;
	if (level == LOG_DEBUG && !clock_gettime(CLOCK_MONOTONIC, &now))
		snprintf(when, sizeof(when), "[%lld.%06ld] ", (long long)now.tv_sec,
			 now.tv_nsec / 1000);
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* One write, so that lines of several processes on one terminal stay whole. */
	fprintf(stderr, "%s%s%s\n", prefix[level], when, line);
}
