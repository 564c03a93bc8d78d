// SPDX-License-Identifier: GPL-2.0
/* A host from the running kernel. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "target/host.h"
#include "target/host_cache.h"
#include "target/module.h"
#include "target/proto.h"
#include "target/tracefs.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/stopwatch.h"

static void cleanup_btf(struct btf **btf)
{
	btf__free(*btf);
}

int target_read_kallsyms(const char *const *modules, size_t cnt, struct kallsyms **out)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/kallsyms", "re");

	if (!f)
		return err_r(-errno, "cannot open /proc/kallsyms: %m");
	return kallsyms_read(f, modules, cnt, out);
}

int target_read_sites(const char *const *modules, size_t cnt, struct sites **out)
{
	_cleanup_close_ int fd = tracefs_open("available_filter_functions", O_RDONLY);
	_cleanup_fclose_ FILE *f = NULL;

	if (fd < 0)
		return err_r(fd,
			     "cannot read tracefs, which has the functions that ftrace can patch: "
			     "%s; run this as root, on a kernel with CONFIG_FUNCTION_TRACER=y",
			     strerror(-fd));
	f = fdopen(fd, "r");
	if (!f)
		return err_r(-errno, "cannot read tracefs: %m");
	TAKE_FD(fd);
	return sites_read(f, modules, cnt, out);
}

int target_read_btf(const char *module, struct btf *vmlinux, struct btf **out)
{
	struct btf *btf = btf__load_module_btf(module, vmlinux);

	if (btf) {
		*out = btf;
		return 0;
	}
	if (errno == ENOENT)
		return 0;
	return err_r(-errno, "cannot read the BTF of %s: %m", module);
}

static int judge_running_kernel(struct target_host *host, bool fresh)
{
	_cleanup_(kallsyms_free) struct kallsyms *kallsyms = NULL;
	_cleanup_(sites_free) struct sites *sites = NULL;
	_cleanup_(cleanup_btf) struct btf *vmlinux = NULL;
	_cleanup_(cleanup_btf) struct btf *kvm = NULL;
	_cleanup_(cleanup_btf) struct btf *vendor = NULL;
	u64 start_ns = stopwatch_now_ns();
	struct target_sources sources;
	int r;

	vmlinux = btf__parse(TARGET_VMLINUX_PATH, NULL);
	if (!vmlinux)
		return err_r(-errno, "cannot read the kernel's BTF, " TARGET_VMLINUX_PATH ": %m");
	r = target_read_btf(host->modules[0], vmlinux, &kvm);
	if (!r)
		r = target_read_btf(host->modules[1], vmlinux, &vendor);
	if (!r)
		r = target_btf_fds(host->modules, host->module_cnt, host->btf_fds);
	target_kernel_read(vmlinux, &host->kernel);
	if (!r)
		host->anchor_cnt = target_anchors_find(vmlinux, kvm, host->btf_fds[0],
						       host->kernel.is_return_id, host->anchors);
	stopwatch_say(&start_ns, "reading BTF");
	if (!r)
		r = host_cache_get(host->modules, host->module_cnt, fresh, &kallsyms, &sites);
	if (r)
		return r;
	stopwatch_say(&start_ns, "reading symbols and ftrace's functions");
	sources = (struct target_sources){
		.kallsyms = kallsyms,
		.sites = sites,
		.btf = (struct btf *[]){ kvm, vendor },
		.max_args = proto_max_args(vmlinux),
	};
	r = target_judge(host, &sources);
	stopwatch_say(&start_ns, "judging");
	return r;
}

int target_host_open(bool fresh, struct target_host **out)
{
	_cleanup_(target_host_free) struct target_host *host = NULL;
	struct module_missing missing;
	enum isa isa;
	int r;

	r = module_find_kvm(&missing);
	if (!r)
		r = module_find_vendor(&isa, &missing);
	if (r)
		return err_r(r, "%s: %s", missing.what, missing.remedy);
	r = target_host_new(isa, &host);
	if (!r)
		r = judge_running_kernel(host, fresh);
	if (!r)
		*out = TAKE_PTR(host);
	return r;
}
