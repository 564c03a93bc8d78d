// SPDX-License-Identifier: GPL-2.0
/*
 * What a host must have to be profiled, the most likely things to be missing first. A row
 * that cannot be asked because of one above is skipped, so that one cause is told once.
 */
#include "target/requirements.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "target/host.h"
#include "target/leftover.h"
#include "target/module.h"
#include "target/probe.h"
#include "target/tracefs.h"
#include "util/cleanup.h"

#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"

#define POLICY                                                                          \
	"a container's or a security module's policy forbids it: run exitgraph on the " \
	"host itself, or have the policy changed"

/* Two descriptors for each function traced, and some. */
#define DESCRIPTORS 4096

__attribute__((format(printf, 3, 4))) static void set(struct target_finding *f,
						      enum target_finding_status status,
						      const char *format, ...)
{
	va_list args;

	f->status = status;
	va_start(args, format);
	vsnprintf(f->found, sizeof(f->found), format, args);
	va_end(args);
}

#define ok(f, ...)		    set(f, TARGET_FINDING_OK, __VA_ARGS__)
#define skip(f, ...)		    set(f, TARGET_FINDING_SKIPPED, __VA_ARGS__)

#define warn_of(f, what_to_do, ...) set_remedy(f, TARGET_FINDING_WARN, what_to_do, __VA_ARGS__)
#define fail(f, what_to_do, ...)    set_remedy(f, TARGET_FINDING_FAIL, what_to_do, __VA_ARGS__)
#define set_remedy(f, status, what_to_do, ...)                                \
	do {                                                                  \
		set(f, status, __VA_ARGS__);                                  \
		snprintf((f)->remedy, sizeof((f)->remedy), "%s", what_to_do); \
	} while (0)

static bool has_capability(const struct requirement_context *c, int capability)
{
	return c->capabilities & (1ULL << capability);
}

/* The first line of a small file, without its end; -errno if it cannot be read. */
static int read_line(const char *path, char *line, size_t size)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");

	if (!f || !fgets(line, size, f))
		return errno ? -errno : -EIO;
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

static u64 effective_capabilities(void)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/status", "re");
	unsigned long long capabilities = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "CapEff: %llx", &capabilities) == 1)
			break;
	}
	return capabilities;
}

/*
 * CAP_SYS_ADMIN and not CAP_BPF with CAP_PERFMON: a module's BTF can be opened by its id
 * only with it (BPF_BTF_GET_FD_BY_ID), and so can tracefs be mounted. It implies the others.
 */
static void ask_privileges(struct requirement_context *c, struct target_finding *f)
{
	char map[128] = "";
	unsigned int inside = 0, outside = 0, cnt = 0;

	c->capabilities = effective_capabilities();
	if (!has_capability(c, CAP_SYS_ADMIN)) {
		fail(f, "run it as root, or with CAP_SYS_ADMIN", "CAP_SYS_ADMIN is missing");
		return;
	}
	read_line("/proc/self/uid_map", map, sizeof(map));
	if (sscanf(map, "%u %u %u", &inside, &outside, &cnt) == 3 && cnt != UINT32_MAX) {
		fail(f, "run it on the host itself, outside of the container",
		     "this is root of a user namespace only");
		return;
	}
	c->privileged = true;
	ok(f, "%s", geteuid() ? "CAP_SYS_ADMIN" : "root");
}

static void ask_machine(struct requirement_context *c, struct target_finding *f)
{
	struct utsname name;

	uname(&name);
	if (strcmp(name.machine, "x86_64"))
		fail(f, "exitgraph knows KVM on x86_64 only", "this is %s", name.machine);
	else
		ok(f, "x86_64, Linux %s", name.release);
}

static void ask_kvm(struct requirement_context *c, struct target_finding *f)
{
	struct module_missing missing;

	c->has_kvm = !module_find_kvm(&missing);
	if (c->has_kvm)
		ok(f, "kvm");
	else
		fail(f, missing.remedy, "%s", missing.what);
}

static void ask_vendor(struct requirement_context *c, struct target_finding *f)
{
	struct module_missing missing;

	if (!c->has_kvm) {
		skip(f, "needs the KVM module");
		return;
	}
	c->has_vendor = !module_find_vendor(&c->isa, &missing);
	if (c->has_vendor)
		ok(f, "%s", c->isa == ISA_SVM ? "kvm_amd" : "kvm_intel");
	else
		fail(f, missing.remedy, "%s", missing.what);
}

