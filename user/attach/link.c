// SPDX-License-Identifier: GPL-2.0
#include "attach/link.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach/features.h"

/* The head of union bpf_attr for BPF_LINK_CREATE, as of Linux 7.2. */
struct link_create {
	u32 prog_fd, target_fd, attach_type, flags;
	union {
		struct {
			u64 ids, cookies;
			u32 cnt;
		} tracing_multi;
		struct {
			u32 flags, cnt;
			u64 syms, addrs, cookies;
		} kprobe_multi;
	};
};

static int link_create(const struct link_create *attr)
{
	int fd = syscall(SYS_bpf, BPF_LINK_CREATE, attr, sizeof(*attr));

	return fd < 0 ? -errno : fd;
}

int link_tracing_multi(int prog_fd, int attach_type, const u32 *ids, const u64 *cookies, u32 cnt)
{
	const struct link_create attr = {
		.prog_fd = prog_fd,
		.attach_type = attach_type,
		.tracing_multi = {
			.ids = (uintptr_t)ids,
			.cookies = (uintptr_t)cookies,
			.cnt = cnt,
		},
	};

	return link_create(&attr);
}

int link_kprobe_multi(int prog_fd, int attach_type, const char *const *names, const u64 *cookies,
		      u32 cnt)
{
	const struct link_create attr = {
		.prog_fd = prog_fd,
		.attach_type = attach_type,
		.kprobe_multi = {
			.cnt = cnt,
			.syms = (uintptr_t)names,
			.cookies = (uintptr_t)cookies,
		},
	};

	return link_create(&attr);
}

/* The head of struct bpf_link_info as of Linux 6.7, for a kprobe_multi link. */
struct kprobe_multi_info {
	u32 type, id, prog_id, pad;
	u64 addrs;
	u32 count, flags;
	u64 missed;
};

u64 link_kprobe_missed(int link_fd)
{
	struct kprobe_multi_info info = { 0 };
	u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(link_fd, &info, &size) || size < sizeof(info))
		return 0;
	return info.missed;
}
