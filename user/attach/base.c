// SPDX-License-Identifier: GPL-2.0
#include "attach/base.h"

#include <stdbool.h>
#include <string.h>

#include "util/cleanup.h"
#include "xg_log.h"

/*
 * The calls that are open whenever kvm_entry fires, outermost first, in all kernels; those
 * of them which a kernel has inlined are just not there. (Linux 5.10 to 7.2; x86.c,
 * kvm_main.c, svm.c, vmx.c.)
 */
static const char *const base_functions[] = {
	"kvm_vcpu_ioctl", "kvm_arch_vcpu_ioctl_run",
	"vcpu_run",	  "vcpu_enter_guest",
	"vt_vcpu_run",	  "svm_vcpu_run",
	"vmx_vcpu_run",
};

#define RUN_IOCTL "kvm_arch_vcpu_ioctl_run"

/* How the compiler marks a clone that does all that its source did, with other arguments. A
 * .part is a piece of it only, which is left again before the entry, and .cold one, too. */
static const char *const whole_clones[] = { ".isra", ".constprop" };

/* The length of the mark and number (".isra.0") that @suffix begins with; 0 if with no such. */
static size_t mark_length(const char *suffix)
{
	for (size_t i = 0; i < ARRAY_SIZE(whole_clones); i++) {
		size_t len = strlen(whole_clones[i]), digits;

		if (strncmp(suffix, whole_clones[i], len) || suffix[len] != '.')
			continue;
		digits = strspn(suffix + len + 1, "0123456789");
		if (digits)
			return len + 1 + digits;
	}
	return 0;
}

/* Is @name the function @source, or a clone that stands for the whole of it? */
static bool is_of(const char *name, const char *source)
{
	size_t at = strlen(source), len;

	if (strncmp(name, source, at))
		return false;
	while (name[at]) {
		len = mark_length(name + at);
		if (!len)
			return false;
		at += len;
	}
	return true;
}

/* Which of @functions is to be taken for @source; @cnt if none is attached. */
static size_t find(const struct attach_function *functions, size_t cnt, const char *source)
{
	size_t found = cnt;

	for (size_t i = 0; i < cnt; i++) {
		const char *name = functions[i].target->name;

		if (!functions[i].attached || !is_of(name, source))
			continue;
		if (!strcmp(name, source))
			return i;
		if (found == cnt)
			found = i;
	}
	return found;
}

void base_tell(struct xg_control *control, const struct attach_function *functions, size_t cnt)
{
	_Static_assert(ARRAY_SIZE(base_functions) < XG_BASE_FRAMES, "there is room for all");

	control->base_n = 0;
	for (size_t b = 0; b < ARRAY_SIZE(base_functions); b++) {
		size_t i = find(functions, cnt, base_functions[b]);

		if (i == cnt)
			continue;
		control->base_id[control->base_n++] = XG_ID_FUNCTION + i;
		if (!strcmp(functions[i].target->name, RUN_IOCTL))
			control->run_ioctl_id = XG_ID_FUNCTION + i;
	}
}