static void ask_kernel_btf(struct requirement_context *c, struct target_finding *f)
{
	c->vmlinux = btf__parse(VMLINUX_BTF, NULL);
	if (c->vmlinux)
		ok(f, VMLINUX_BTF);
	else if (errno == ENOENT)
		fail(f, "use a kernel with CONFIG_DEBUG_INFO_BTF=y, as distributions have it",
		     "the kernel has no BTF");
	else
		fail(f, "make it readable", "cannot read " VMLINUX_BTF ": %s", strerror(errno));
}

static void ask_module_btf(struct requirement_context *c, struct target_finding *f)
{
	const char *modules[] = { "kvm", c->isa == ISA_SVM ? "kvm_amd" : "kvm_intel" };
	char path[128];

	if (!c->has_vendor) {
		skip(f, "needs the vendor module");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/btf/%s", modules[i]);
		if (!access(path, R_OK))
			continue;
		fail(f, "use Linux 5.17 or later with CONFIG_DEBUG_INFO_BTF_MODULES=y",
		     "the kernel has no BTF for %s", modules[i]);
		return;
	}
	c->has_module_btf = true;
	ok(f, "%s and %s", modules[0], modules[1]);
}

/* Only the mode "confidentiality" keeps BPF from reading kernel memory. */
static void ask_lockdown(struct requirement_context *c, struct target_finding *f)
{
	char modes[128];

	if (read_line("/sys/kernel/security/lockdown", modes, sizeof(modes)))
		ok(f, "none");
	else if (strstr(modes, "[confidentiality]"))
		fail(f, "boot the kernel with lockdown=integrity or without the option",
		     "the kernel is locked down for confidentiality: BPF may not read its memory");
	else
		ok(f, "%s", strstr(modes, "[integrity]") ? "integrity" : "none");
}

static void ask_jit(struct requirement_context *c, struct target_finding *f)
{
	char value[32];

	if (read_line("/proc/sys/net/core/bpf_jit_enable", value, sizeof(value)))
		fail(f, "use a kernel with CONFIG_BPF_SYSCALL=y and CONFIG_BPF_JIT=y",
		     "the kernel has no BPF compiler");
	else if (!strcmp(value, "0"))
		fail(f, "run 'sysctl -w net.core.bpf_jit_enable=1'",
		     "the BPF compiler is switched off");
	else if (!read_line("/proc/sys/net/core/bpf_jit_harden", value, sizeof(value)) &&
		 !strcmp(value, "2"))
		warn_of(f,
			"run 'sysctl -w net.core.bpf_jit_harden=1', which hardens what the "
			"unprivileged load",
			"hardened for root's programs, too: probes are slower");
	else
		ok(f, "on");
}

static void ask_tracefs(struct requirement_context *c, struct target_finding *f)
{
	_cleanup_close_ int fd = -1;

	if (!c->privileged) {
		skip(f, "needs privileges");
		return;
	}
	fd = tracefs_open("available_filter_functions", O_RDONLY);
	if (fd >= 0)
		ok(f, "available_filter_functions");
	else
		fail(f,
		     fd == -EPERM || fd == -EACCES
			     ? POLICY
			     : "use a kernel with CONFIG_DYNAMIC_FTRACE=y and "
			       "CONFIG_FUNCTION_TRACER=y",
		     "cannot read available_filter_functions of tracefs: %s", strerror(-fd));
}

static void ask_ftrace(struct requirement_context *c, struct target_finding *f)
{
	char value[32];

	if (read_line("/proc/sys/kernel/ftrace_enabled", value, sizeof(value)))
		fail(f, "use a kernel with CONFIG_FUNCTION_TRACER=y", "the kernel has no ftrace");
	else if (!strcmp(value, "0"))
		fail(f, "run 'sysctl -w kernel.ftrace_enabled=1'", "ftrace is switched off");
	else
		ok(f, "on");
}

/* bpf_fentry_test1() is the kernel's own function to test fentry on, there since 5.5. */
static void ask_programs(struct requirement_context *c, struct target_finding *f)
{
	char log[PROBE_LOG_SIZE] = "";
	int id, r;

	if (!c->privileged || !c->vmlinux) {
		skip(f, "needs privileges and the kernel's BTF");
		return;
	}
	id = btf__find_by_name_kind(c->vmlinux, "bpf_fentry_test1", BTF_KIND_FUNC);
	r = id > 0 ? probe_fentry(0, id, log) : -EOPNOTSUPP;
	c->can_load = !r;
	if (!r)
		ok(f, "can be loaded");
	else
		fail(f, r == -EPERM ? POLICY : "use a distribution's kernel, 5.17 or later",
		     "cannot load a fentry program: %s%s%s", log, *log ? ": " : "", strerror(-r));
}

