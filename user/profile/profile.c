// SPDX-License-Identifier: GPL-2.0
#include "profile/profile.h"

#include <errno.h>
#include <stdlib.h>

#include "profile/text.h"
#include "profile/tree.h"
#include "util/cleanup.h"

const char *node_kind_name(enum node_kind kind)
{
	static const char *const names[] = {
		[NODE_CALL] = "call",
		[NODE_GUEST] = "guest",
		[NODE_USERSPACE] = "userspace",
		[NODE_OFF_CPU] = "off-cpu",
	};

	_Static_assert(ARRAY_SIZE(names) == NODE_KIND_COUNT, "every kind has its name");
	return names[kind];
}

const char *isa_name(enum isa isa)
{
	static const char *const names[] = {
		[ISA_UNKNOWN] = "unknown",
		[ISA_VMX] = "VMX",
		[ISA_SVM] = "SVM",
	};

	return names[isa];
}

int profile_new(struct profile **out)
{
	struct profile *profile = calloc(1, sizeof(*profile));

	if (!profile)
		return -ENOMEM;
	*out = profile;
	return 0;
}

void vcpu_clear(struct vcpu *vcpu)
{
	while (vcpu->first_reason) {
		struct reason *reason = vcpu->first_reason;

		vcpu->first_reason = reason->next;
		tree_free(reason->first_child);
		dist_clear(&reason->latency);
		free(reason);
	}
	while (vcpu->first_cycle) {
		struct cycle *cycle = vcpu->first_cycle;

		vcpu->first_cycle = cycle->next;
		cycle_free(cycle);
	}
}

static void recording_free(struct recording *recording)
{
	while (recording->first_vcpu) {
		struct vcpu *vcpu = recording->first_vcpu;

		recording->first_vcpu = vcpu->next;
		vcpu_clear(vcpu);
		free(vcpu);
	}
	for (size_t i = 0; i < recording->vm_cnt; i++)
		free(recording->vms[i].name);
	for (size_t i = 0; i < recording->function_cnt; i++) {
		free(recording->functions[i].name);
		free(recording->functions[i].module);
		free(recording->functions[i].mechanism);
	}
	free(recording->windows);
	free(recording->vms);
	free(recording->functions);
	free(recording->title);
	free(recording->source);
	free(recording->host);
	free(recording->kernel);
	free(recording->cpu_model);
	free(recording->version);
	free(recording->mechanism);
	free(recording->exit_boundary);
	free(recording);
}

void profile_free(struct profile **profile)
{
	if (!*profile)
		return;
	while ((*profile)->first) {
		struct recording *recording = (*profile)->first;

		(*profile)->first = recording->next;
		recording_free(recording);
	}
	bench_free(&(*profile)->bench);
	free(*profile);
	*profile = NULL;
}

u32 profile_recording_cnt(const struct profile *profile)
{
	u32 cnt = 0;

	profile_for_each_recording (recording, profile)
		cnt++;
	return cnt;
}

struct recording *profile_recording(const struct profile *profile, u32 number)
{
	profile_for_each_recording (recording, profile) {
		if (!--number)
			return recording;
	}
	return NULL;
}

int recording_set(char **field, const char *value)
{
	char *copy = text_clean(value);

	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

int profile_add_recording(struct profile *profile, struct recording **out)
{
	struct recording *recording = calloc(1, sizeof(*recording));
	struct recording **end = &profile->first;

	if (!recording)
		return -ENOMEM;
	if (recording_set(&recording->title, "") || recording_set(&recording->source, "") ||
	    recording_set(&recording->host, "") || recording_set(&recording->kernel, "") ||
	    recording_set(&recording->cpu_model, "") || recording_set(&recording->version, "") ||
	    recording_set(&recording->mechanism, "") ||
	    recording_set(&recording->exit_boundary, "")) {
		recording_free(recording);
		return -ENOMEM;
	}
	while (*end)
		end = &(*end)->next;
	*end = recording;
	*out = recording;
	return 0;
}

/* Room for one more element of @size in an array of @cnt, which grows to powers of two. */
static int array_grow(void **array, size_t cnt, size_t size)
{
	void *bigger;

	if (cnt & (cnt - 1))
		return 0;
	bigger = reallocarray(*array, cnt ? 2 * cnt : 1, size);
	if (!bigger)
		return -ENOMEM;
	*array = bigger;
	return 0;
}

int recording_add_vm(struct recording *recording, u32 pid, const char *name, u32 *index_out)
{
	_cleanup_free_ char *copy = text_clean(name);

	if (!copy || array_grow((void **)&recording->vms, recording->vm_cnt, sizeof(struct vm)))
		return -ENOMEM;
	recording->vms[recording->vm_cnt] = (struct vm){ .pid = pid, .name = TAKE_PTR(copy) };
	*index_out = recording->vm_cnt++;
	return 0;
}

int recording_add_function(struct recording *recording, const char *name, const char *module,
			   u32 *index_out)
{
	_cleanup_free_ char *name_copy = text_clean(name);
	_cleanup_free_ char *module_copy = text_clean(module);
	_cleanup_free_ char *no_mechanism = text_clean("");

	if (!name_copy || !module_copy || !no_mechanism ||
	    array_grow((void **)&recording->functions, recording->function_cnt,
		       sizeof(struct function)))
		return -ENOMEM;
	recording->functions[recording->function_cnt] =
		(struct function){ .name = TAKE_PTR(name_copy),
				   .module = TAKE_PTR(module_copy),
				   .mechanism = TAKE_PTR(no_mechanism) };
	*index_out = recording->function_cnt++;
	return 0;
}

int function_set_probe(struct function *function, const char *mechanism, u32 arg_cnt)
{
	function->arg_cnt = arg_cnt;
	return recording_set(&function->mechanism, mechanism);
}

int recording_add_vcpu(struct recording *recording, u32 vm, u32 id, enum isa isa, struct vcpu **out)
{
	struct vcpu *vcpu = calloc(1, sizeof(*vcpu));
	struct vcpu **end = &recording->first_vcpu;

	if (!vcpu)
		return -ENOMEM;
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->isa = isa;
	while (*end)
		end = &(*end)->next;
	*end = vcpu;
	*out = vcpu;
	return 0;
}

int vcpu_add_reason(struct vcpu *vcpu, u64 code, struct reason **out)
{
	struct reason **end = &vcpu->first_reason;

	for (; *end; end = &(*end)->next) {
		if ((*end)->code != code)
			continue;
		*out = *end;
		return 0;
	}
	*end = calloc(1, sizeof(**end));
	if (!*end)
		return -ENOMEM;
	(*end)->code = code;
	*out = *end;
	return 0;
}
