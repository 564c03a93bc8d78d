// SPDX-License-Identifier: GPL-2.0
#include "collect/keep.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "collect/describe.h"
#include "collect/progress.h"
#include "collect/snapshot.h"
#include "collect/whole_cycle.h"
#include "util/cleanup.h"
#include "util/log.h"

/* A cycle, held by as many lists as its `why` has bits; it is freed by the last. */
struct kept {
	struct cycle *cycle;
	u32 pid;
	u32 vcpu_id;
	u32 why;
};

struct kept_list {
	struct kept **v;
	size_t cnt, cap;
};

/* The slowest of a reason, over all vCPUs. */
struct slowest {
	u64 code;
	struct kept_list list;
	struct slowest *next;
};

/* The samples of a reason of a vCPU, in the order of time. */
struct samples {
	u64 code;
	u32 pid;
	u32 vcpu_id;
	struct kept_list list;
	struct samples *next;
};

struct keep {
	struct attach_options options;
	volatile struct xg_control *control;
	struct whole_cycle_context context;
	struct ring_buffer *ring;
	struct slowest *slowest;
	struct samples *samples;
	struct kept_list over;
	u64 over_not_kept; /* those that came before the kernel knew */
	int error;
};

static int list_add(struct kept_list *list, struct kept *kept)
{
	if (list->cnt == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 16;
		void *bigger = reallocarray(list->v, cap, sizeof(*list->v));

		if (!bigger)
			return -ENOMEM;
		list->v = bigger;
		list->cap = cap;
	}
	list->v[list->cnt++] = kept;
	return 0;
}

static void let_go(struct kept *kept, enum cycle_why why)
{
	kept->why &= ~why;
	kept->cycle->why &= ~why;
	if (kept->why)
		return;
	cycle_free(kept->cycle);
	free(kept);
}

static void list_clear(struct kept_list *list, enum cycle_why why)
{
	for (size_t i = 0; i < list->cnt; i++)
		let_go(list->v[i], why);
	free(list->v);
	*list = (struct kept_list){ 0 };
}

void keep_free(struct keep **keep_ptr)
{
	struct keep *keep = *keep_ptr;

	if (!keep)
		return;
	while (keep->slowest) {
		struct slowest *slowest = keep->slowest;

		keep->slowest = slowest->next;
		list_clear(&slowest->list, CYCLE_SLOWEST);
		free(slowest);
	}
	while (keep->samples) {
		struct samples *samples = keep->samples;

		keep->samples = samples->next;
		list_clear(&samples->list, CYCLE_SAMPLE);
		free(samples);
	}
	list_clear(&keep->over, CYCLE_OVER);
	ring_buffer__free(keep->ring);
	free(keep);
	*keep_ptr = NULL;
}

static struct slowest *slowest_of(struct keep *keep, u64 code)
{
	struct slowest *slowest = keep->slowest;

	while (slowest && slowest->code != code)
		slowest = slowest->next;
	if (slowest)
		return slowest;
	slowest = calloc(1, sizeof(*slowest));
	if (!slowest)
		return NULL;
	slowest->code = code;
	slowest->next = keep->slowest;
	keep->slowest = slowest;
	return slowest;
}

static struct samples *samples_of(struct keep *keep, const struct kept *kept)
{
	struct samples *samples = keep->samples;
	u64 code = kept->cycle->code;

	while (samples && (samples->code != code || samples->pid != kept->pid ||
			   samples->vcpu_id != kept->vcpu_id))
		samples = samples->next;
	if (samples)
		return samples;
	samples = calloc(1, sizeof(*samples));
	if (!samples)
		return NULL;
	samples->code = code;
	samples->pid = kept->pid;
	samples->vcpu_id = kept->vcpu_id;
	samples->next = keep->samples;
	keep->samples = samples;
	return samples;
}

