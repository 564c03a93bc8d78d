// SPDX-License-Identifier: GPL-2.0
#include "collect/slots.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collect/progress.h"
#include "collect/snapshot.h"
#include "collect/vmm.h"
#include "util/cleanup.h"
#include "util/log.h"

#define BUSY_PATIENCE_NS 1000000000ULL

struct slots {
	struct attach *attach;
	struct xg_vcpu_state *states;
	u32 cnt;
	u32 *function_of;
	size_t function_cnt;
	struct slot_name {
		u32 pid;
		char name[128];
	} * names;
	u64 gone_exit_cnt;
	size_t gone_vcpu_cnt;
	u32 exits_seen_at;
};

int slots_new(struct attach *attach, struct slots **out)
{
	_cleanup_(slots_free) struct slots *slots = NULL;

	slots = calloc(1, sizeof(*slots));
	if (!slots)
		return err_r(-ENOMEM, "no memory");
	slots->attach = attach;
	slots->states = attach_states(attach, &slots->cnt);
	slots->names = calloc(slots->cnt, sizeof(*slots->names));
	if (!slots->names)
		return err_r(-ENOMEM, "no memory");
	*out = TAKE_PTR(slots);
	return 0;
}

void slots_free(struct slots **slots_ptr)
{
	struct slots *slots = *slots_ptr;

	if (!slots)
		return;
	free(slots->function_of);
	free(slots->names);
	free(slots);
	*slots_ptr = NULL;
}

u32 *slots_function_of(struct slots *slots, size_t function_cnt)
{
	free(slots->function_of);
	slots->function_of = calloc(function_cnt, sizeof(*slots->function_of));
	slots->function_cnt = slots->function_of ? function_cnt : 0;
	return slots->function_of;
}

const u32 *slots_functions(const struct slots *slots)
{
	return slots->function_of;
}

/* The process may be gone by the end, so its name is asked for at first sight. */
static void learn_name(struct slots *slots, u32 slot)
{
	const struct xg_vcpu_state *st = &slots->states[slot];
	struct slot_name *name = &slots->names[slot];

	if (!st->pid || name->pid == st->pid)
		return;
	name->pid = st->pid;
	vmm_name(st->pid, name->name, sizeof(name->name));
	if (!name->name[0])
		snprintf(name->name, sizeof(name->name), "%.16s", st->comm);
}

static int take(struct slots *slots, u32 slot, struct recording *recording)
{
	learn_name(slots, slot);
	slots->exits_seen_at |= slots->states[slot].exits_seen_at;
	return snapshot_take(&slots->states[slot], slots->names[slot].name, slots->function_of,
			     slots->function_cnt, recording);
}

/* As new, and only then free: from then on the next vCPU may take it. */
static void slot_clear(struct xg_vcpu_state *st)
{
	size_t after = offsetof(struct xg_vcpu_state, status) + sizeof(st->status);

	memset(st, 0, offsetof(struct xg_vcpu_state, status));
	memset((char *)st + after, 0, sizeof(*st) - after);
	__atomic_store_n(&st->status, XG_SLOT_FREE, __ATOMIC_RELEASE);
}

/* All but who it is, and that it is in use. */
static void slot_restart(struct xg_vcpu_state *st)
{
	const struct xg_vcpu_state who = {
		.vcpu = st->vcpu,
		.pid = st->pid,
		.tid = st->tid,
		.vcpu_id = st->vcpu_id,
		.isa = st->isa,
	};
	size_t after = offsetof(struct xg_vcpu_state, status) + sizeof(st->status);
	char comm[sizeof(st->comm)];

	memcpy(comm, st->comm, sizeof(comm));
	memset(st, 0, offsetof(struct xg_vcpu_state, status));
	memset((char *)st + after, 0, sizeof(*st) - after);
	st->vcpu = who.vcpu;
	st->pid = who.pid;
	st->tid = who.tid;
	st->vcpu_id = who.vcpu_id;
	st->isa = who.isa;
	memcpy(st->comm, comm, sizeof(comm));
}

void slots_restart(struct slots *slots)
{
	slots_drain(slots, NULL);
	for (u32 i = 0; i < slots->cnt; i++)
		if (slots->states[i].status == XG_SLOT_LIVE)
			slot_restart(&slots->states[i]);
	slots->gone_exit_cnt = 0;
	slots->gone_vcpu_cnt = 0;
}

int slots_drain(struct slots *slots, struct recording *recording)
{
	volatile struct xg_control *control = attach_control(slots->attach);

	for (u32 i = 0; i < slots->cnt; i++) {
		struct xg_vcpu_state *st = &slots->states[i];
		u32 status = __atomic_load_n(&st->status, __ATOMIC_ACQUIRE);
		int r;

		if (status == XG_SLOT_LIVE)
			learn_name(slots, i);
		if (status != XG_SLOT_DEAD)
			continue;
		r = recording ? take(slots, i, recording) : 0;
		if (r)
			return r;
		slots->gone_exit_cnt += snapshot_exit_cnt(st);
		slots->gone_vcpu_cnt++;
		slots->names[i].pid = 0;
		slot_clear(st);
		__atomic_fetch_add(&control->free_slots, 1, __ATOMIC_SEQ_CST);
	}
	return 0;
}

void slots_exit_cnt(const struct slots *slots, u64 *exit_cnt_out, size_t *vcpu_cnt_out)
{
	*exit_cnt_out = slots->gone_exit_cnt;
	*vcpu_cnt_out = slots->gone_vcpu_cnt;
	for (u32 i = 0; i < slots->cnt; i++) {
		if (slots->states[i].status == XG_SLOT_FREE)
			continue;
		*exit_cnt_out += snapshot_exit_cnt(&slots->states[i]);
		(*vcpu_cnt_out)++;
	}
}

u32 slots_exits_seen_at(const struct slots *slots)
{
	return slots->exits_seen_at;
}

/* See boundary_entry() in bpf/boundary.h: `sequence` is odd while the thread accounts. */
static bool wait_until_idle(const struct xg_vcpu_state *st, u64 deadline_ns)
{
	const struct timespec pause = { .tv_nsec = 100000 };

	while (__atomic_load_n(&st->sequence, __ATOMIC_SEQ_CST) & 1) {
		if (progress_now_ns() > deadline_ns)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

int slots_finish(struct slots *slots, struct recording *recording)
{
	u64 deadline_ns = progress_now_ns() + BUSY_PATIENCE_NS;

	for (u32 i = 0; i < slots->cnt; i++) {
		int r;

		if (__atomic_load_n(&slots->states[i].status, __ATOMIC_ACQUIRE) == XG_SLOT_FREE)
			continue;
		/* Taken just as the recording ended, and not yet described. */
		if (!slots->states[i].pid)
			continue;
		if (!wait_until_idle(&slots->states[i], deadline_ns))
			recording->losses[XG_LOSS_SNAPSHOT_BUSY]++;
		r = take(slots, i, recording);
		if (r)
			return r;
	}
	return 0;
}
