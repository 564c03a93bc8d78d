// SPDX-License-Identifier: GPL-2.0
#include "target/probe.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/stopwatch.h"

/* Does nothing. */
static const struct bpf_insn nothing[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

/* A program's descriptor, or -errno. */
static int load_fd(const struct bpf_insn *insns, size_t cnt, int btf_fd, u32 btf_id,
		   char log[PROBE_LOG_SIZE])
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY,
		    .attach_btf_id = btf_id, .attach_btf_obj_fd = btf_fd, .log_level = 1,
		    .log_buf = log, .log_size = PROBE_LOG_SIZE);
	int fd;

	log[0] = '\0';
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "xg_probe", "GPL", insns, cnt, &opts);
	return fd < 0 ? -errno : fd;
}

static int load(const struct bpf_insn *insns, size_t cnt, int btf_fd, u32 btf_id,
		char log[PROBE_LOG_SIZE])
{
	_cleanup_close_ int fd = load_fd(insns, cnt, btf_fd, btf_id, log);

	return fd < 0 ? fd : 0;
}

int probe_detach_ns(int btf_fd, u32 btf_id, u64 *ns_out)
{
	int links[2] = { -1, -1 }, r = 0;
	char log[PROBE_LOG_SIZE];
	u64 start_ns;

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(links); i++) {
		_cleanup_close_ int fd = load_fd(nothing, ARRAY_SIZE(nothing), btf_fd, btf_id, log);

		r = fd < 0 ? fd : bpf_link_create(fd, 0, BPF_TRACE_FENTRY, NULL);
		links[i] = r;
	}
	start_ns = stopwatch_now_ns();
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		cleanup_close(&links[i]);
	*ns_out = stopwatch_now_ns() - start_ns;
	return r < 0 ? r : 0;
}

int probe_fentry(int btf_fd, u32 btf_id, char log[PROBE_LOG_SIZE])
{
	int r = load(nothing, ARRAY_SIZE(nothing), btf_fd, btf_id, log);

	log[strcspn(log, "\n")] = '\0';
	/* The verifier's statistics are no reason. */
	if (!strncmp(log, "processed ", 10))
		log[0] = '\0';
	return r;
}

/*
 * The program cannot load, for its call lacks arguments; what matters is whether the
 * verifier objects to the helper or to them. bpf_fentry_test1() is the kernel's own
 * function for testing fentry, there since 5.5.
 */
int probe_helper(const struct btf *vmlinux, int func, char log[PROBE_LOG_SIZE])
{
	static const char *const objections[] = {
		"unknown func ", "invalid func ",
		"program of this type cannot use helper ", /* since 6.12 */
	};
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = func },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int id = btf__find_by_name_kind(vmlinux, "bpf_fentry_test1", BTF_KIND_FUNC);
	int r;

	log[0] = '\0';
	if (id <= 0)
		return -ENOENT;
	r = load(insns, ARRAY_SIZE(insns), 0, id, log);
	for (size_t i = 0; i < ARRAY_SIZE(objections); i++) {
		if (strstr(log, objections[i]))
			return -EOPNOTSUPP;
	}
	/* Refused for the arguments, which is -EACCES or -EINVAL, with a word on it. */
	return r == -EPERM || !log[0] ? r : 0;
}