/* Add it; if there are too many then, the least slow goes, which may be the new one. */
static int add_slowest(struct keep *keep, struct kept *kept)
{
	struct slowest *slowest = slowest_of(keep, kept->cycle->code);
	struct kept_list *list;
	size_t least = 0;

	if (!slowest || list_add(&slowest->list, kept))
		return -ENOMEM;
	list = &slowest->list;
	kept->why |= CYCLE_SLOWEST;
	if (list->cnt <= keep->options.slowest)
		return 0;
	for (size_t i = 1; i < list->cnt; i++)
		if (list->v[i]->cycle->latency_ns < list->v[least]->cycle->latency_ns)
			least = i;
	kept = list->v[least];
	list->v[least] = list->v[--list->cnt];
	let_go(kept, CYCLE_SLOWEST);
	return 0;
}

/* Every other one goes when the kernel has doubled its stride: see include/xg_capture.h. */
static void thin_samples(struct kept_list *list)
{
	size_t cnt = 0;

	for (size_t i = 0; i < list->cnt; i++) {
		if (i % 2)
			let_go(list->v[i], CYCLE_SAMPLE);
		else
			list->v[cnt++] = list->v[i];
	}
	list->cnt = cnt;
}

static int add_sample(struct keep *keep, struct kept *kept)
{
	struct samples *samples = samples_of(keep, kept);

	if (!samples || list_add(&samples->list, kept))
		return -ENOMEM;
	kept->why |= CYCLE_SAMPLE;
	if (samples->list.cnt >= 2 * (size_t)keep->options.samples)
		thin_samples(&samples->list);
	return 0;
}

static int add_over(struct keep *keep, struct kept *kept)
{
	if (keep->over.cnt == KEEP_OVER_MAX) {
		keep->control->over_full = 1;
		keep->over_not_kept++;
		return 0;
	}
	if (list_add(&keep->over, kept))
		return -ENOMEM;
	kept->why |= CYCLE_OVER;
	return 0;
}

/* Hold on to @kept for itself until all lists have had their say. */
#define HELD_BY_SORTER 0x80000000u

static int sort_in(struct keep *keep, struct kept *kept, u32 why)
{
	int r = 0;

	kept->why = HELD_BY_SORTER;
	if (!r && (why & CYCLE_SLOWEST))
		r = add_slowest(keep, kept);
	if (!r && (why & CYCLE_SAMPLE))
		r = add_sample(keep, kept);
	if (!r && (why & CYCLE_OVER))
		r = add_over(keep, kept);
	kept->cycle->why = kept->why & ~HELD_BY_SORTER;
	let_go(kept, HELD_BY_SORTER);
	return r;
}

/* A record of the ring buffer; its size was told by our own program, and is checked. */
static int take(void *arg, void *data, size_t size)
{
	const struct xg_capture *header = data;
	struct keep *keep = arg;
	struct kept *kept;
	int r;

	if (size < sizeof(*header) || size - sizeof(*header) != header->log_n * sizeof(u64)) {
		keep->error = err_r(-EPROTO, "a cycle kept whole arrived with %zu bytes", size);
		return keep->error;
	}
	kept = calloc(1, sizeof(*kept));
	if (kept)
		kept->cycle = calloc(1, sizeof(*kept->cycle));
	if (!kept || !kept->cycle) {
		free(kept);
		keep->error = err_r(-ENOMEM, "no memory");
		return keep->error;
	}
	kept->pid = header->pid;
	kept->vcpu_id = header->vcpu_id;
	r = whole_cycle_fill(header, (const u64 *)(header + 1), &keep->context, kept->cycle);
	if (!r)
		r = sort_in(keep, kept, header->why);
	else
		let_go(kept, 0);
	keep->error = r == -ENOMEM ? err_r(r, "no memory") : r;
	return keep->error;
}

int keep_new(struct attach *attach, const struct attach_options *options, const u32 *function_of,
	     size_t function_cnt, struct keep **out)
{
	volatile struct xg_control *control = attach_control(attach);
	_cleanup_(keep_free) struct keep *keep = NULL;

	*out = NULL;
	if (!options->samples && !options->slowest && !options->over_ns)
		return 0;
	keep = calloc(1, sizeof(*keep));
	if (!keep)
		return err_r(-ENOMEM, "no memory");
	keep->options = *options;
	keep->control = control;
	keep->context = (struct whole_cycle_context){
		.function_of = function_of,
		.function_cnt = function_cnt,
		.base_n = control->base_n,
		.unix_minus_mono_ns = describe_unix_ns() - progress_now_ns(),
	};
	for (u32 i = 0; i < XG_BASE_FRAMES; i++)
		keep->context.base_id[i] = control->base_id[i];
	keep->ring = ring_buffer__new(attach_captures_fd(attach), take, keep, NULL);
	if (!keep->ring)
		return err_r(-errno, "cannot map the ring buffer: %s", strerror(errno));
	*out = TAKE_PTR(keep);
	return 0;
}

