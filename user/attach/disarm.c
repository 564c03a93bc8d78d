// SPDX-License-Identifier: GPL-2.0
#include "attach/disarm.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "xg_control.h"
#include "exitgraph.skel.h"
#include "util/cleanup.h"
#include "util/log.h"

/*
 * Wait until the programs that run now have ended. Nothing offers that by name, but changing what
 * a map of maps holds does so before it returns, lest one of them go on with the old map (Linux
 * 4.20, kernel/bpf/syscall.c, maybe_wait_bpf_programs(): synchronize_rcu()).
 */
static int wait_for_programs(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	_cleanup_close_ int inner = -1, outer = -1;
	u32 key = 0;

	inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "xg_wait_inner", sizeof(u32), sizeof(u32), 1,
			       NULL);
	if (inner < 0)
		return -errno;
	options.inner_map_fd = inner;
	outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "xg_wait", sizeof(u32), sizeof(u32), 1,
			       &options);
	if (outer < 0)
		return -errno;
	return bpf_map_update_elem(outer, &key, &inner, BPF_ANY) ? -errno : 0;
}

static bool empty(struct xg_exits_place *place)
{
	return __atomic_exchange_n(&place->vcpu, 0, __ATOMIC_SEQ_CST);
}

/* The exits that were under way. Nothing runs any more that would write. */
static void count_unfinished(const struct xg_exits_place *places, struct xg_vcpu_state *states,
			     u32 cnt)
{
	for (u32 i = 0; i < cnt; i++) {
		struct xg_vcpu_state *st = &states[i];
		const struct xg_exits_place *place = &places[st->exits_at % XG_EXITS_PLACES];

		if (place->slot != i)
			place = &st->exits;
		if (st->status == XG_SLOT_LIVE && place->exit_clock_ns != XG_EXITS_ENTERED)
			st->loss[XG_LOSS_UNFINISHED]++;
	}
}

int disarm(struct exitgraph_bpf *skel, struct xg_vcpu_state *states, u32 cnt)
{
	struct xg_exits_place *places = skel->bss->exits_places;
	bool had_places = false;
	int r;

	__atomic_store_n(&skel->bss->control.armed, 0, __ATOMIC_SEQ_CST);
	for (u32 i = 0; i < XG_EXITS_PLACES; i++)
		had_places |= empty(&places[i]);
	for (u32 i = 0; i < cnt; i++)
		had_places |= empty(&states[i].exits);
	if (!had_places)
		return 0;
	r = wait_for_programs();
	if (r) {
		log_warn("cannot wait for the programs' end: %s", strerror(-r));
		return r;
	}
	count_unfinished(places, states, cnt);
	return 0;
}
