/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Can this host be profiled? One table of requirements (requirements.c), asked in order,
 * each with what was found and what to do about it.
 */
#ifndef EXITGRAPH_TARGET_CHECK_H
#define EXITGRAPH_TARGET_CHECK_H

#include <stddef.h>

enum target_finding_status {
	TARGET_FINDING_OK,
	TARGET_FINDING_WARN,	/* can be profiled, but mind this */
	TARGET_FINDING_FAIL,	/* cannot be profiled */
	TARGET_FINDING_SKIPPED, /* could not be asked, since something above failed */
};

struct target_finding {
	const char *name; /* of the requirement: "kernel BTF" */
	enum target_finding_status status;
	char found[256];  /* one line: what the host has */
	char remedy[384]; /* WARN and FAIL: what to do */
};

/*
 * Ask every requirement. *@out is an array of *@cnt_out findings, to be freed by the
 * caller. 0 or -ENOMEM; what is missing is no error here.
 */
int target_check(struct target_finding **out, size_t *cnt_out);

/*
 * Ask until one fails: 0 if the host can be profiled, or -errno after saying the first
 * missing requirement and its remedy in one line.
 */
int target_require(void);

#endif
