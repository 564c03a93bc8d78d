/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the program says about itself, on standard error, one line each. A function that
 * fails says why once, where it knows most, and returns -errno; its callers pass that on
 * without a word of their own.
 */
#ifndef EXITGRAPH_UTIL_LOG_H
#define EXITGRAPH_UTIL_LOG_H

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG,
};

/* Print messages up to this level; LOG_INFO at the start. The program's only global. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* "exitgraph: error: ..." (or "warning: ", or nothing for info) and a newline. */
void log_print(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_warn(...)  log_print(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_print(LOG_DEBUG, __VA_ARGS__)

/* Say what failed and on what, why, and what to do; the value is @r (a -errno). */
#define err_r(r, ...)                                                                              \
	({                                                                                         \
		int err_r_ = (r);                                                                  \
		log_print(LOG_ERROR, __VA_ARGS__);                                                 \
		err_r_;                                                                            \
	})

#endif
