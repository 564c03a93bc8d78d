// SPDX-License-Identifier: GPL-2.0
/*
 * The floor of the benchmark: fentry and fexit programs that do nothing, or only read the
 * clock, on each of the given functions, while a command runs.
 *
 *	empty_pair [--clock] FUNCTION[,FUNCTION...] COMMAND...
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/select.h"
#include "target/target.h"
#include "util/cleanup.h"
#include "util/log.h"

/* r0 = 0; exit, after a call of bpf_ktime_get_ns() if it is wanted. */
static const struct bpf_insn program[] = {
	{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_ktime_get_ns },
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
	{ .code = BPF_JMP | BPF_EXIT },
};

static int attach(const struct target_function *function, enum bpf_attach_type type, bool clock)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = type,
		    .attach_btf_id = function->btf_id, .attach_btf_obj_fd = function->btf_fd);
	size_t skip = clock ? 0 : 1;
	int fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "empty_pair", "GPL", program + skip,
			       ARRAY_SIZE(program) - skip, &options);

	/* Both descriptors stay open until the end of this process. */
	if (fd < 0 || bpf_link_create(fd, 0, type, NULL) < 0)
		return err_r(-errno, "cannot attach to %s: %s", function->name, strerror(errno));
	return 0;
}

static int attach_all(char *names, bool clock)
{
	_cleanup_(target_rules_free) struct target_rules rules = { 0 };
	struct target_selection selection = { 0 };
	struct target_host *host = NULL;
	int r;

	r = target_host_open(false, &host);
	if (!r)
		r = target_rules_add(&rules, names, false);
	if (!r)
		r = target_select(host, &rules, NULL, &selection);
	for (size_t i = 0; !r && i < selection.cnt; i++) {
		r = attach(selection.v[i], BPF_TRACE_FEXIT, clock);
		if (!r)
			r = attach(selection.v[i], BPF_TRACE_FENTRY, clock);
	}
	target_selection_free(&selection);
	target_host_free(&host);
	return r;
}

int main(int argc, char **argv)
{
	bool clock = argc > 1 && !strcmp(argv[1], "--clock");
	const struct rlimit limit = { 65536, 65536 };
	int status;
	pid_t pid;

	argv += 1 + clock;
	if (argc < 3 + clock) {
		fputs("Usage: empty_pair [--clock] FUNCTION[,FUNCTION...] COMMAND...\n", stderr);
		return 2;
	}
	setrlimit(RLIMIT_NOFILE, &limit);
	if (attach_all(argv[0], clock))
		return 1;
	pid = fork();
	if (!pid) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