int keep_fd(const struct keep *keep)
{
	return keep ? ring_buffer__epoll_fd(keep->ring) : -1;
}

int keep_drain(struct keep *keep)
{
	struct epoll_event event;
	int r;

	if (!keep)
		return 0;
	/* Takes back what made keep_fd() readable; what there is, is read in any case. */
	epoll_wait(ring_buffer__epoll_fd(keep->ring), &event, 1, 0);
	r = ring_buffer__consume(keep->ring);
	if (r >= 0 || keep->error)
		return keep->error;
	return err_r(r, "cannot read the ring buffer: %s", strerror(-r));
}

static int by_time(const void *a, const void *b)
{
	u64 x = (*(struct kept *const *)a)->cycle->started_mono_ns;
	u64 y = (*(struct kept *const *)b)->cycle->started_mono_ns;

	return (x > y) - (x < y);
}

/* The samples of all vCPUs of one reason: as many as were asked for, spread over them all. */
static int choose_samples(struct keep *keep, u64 code)
{
	struct kept_list all = { 0 };
	u64 wanted = keep->options.samples;
	int r = 0;

	for (struct samples *samples = keep->samples; samples; samples = samples->next) {
		if (samples->code != code)
			continue;
		for (size_t i = 0; !r && i < samples->list.cnt; i++)
			r = list_add(&all, samples->list.v[i]);
	}
	if (all.cnt)
		qsort(all.v, all.cnt, sizeof(*all.v), by_time);
	for (size_t i = 0, chosen = 0; !r && i < all.cnt; i++) {
		if (all.cnt <= wanted || i == chosen * all.cnt / wanted)
			chosen++;
		else
			all.v[i]->cycle->why &= ~CYCLE_SAMPLE;
	}
	free(all.v);
	return r;
}

/* Into its vCPU, once; its cycle belongs to the profile then. */
static int hand_over(struct kept *kept, struct recording *recording)
{
	struct cycle *cycle;
	struct vcpu *vcpu;
	int r;

	if (!kept->cycle->why)
		return 0;
	vcpu = snapshot_find_vcpu(recording, kept->pid, kept->vcpu_id);
	if (!vcpu)
		return err_r(-EPROTO, "a cycle kept whole is of no vCPU that was recorded");
	r = vcpu_add_cycle(vcpu, &cycle);
	if (r)
		return r;
	/* What is left here is an empty one, which all lists may still free. */
	kept->cycle->next = cycle->next;
	*cycle = *kept->cycle;
	*kept->cycle = (struct cycle){ 0 };
	return 0;
}

static int hand_over_list(const struct kept_list *list, struct recording *recording)
{
	int r = 0;

	for (size_t i = 0; !r && i < list->cnt; i++)
		r = hand_over(list->v[i], recording);
	return r;
}

int keep_finish(struct keep *keep, struct recording *recording)
{
	int r;

	if (!keep)
		return 0;
	r = keep_drain(keep);
	if (r)
		return r;
	recording->losses[XG_LOSS_KEEP_LIMIT] += keep->over_not_kept;
	for (struct samples *samples = keep->samples; !r && samples; samples = samples->next)
		r = choose_samples(keep, samples->code);
	r = r ?: hand_over_list(&keep->over, recording);
	for (struct slowest *slowest = keep->slowest; !r && slowest; slowest = slowest->next)
		r = hand_over_list(&slowest->list, recording);
	for (struct samples *samples = keep->samples; !r && samples; samples = samples->next)
		r = hand_over_list(&samples->list, recording);
	return r == -ENOMEM ? err_r(r, "no memory") : r;
}
