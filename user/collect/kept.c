// SPDX-License-Identifier: GPL-2.0
#include "collect/kept.h"

#include <errno.h>
#include <stdlib.h>

#include "util/cleanup.h"

/* A cycle, held by as many lists as `held` has bits (enum cycle_why); freed by the last. */
struct entry {
	struct kept_arrival from;
	u64 bytes;
	u32 held;
};

struct list {
	struct entry **v;
	size_t cnt, cap;
};

/* The slowest of a reason, over all vCPUs. */
struct slowest {
	u64 code;
	struct list list;
	struct slowest *next;
};

/* The samples of a reason of a vCPU while it was recorded once, in the order of time. */
struct samples {
	u64 code;
	u32 pid;
	u32 vcpu_id;
	u64 began_ns;
	u64 stride; /* the numbers of all are multiples */
	struct list list;
	struct samples *next;
};

struct kept {
	struct kept_options options;
	struct slowest *slowest;
	struct samples *samples;
	struct list over;
	u64 bytes;
	u64 rejected_cnt;
	bool full;
};

int kept_new(const struct kept_options *options, struct kept **out)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (!kept)
		return -ENOMEM;
	kept->options = *options;
	*out = kept;
	return 0;
}

static int list_add(struct list *list, struct entry *entry)
{
	if (list->cnt == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 16;
		void *bigger = reallocarray(list->v, cap, sizeof(*list->v));

		if (!bigger)
			return -ENOMEM;
		list->v = bigger;
		list->cap = cap;
	}
	list->v[list->cnt++] = entry;
	return 0;
}

static void let_go(struct kept *kept, struct entry *entry, u32 why)
{
	entry->held &= ~why;
	if (entry->held)
		return;
	kept->bytes -= entry->bytes;
	cycle_free(entry->from.cycle);
	free(entry);
}

static void list_clear(struct kept *kept, struct list *list, u32 why)
{
	for (size_t i = 0; i < list->cnt; i++)
		let_go(kept, list->v[i], why);
	free(list->v);
}

void kept_free(struct kept **kept_ptr)
{
	struct kept *kept = *kept_ptr;

	if (!kept)
		return;
	while (kept->slowest) {
		struct slowest *slowest = kept->slowest;

		kept->slowest = slowest->next;
		list_clear(kept, &slowest->list, CYCLE_SLOWEST);
		free(slowest);
	}
	while (kept->samples) {
		struct samples *samples = kept->samples;

		kept->samples = samples->next;
		list_clear(kept, &samples->list, CYCLE_SAMPLE);
		free(samples);
	}
	list_clear(kept, &kept->over, CYCLE_OVER);
	free(kept);
	*kept_ptr = NULL;
}

static struct slowest *slowest_of(struct kept *kept, u64 code)
{
	struct slowest *slowest = kept->slowest;

	while (slowest && slowest->code != code)
		slowest = slowest->next;
	if (slowest)
		return slowest;
	slowest = calloc(1, sizeof(*slowest));
	if (!slowest)
		return NULL;
	slowest->code = code;
	slowest->next = kept->slowest;
	kept->slowest = slowest;
	return slowest;
}

static struct samples *samples_of(struct kept *kept, const struct kept_arrival *from)
{
	u64 code = from->cycle->code;
	struct samples *samples = kept->samples;

	while (samples &&
	       (samples->code != code || samples->pid != from->pid ||
		samples->vcpu_id != from->vcpu_id || samples->began_ns != from->began_ns))
		samples = samples->next;
	if (samples)
		return samples;
	samples = malloc(sizeof(*samples));
	if (!samples)
		return NULL;
	*samples = (struct samples){
		.code = code,
		.pid = from->pid,
		.vcpu_id = from->vcpu_id,
		.began_ns = from->began_ns,
		.stride = from->stride,
		.next = kept->samples,
	};
	kept->samples = samples;
	return samples;
}

/* Add it; if there are too many then, the least slow goes, which may be the new one. */
static int add_slowest(struct kept *kept, struct entry *entry)
{
	struct slowest *slowest = slowest_of(kept, entry->from.cycle->code);
	struct list *list;
	size_t least = 0;

	if (!slowest || list_add(&slowest->list, entry))
		return -ENOMEM;
	list = &slowest->list;
	entry->held |= CYCLE_SLOWEST;
	if (list->cnt <= kept->options.slowest)
		return 0;
	for (size_t i = 1; i < list->cnt; i++)
		if (list->v[i]->from.cycle->latency_ns < list->v[least]->from.cycle->latency_ns)
			least = i;
	entry = list->v[least];
	list->v[least] = list->v[--list->cnt];
	let_go(kept, entry, CYCLE_SLOWEST);
	return 0;
}

/* Those that are no samples at @stride go. */
static void thin(struct kept *kept, struct list *list, u64 stride)
{
	size_t cnt = 0;

	for (size_t i = 0; i < list->cnt; i++) {
		if (list->v[i]->from.number % stride)
			let_go(kept, list->v[i], CYCLE_SAMPLE);
		else
			list->v[cnt++] = list->v[i];
	}
	list->cnt = cnt;
}

static int add_sample(struct kept *kept, struct entry *entry)
{
	struct samples *samples = samples_of(kept, &entry->from);

	if (!samples || list_add(&samples->list, entry))
		return -ENOMEM;
	entry->held |= CYCLE_SAMPLE;
	if (entry->from.stride > samples->stride) {
		samples->stride = entry->from.stride;
		thin(kept, &samples->list, samples->stride);
	}
	return 0;
}