/* Load, not attach, what does nothing, for a function that every KVM has. */
static void ask_fentry(struct requirement_context *c, struct target_finding *f)
{
	const char *const kvm = "kvm", *const function = "kvm_arch_vcpu_ioctl_run";
	char log[PROBE_LOG_SIZE] = "";
	struct btf *btf = NULL;
	int fd = -1, id = -1, r;

	if (!c->can_load || !c->has_module_btf) {
		skip(f, "needs BPF programs and the modules' BTF");
		return;
	}
	btf = btf__load_module_btf(kvm, c->vmlinux);
	if (btf)
		id = btf__find_by_name_kind(btf, function, BTF_KIND_FUNC);
	r = target_btf_fds(&kvm, 1, &fd);
	if (!r)
		r = id > 0 && fd >= 0 ? probe_fentry(fd, id, log) : -ENOENT;
	if (r)
		fail(f, "use a distribution's kernel, 5.17 or later",
		     "no fentry program can be loaded for %s: %s%s%s", function, log,
		     *log ? ": " : "", strerror(-r));
	else
		ok(f, "loads for %s", function);
	btf__free(btf);
	cleanup_close(&fd);
}

/* True if the row can go on to use the helper @func. */
static bool ask_helper(struct requirement_context *c, struct target_finding *f, int func,
		       const char *name, const char *remedy)
{
	char log[PROBE_LOG_SIZE];
	int r;

	if (!c->can_load) {
		skip(f, "needs BPF programs");
		return false;
	}
	r = probe_helper(c->vmlinux, func, log);
	if (!r) {
		ok(f, "available");
		return true;
	}
	if (r == -EOPNOTSUPP)
		fail(f, remedy, "BPF programs have no %s here", name);
	else
		fail(f, remedy, "cannot load a BPF program: %s", strerror(-r));
	return false;
}

static void ask_loop(struct requirement_context *c, struct target_finding *f)
{
	ask_helper(c, f, BPF_FUNC_loop, "bpf_loop()", "use Linux 5.17 or later");
}

static void ask_descriptors(struct requirement_context *c, struct target_finding *f)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_max >= DESCRIPTORS)
		ok(f, "%llu", (unsigned long long)limit.rlim_max);
	else if (has_capability(c, CAP_SYS_RESOURCE))
		ok(f, "%llu, can be raised", (unsigned long long)limit.rlim_max);
	else
		warn_of(f, "run 'ulimit -Hn 65536' as root before it, or trace fewer functions",
			"%llu at most: two are needed for each function",
			(unsigned long long)limit.rlim_max);
}

static void ask_dev_kvm(struct requirement_context *c, struct target_finding *f)
{
	if (!access("/dev/kvm", R_OK | W_OK))
		ok(f, "can be opened");
	else
		warn_of(f, "only 'exitgraph guest' needs it; VMs of others can be profiled",
			"/dev/kvm: %s", strerror(errno));
}

static void ask_leftover(struct requirement_context *c, struct target_finding *f)
{
	struct leftover leftover;

	leftover_find("/proc", &leftover);
	if (leftover.process_cnt)
		warn_of(f,
			"the kernel takes its time over each, and nothing has to wait for it; a "
			"recording made meanwhile may count cycles_mismatched",
			"%zu probes of %zu ended recording%s are still being removed; process %d, "
			"for %llu s: %s",
			leftover.probe_cnt, leftover.process_cnt,
			leftover.process_cnt == 1 ? "" : "s", leftover.pid,
			(unsigned long long)leftover.age_s, leftover.recording);
	else
		ok(f, "none left of ended recordings");
}

static const struct requirement table[] = {
	{ "privileges", ask_privileges },
	{ "machine", ask_machine },
	{ "KVM module", ask_kvm },
	{ "vendor module", ask_vendor },
	{ "kernel BTF", ask_kernel_btf },
	{ "modules' BTF", ask_module_btf },
	{ "lockdown", ask_lockdown },
	{ "BPF compiler", ask_jit },
	{ "BPF programs", ask_programs },
	{ "bpf_loop", ask_loop },
	{ "tracefs", ask_tracefs },
	{ "ftrace", ask_ftrace },
	{ "fentry on KVM", ask_fentry },
	{ "open files", ask_descriptors },
	{ "/dev/kvm", ask_dev_kvm },
	{ "probes", ask_leftover },
};

const struct requirement *requirements_table(size_t *cnt_out)
{
	*cnt_out = ARRAY_SIZE(table);
	return table;
}

void requirement_context_free(struct requirement_context *context)
{
	btf__free(context->vmlinux);
	*context = (struct requirement_context){ 0 };
}
