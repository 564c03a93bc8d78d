// SPDX-License-Identifier: GPL-2.0
#include "collect/keep.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "collect/describe.h"
#include "collect/kept.h"
#include "collect/progress.h"
#include "collect/snapshot.h"
#include "collect/whole_cycle.h"
#include "profile/cycle_spans.h"
#include "util/cleanup.h"
#include "util/log.h"

struct keep {
	volatile struct xg_control *control;
	struct whole_cycle_context context;
	struct ring_buffer *ring;
	struct kept *kept;
	u64 unsound_cnt;
	int error;
};

void keep_free(struct keep **keep_ptr)
{
	struct keep *keep = *keep_ptr;

	if (!keep)
		return;
	ring_buffer__free(keep->ring);
	kept_free(&keep->kept);
	free(keep);
	*keep_ptr = NULL;
}

/* The cycle of a record; *@out stays NULL if it is not sound (counted). 0 or -ENOMEM. */
static int read_cycle(struct keep *keep, const struct xg_capture *header, size_t size,
		      struct cycle **out)
{
	struct cycle *cycle = NULL;
	const struct xg_record *log = (const void *)(header + 1);
	int r = -EINVAL;

	if (size >= sizeof(*header) && size - sizeof(*header) == header->log_n * sizeof(*log)) {
		cycle = calloc(1, sizeof(*cycle));
		r = cycle ? whole_cycle_fill(header, log, &keep->context, cycle) : -ENOMEM;
	}
	if (!r)
		r = cycle_check(cycle, PROFILE_FUNCTIONS_MAX);
	if (!r) {
		*out = cycle;
		return 0;
	}
	if (cycle)
		cycle_free(cycle);
	if (r == -ENOMEM)
		return r;
	keep->unsound_cnt++;
	return 0;
}

/* A record of the ring buffer. */
static int take(void *arg, void *data, size_t size)
{
	const struct xg_capture *header = data;
	struct kept_arrival arrival = { 0 };
	struct keep *keep = arg;
	int r;

	r = read_cycle(keep, header, size, &arrival.cycle);
	if (!r && arrival.cycle) {
		arrival.pid = header->pid;
		arrival.vcpu_id = header->vcpu_id;
		arrival.began_ns = header->began_ns;
		arrival.number = header->number;
		arrival.stride = header->stride;
		r = kept_add(keep->kept, &arrival);
	}
	if (kept_is_full(keep->kept))
		keep->control->keep_full = 1;
	keep->error = r ? err_r(r, "no memory") : 0;
	return keep->error;
}

int keep_new(struct attach *attach, const struct attach_options *options, const u32 *function_of,
	     size_t function_cnt, struct keep **out)
{
	const struct kept_options kept_options = {
		.samples = options->samples,
		.slowest = options->slowest,
		.over_max = KEPT_OVER_MAX,
		.bytes_max = KEPT_BYTES_MAX,
	};
	_cleanup_(keep_free) struct keep *keep = NULL;

	*out = NULL;
	if (!options->samples && !options->slowest && !options->over_ns)
		return 0;
	keep = calloc(1, sizeof(*keep));
	if (!keep || kept_new(&kept_options, &keep->kept))
		return err_r(-ENOMEM, "no memory");
	keep->control = attach_control(attach);
	keep->context = (struct whole_cycle_context){
		.function_of = function_of,
		.function_cnt = function_cnt,
		.base_n = keep->control->base_n,
		.unix_minus_mono_ns = describe_unix_ns() - progress_now_ns(),
	};
	for (u32 i = 0; i < XG_BASE_FRAMES; i++)
		keep->context.base_id[i] = keep->control->base_id[i];
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

struct giving {
	struct keep *keep;
	struct recording *recording;
};

/* Into its vCPU; what is left behind is an empty cycle. */
static int give(void *arg, const struct kept_arrival *arrival)
{
	struct giving *giving = arg;
	struct cycle *cycle;
	struct vcpu *vcpu;

	vcpu = snapshot_find_vcpu(giving->recording, arrival->pid, arrival->vcpu_id);
	if (!vcpu) {
		giving->keep->unsound_cnt++;
		return 0;
	}
	if (vcpu_add_cycle(vcpu, &cycle))
		return -ENOMEM;
	arrival->cycle->next = cycle->next;
	*cycle = *arrival->cycle;
	*arrival->cycle = (struct cycle){ 0 };
	return 0;
}

int keep_finish(struct keep *keep, struct recording *recording)
{
	struct giving giving = { keep, recording };
	int r;

	if (!keep)
		return 0;
	r = keep_drain(keep);
	if (r)
		return r;
	if (kept_finish(keep->kept, give, &giving))
		return err_r(-ENOMEM, "no memory");
	recording->losses[XG_LOSS_KEEP_LIMIT] += kept_rejected_cnt(keep->kept);
	recording->losses[XG_LOSS_KEEP_UNSOUND] += keep->unsound_cnt;
	return 0;
}