static int add_over(struct kept *kept, struct entry *entry)
{
	if (kept->over.cnt >= kept->options.over_max) {
		kept->full = true;
		return 0;
	}
	if (list_add(&kept->over, entry))
		return -ENOMEM;
	entry->held |= CYCLE_OVER;
	return 0;
}

static u64 bytes_of(const struct cycle *cycle)
{
	return sizeof(struct entry) + sizeof(*cycle) + cycle->base_cnt * sizeof(*cycle->base) +
	       cycle->event_cnt * sizeof(*cycle->events);
}

/* Holds on to the entry itself until all lists have had their say. */
#define HELD_BY_SORTER 0x80000000u

static int sort_in(struct kept *kept, struct entry *entry)
{
	u32 why = entry->from.cycle->why;
	int r = 0;

	if (why & CYCLE_SLOWEST)
		r = add_slowest(kept, entry);
	if (!r && (why & CYCLE_SAMPLE))
		r = add_sample(kept, entry);
	if (!r && (why & CYCLE_OVER))
		r = add_over(kept, entry);
	/* Not slow enough after all is a choice; too many above the limit is a want of room. */
	if (!r && (why & CYCLE_OVER) && !(entry->held & ~HELD_BY_SORTER))
		kept->rejected_cnt++;
	let_go(kept, entry, HELD_BY_SORTER);
	return r;
}

int kept_add(struct kept *kept, const struct kept_arrival *arrival)
{
	u64 bytes = bytes_of(arrival->cycle);
	struct entry *entry;

	if (kept->bytes + bytes > kept->options.bytes_max) {
		kept->full = true;
		kept->rejected_cnt++;
		cycle_free(arrival->cycle);
		return 0;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry) {
		cycle_free(arrival->cycle);
		return -ENOMEM;
	}
	entry->from = *arrival;
	entry->bytes = bytes;
	entry->held = HELD_BY_SORTER;
	kept->bytes += bytes;
	return sort_in(kept, entry);
}

bool kept_is_full(const struct kept *kept)
{
	return kept->full;
}

u64 kept_rejected_cnt(const struct kept *kept)
{
	return kept->rejected_cnt;
}

static int by_time(const void *a, const void *b)
{
	u64 x = (*(struct entry *const *)a)->from.cycle->started_mono_ns;
	u64 y = (*(struct entry *const *)b)->from.cycle->started_mono_ns;

	return (x > y) - (x < y);
}

/*
 * The samples of @code, of all vCPUs: at the widest stride of any, so that each stands for as
 * many exits; of those as many as are wanted, spread over them all.
 */
static int choose_samples(struct kept *kept, u64 code)
{
	u64 wanted = kept->options.samples, stride = 1;
	struct list all = { 0 };
	int r = 0;

	for (struct samples *s = kept->samples; s; s = s->next)
		if (s->code == code && s->stride > stride)
			stride = s->stride;
	for (struct samples *s = kept->samples; s; s = s->next) {
		if (s->code != code)
			continue;
		thin(kept, &s->list, stride);
		for (size_t i = 0; !r && i < s->list.cnt; i++)
			r = list_add(&all, s->list.v[i]);
	}
	if (all.cnt)
		qsort(all.v, all.cnt, sizeof(*all.v), by_time);
	for (size_t i = 0, chosen = 0; !r && i < all.cnt; i++) {
		if (all.cnt <= wanted || i == chosen * all.cnt / wanted) {
			all.v[i]->from.cycle->why |= CYCLE_SAMPLE;
			chosen++;
		}
	}
	free(all.v);
	return r;
}

/* The first list of its code: so each code is chosen among once. */
static bool is_first(const struct kept *kept, const struct samples *samples)
{
	const struct samples *s = kept->samples;

	while (s->code != samples->code)
		s = s->next;
	return s == samples;
}

static void set_why(const struct list *list, u32 why)
{
	for (size_t i = 0; i < list->cnt; i++)
		list->v[i]->from.cycle->why = why ? list->v[i]->from.cycle->why | why : 0;
}

/* What is chosen says so in its `why`, which until now said what it had come for. */
static int choose(struct kept *kept)
{
	int r = 0;

	for (struct samples *s = kept->samples; s; s = s->next)
		set_why(&s->list, 0);
	for (struct slowest *s = kept->slowest; s; s = s->next)
		set_why(&s->list, 0);
	set_why(&kept->over, 0);
	set_why(&kept->over, CYCLE_OVER);
	for (struct slowest *s = kept->slowest; s; s = s->next)
		set_why(&s->list, CYCLE_SLOWEST);
	for (struct samples *s = kept->samples; !r && s; s = s->next)
		if (is_first(kept, s))
			r = choose_samples(kept, s->code);
	return r;
}

/* Given once, whatever other lists hold it: what is given has no `why` any more. */
static int give_list(const struct list *list,
		     int (*give)(void *arg, const struct kept_arrival *arrival), void *arg)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < list->cnt; i++) {
		struct kept_arrival *from = &list->v[i]->from;

		if (!from->cycle->why)
			continue;
		r = give(arg, from);
		from->cycle->why = 0;
	}
	return r < 0 ? r : 0;
}

int kept_finish(struct kept *kept, int (*give)(void *arg, const struct kept_arrival *arrival),
		void *arg)
{
	int r = choose(kept);

	if (!r)
		r = give_list(&kept->over, give, arg);
	for (struct slowest *s = kept->slowest; !r && s; s = s->next)
		r = give_list(&s->list, give, arg);
	for (struct samples *s = kept->samples; !r && s; s = s->next)
		r = give_list(&s->list, give, arg);
	return r;
}
