// SPDX-License-Identifier: GPL-2.0
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "target/host.h"
#include "util/cleanup.h"
#include "util/log.h"

/*
 * Modules' BTF objects have ids of their own; their names are the modules'. Programs' BTF
 * is numbered among them, and may have any name, so only the kernel's counts.
 */
int target_btf_fds(const char *const *modules, size_t cnt, int *fds)
{
	u32 id = 0;

	while (!bpf_btf_get_next_id(id, &id)) {
		char name[64] = "";
		struct bpf_btf_info info = { .name = (uintptr_t)name, .name_len = sizeof(name) };
		u32 size = sizeof(info);
		_cleanup_close_ int fd = bpf_btf_get_fd_by_id(id);

		if (fd < 0 && errno == ENOENT) /* just unloaded */
			continue;
		if (fd < 0)
			return err_r(-errno, "cannot open the kernel's BTF: %m; run this as root");
		if (bpf_obj_get_info_by_fd(fd, &info, &size) || !info.kernel_btf)
			continue;
		for (size_t i = 0; i < cnt; i++) {
			if (fds[i] < 0 && !strcmp(modules[i], name))
				fds[i] = TAKE_FD(fd);
		}
	}
	if (errno != ENOENT)
		return err_r(-errno, "cannot list the kernel's BTF: %m; run this as root");
	return 0;
}
