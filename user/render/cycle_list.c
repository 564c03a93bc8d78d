// SPDX-License-Identifier: GPL-2.0
#include "render/cycle_list.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "util/cleanup.h"
#include "util/log.h"

/* A bit of enum cycle_why, or 0 for all of them. */
static const struct {
	u32 bit;
	const char *choice; /* of --cycles */
	const char *text;
	const char *option; /* of record */
} whys[] = {
	{ 0, "all", "", "--slowest 3" },
	{ CYCLE_SAMPLE, "samples", "sample", "--samples 100" },
	{ CYCLE_SLOWEST, "slowest", "slowest", "--slowest 3" },
	{ CYCLE_OVER, "over", "over the limit", "--over 50us" },
};

int cycle_list_parse_why(const char *text, u32 *why)
{
	for (size_t i = 0; i < ARRAY_SIZE(whys); i++) {
		if (strcmp(whys[i].choice, text))
			continue;
		*why = whys[i].bit;
		return 0;
	}
	return err_r(-EINVAL, "--cycles takes all, samples, slowest or over, not '%s'", text);
}

const char *cycle_why_text(u32 why, char buffer[CYCLE_WHY_TEXT_MAX])
{
	size_t length = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(whys); i++) {
		if (why & whys[i].bit)
			length += snprintf(buffer + length, CYCLE_WHY_TEXT_MAX - length, "%s%s",
					   length ? ", " : "", whys[i].text);
	}
	return buffer;
}

const char *cycle_time_text(u64 unix_ns, char buffer[CYCLE_TIME_TEXT_MAX])
{
	time_t seconds = (time_t)(unix_ns / 1000000000);
	struct tm tm;
	size_t length;

	buffer[0] = '\0';
	if (!unix_ns || !gmtime_r(&seconds, &tm))
		return buffer;
	length = strftime(buffer, CYCLE_TIME_TEXT_MAX, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(buffer + length, CYCLE_TIME_TEXT_MAX - length, ".%06u UTC",
		 (unsigned int)(unix_ns / 1000 % 1000000));
	return buffer;
}

int cycle_list_none(const struct recording *recording, const char *path, u32 why)
{
	const char *option = whys[0].option;
	size_t cnt = 0;

	recording_for_each_vcpu (vcpu, recording) {
		vcpu_for_each_cycle (cycle, vcpu)
			cnt++;
	}
	for (size_t i = 0; i < ARRAY_SIZE(whys); i++) {
		if (whys[i].bit == why)
			option = whys[i].option;
	}
	if (cnt)
		return err_r(-ENOENT, "of the single cycles in %s (%zu), none is of those chosen",
			     path, cnt);
	return err_r(-ENOENT,
		     "%s holds no single cycles; 'exitgraph record %s' keeps some beside the sums",
		     path, option);
}

void cycle_list_clear(struct cycle_list *list)
{
	free(list->items);
	*list = (struct cycle_list){};
}

static int compare(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int by_time(const void *a, const void *b)
{
	const struct cycle_item *x = a, *y = b;

	return compare(x->cycle->started_unix_ns, y->cycle->started_unix_ns)
		       ?: compare(x->cycle->started_mono_ns, y->cycle->started_mono_ns)
			       ?: compare(x->cycle->tid, y->cycle->tid)
				       ?: compare(x->cycle->duration_ns, y->cycle->duration_ns);
}

static int by_latency(const void *a, const void *b)
{
	const struct cycle_item *x = a, *y = b;

	return compare(y->cycle->latency_ns, x->cycle->latency_ns) ?: by_time(a, b);
}

void cycle_list_sort_slowest(struct cycle_list *list)
{
	if (list->cnt)
		qsort(list->items, list->cnt, sizeof(*list->items), by_latency);
}

static int add(struct cycle_list *list, const struct vcpu *vcpu, const struct cycle *cycle)
{
	/* Grown at powers of two. */
	if (!(list->cnt & (list->cnt - 1))) {
		struct cycle_item *items =
			reallocarray(list->items, list->cnt ? 2 * list->cnt : 1, sizeof(*items));

		if (!items)
			return -ENOMEM;
		list->items = items;
	}
	list->items[list->cnt++] = (struct cycle_item){ vcpu, cycle };
	return 0;
}

/* Those of @vcpu that were kept for one of @why and that @selection chooses, or have @code. */
static int add_vcpu(struct cycle_list *list, const struct vcpu *vcpu,
		    const struct selection *selection, u64 code, u32 why)
{
	int err = 0;

	vcpu_for_each_cycle (cycle, vcpu) {
		bool chosen = selection ? selection_has_reason(selection, vcpu->isa, cycle->code)
					: cycle->code == code;

		if (!err && chosen && (!why || cycle->why & why))
			err = add(list, vcpu, cycle);
	}
	return err;
}

/* The list is complete, or there was no memory for it. */
static int finish(struct cycle_list *list, int err)
{
	if (err)
		cycle_list_clear(list);
	else if (list->cnt)
		qsort(list->items, list->cnt, sizeof(*list->items), by_time);
	return err;
}

int cycle_list_fill(struct cycle_list *list, const struct recording *recording,
		    const struct selection *selection, u32 why)
{
	int err = 0;

	*list = (struct cycle_list){ .recording = recording };
	recording_for_each_vcpu (vcpu, recording) {
		if (!err && selection_has_vcpu(selection, recording, vcpu))
			err = add_vcpu(list, vcpu, selection, 0, why);
	}
	return finish(list, err);
}

int cycle_list_fill_group(struct cycle_list *list, const struct recording *recording,
			  const struct group *group, u64 code, u32 why)
{
	int err = 0;

	*list = (struct cycle_list){ .recording = recording };
	for (size_t i = 0; i < group->vcpu_cnt && !err; i++)
		err = add_vcpu(list, group->vcpus[i], NULL, code, why);
	return finish(list, err);
}
