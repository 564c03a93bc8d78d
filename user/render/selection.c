// SPDX-License-Identifier: GPL-2.0
#include "render/selection.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "profile/reasons.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Call @add for each part of @list between commas. */
static int for_each_part(struct selection *selection, const char *list,
			 int (*add)(struct selection *selection, const char *part))
{
	_cleanup_free_ char *copy = strdup(list);
	char *rest = copy, *part;
	int err = 0;

	if (!copy)
		return err_r(-ENOMEM, "out of memory");
	while (!err && (part = strsep(&rest, ",")))
		err = add(selection, part);
	return err;
}

static int add_reason(struct selection *selection, const char *pattern)
{
	char **reasons;

	if (!*pattern)
		return err_r(-EINVAL, "--reason takes names such as CPUID or 'MSR*', not ''");
	reasons = reallocarray(selection->reasons, selection->reason_cnt + 1, sizeof(*reasons));
	if (!reasons)
		return err_r(-ENOMEM, "out of memory");
	selection->reasons = reasons;
	reasons[selection->reason_cnt] = strdup(pattern);
	if (!reasons[selection->reason_cnt])
		return err_r(-ENOMEM, "out of memory");
	selection->reason_cnt++;
	return 0;
}

int selection_add_reasons(struct selection *selection, const char *list)
{
	return for_each_part(selection, list, add_reason);
}

/* A whole decimal number at *@text, which moves behind it. */
static bool parse_number(const char **text, u32 *out)
{
	unsigned long long value;
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	value = strtoull(*text, &end, 10);
	if (errno || value > UINT32_MAX)
		return false;
	*text = end;
	*out = (u32)value;
	return true;
}

static int add_vcpu(struct selection *selection, const char *part)
{
	struct vcpu_choice choice = { .any_vm = true }, *vcpus;
	const char *p = part;
	bool ok = parse_number(&p, &choice.id);

	if (ok && *p == ':') {
		p++;
		choice.any_vm = false;
		choice.pid = choice.id;
		ok = parse_number(&p, &choice.id);
	}
	if (!ok || *p)
		return err_r(-EINVAL, "--vcpu takes numbers such as 0 or PID:0, not '%s'", part);
	vcpus = reallocarray(selection->vcpus, selection->vcpu_cnt + 1, sizeof(*vcpus));
	if (!vcpus)
		return err_r(-ENOMEM, "out of memory");
	selection->vcpus = vcpus;
	vcpus[selection->vcpu_cnt++] = choice;
	return 0;
}

int selection_add_vcpus(struct selection *selection, const char *list)
{
	return for_each_part(selection, list, add_vcpu);
}

void selection_clear(struct selection *selection)
{
	for (size_t i = 0; i < selection->reason_cnt; i++)
		free(selection->reasons[i]);
	free(selection->reasons);
	free(selection->vcpus);
	*selection = (struct selection){};
}

bool selection_has_reason(const struct selection *selection, enum isa isa, u64 code)
{
	for (size_t i = 0; i < selection->reason_cnt; i++) {
		if (reason_matches(isa, code, selection->reasons[i]))
			return true;
	}
	return !selection->reason_cnt;
}

static bool chooses(const struct vcpu_choice *choice, const struct recording *recording,
		    const struct vcpu *vcpu)
{
	return vcpu->id == choice->id &&
	       (choice->any_vm || recording->vms[vcpu->vm].pid == choice->pid);
}

bool selection_has_vcpu(const struct selection *selection, const struct recording *recording,
			const struct vcpu *vcpu)
{
	for (size_t i = 0; i < selection->vcpu_cnt; i++) {
		if (chooses(&selection->vcpus[i], recording, vcpu))
			return true;
	}
	return !selection->vcpu_cnt;
}

/* The names of what there is, for an error message: each once, cut off when they are many. */
struct names {
	char text[1024];
	size_t length;
};

static void add_name(struct names *names, const char *name)
{
	size_t length = strlen(name);

	for (char *p = names->text; (p = strstr(p, name)); p++) {
		if ((p == names->text || p[-1] == ' ') && (!p[length] || p[length] == ','))
			return;
	}
	if (names->length + length + 8 > sizeof(names->text)) {
		if (strcmp(names->text + names->length - 3, "..."))
			names->length += sprintf(names->text + names->length, ", ...");
		return;
	}
	names->length +=
		sprintf(names->text + names->length, "%s%s", names->length ? ", " : "", name);
}

static int check_reason(const char *pattern, const struct selection *selection,
			const struct profile *profile, const struct recording *only)
{
	struct names names = {};
	char name[REASON_NAME_MAX];

	profile_for_each_recording (recording, profile) {
		if (only && recording != only)
			continue;
		recording_for_each_vcpu (vcpu, recording) {
			if (!selection_has_vcpu(selection, recording, vcpu))
				continue;
			vcpu_for_each_reason (reason, vcpu) {
				if (reason_matches(vcpu->isa, reason->code, pattern))
					return 0;
				add_name(&names, reason_name(vcpu->isa, reason->code, name));
			}
		}
	}
	return err_r(-ENOENT, "no exits for reason '%s'; there are %s", pattern,
		     names.length ? names.text : "no exits at all");
}

static int check_vcpu(const struct vcpu_choice *choice, const struct profile *profile,
		      const struct recording *only)
{
	struct names names = {};
	char name[64];

	profile_for_each_recording (recording, profile) {
		if (only && recording != only)
			continue;
		recording_for_each_vcpu (vcpu, recording) {
			if (chooses(choice, recording, vcpu))
				return 0;
			snprintf(name, sizeof(name), "%" PRIu32 ":%" PRIu32,
				 recording->vms[vcpu->vm].pid, vcpu->id);
			add_name(&names, name);
		}
	}
	snprintf(name, sizeof(name), choice->any_vm ? "" : "%" PRIu32 ":", choice->pid);
	return err_r(-ENOENT, "no vCPU %s%" PRIu32 "; there are %s (PID:ID)", name, choice->id,
		     names.length ? names.text : "none");
}

int selection_check(const struct selection *selection, const struct profile *profile,
		    const struct recording *only)
{
	int err = 0;

	for (size_t i = 0; i < selection->vcpu_cnt && !err; i++)
		err = check_vcpu(&selection->vcpus[i], profile, only);
	for (size_t i = 0; i < selection->reason_cnt && !err; i++)
		err = check_reason(selection->reasons[i], selection, profile, only);
	return err;
}
