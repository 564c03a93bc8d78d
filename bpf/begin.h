/* SPDX-License-Identifier: GPL-2.0 */
/* A vCPU's recording begins and ends: slots, threads, filters. Nothing here is hot. */
#ifndef EXITGRAPH_BPF_BEGIN_H
#define EXITGRAPH_BPF_BEGIN_H

#include <bpf/bpf_core_read.h>

#include "account.h"
#include "self.h"

#define ANCESTORS_MAX 16

/* Does the running task belong to what is recorded? */
static __noinline bool wanted(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (control.filter_tgid)
		return tgid == control.filter_tgid;
	if (!control.filter_ancestor)
		return true;
	for (int i = 0; i < ANCESTORS_MAX; i++) {
		if (tgid == control.filter_ancestor)
			return true;
		if (tgid <= 1)
			return false;
		task = BPF_CORE_READ(task, real_parent);
		tgid = BPF_CORE_READ(task, tgid);
	}
	return false;
}

struct slot_search {
	u32 slot; /* out: the slot + 1 */
};

static long slot_take(u32 slot, struct slot_search *search)
{
	struct xg_vcpu_state *st = state_at(slot);

	if (!st || __sync_val_compare_and_swap(&st->status, XG_SLOT_FREE, XG_SLOT_LIVE))
		return 0;
	search->slot = slot + 1;
	return 1;
}

static __always_inline void slot_give_back(u32 slot)
{
	struct xg_vcpu_state *st = state_at(slot);

	if (st)
		st->status = XG_SLOT_FREE;
	__sync_fetch_and_add(&control.free_slots, 1);
}

/* A free slot for @vcpu into *@slot; false (counted) if there is none. */
static __noinline bool slot_new(u64 vcpu, u32 *slot)
{
	struct slot_search search = {};

	if (!slot)
		return false;
	if (control.free_slots)
		bpf_loop(config.vcpu_cnt, slot_take, &search, 0);
	if (!search.slot) {
		__sync_fetch_and_add(&control.entries_without_slot, 1);
		return false;
	}
	__sync_fetch_and_add(&control.free_slots, -1);
	*slot = search.slot - 1;
	if (!bpf_map_update_elem(&slots, &vcpu, slot, BPF_ANY))
		return true;
	slot_give_back(*slot);
	__sync_fetch_and_add(&control.entries_without_slot, 1);
	return false;
}

static __always_inline void describe(struct xg_vcpu_state *st, struct kvm_vcpu *vcpu)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	u64 pid_tgid = bpf_get_current_pid_tgid();

	st->vcpu = (u64)vcpu;
	st->vmcb = 0;
	st->vcpu_id = BPF_CORE_READ(vcpu, vcpu_id);
	st->pid = pid_tgid >> 32;
	st->tid = (u32)pid_tgid;
	st->isa = config.isa;
	/* The process', not the thread's: it names the VM if it is gone before anyone looks. */
	BPF_CORE_READ_STR_INTO(&st->comm, task, group_leader, comm);
	st->run_ioctl_id = control.run_ioctl_id;
	st->base_n = control.base_n;
	for (int i = 0; i < XG_BASE_FRAMES; i++)
		st->base_id[i] = control.base_id[i];
}

/* Is the running task one that is known not to be recorded, or that is found to be none? */
static __always_inline bool is_ignored(u64 task)
{
	u32 yes = 1;

	if (control.filter_ancestor && bpf_map_lookup_elem(&ignored, &task))
		return true;
	if (wanted())
		return false;
	if (control.filter_ancestor)
		bpf_map_update_elem(&ignored, &task, &yes, BPF_ANY);
	return true;
}

/* From now on @task has @slot. False if there is no room for it. */
static __always_inline bool remember(u64 task, u32 slot)
{
	u32 *place = task_slot_of(task);

	if (bpf_map_update_elem(&threads, &task, &slot, BPF_ANY))
		return false;
	/* Another that lives and has the place keeps it. */
	if (*place >= config.vcpu_cnt)
		*place = slot;
	return true;
}

static __always_inline void forget(u64 task)
{
	u32 *slot = bpf_map_lookup_elem(&threads, &task);
	u32 *place = task_slot_of(task);

	if (!slot)
		return;
	if (*place == *slot)
		*place = XG_SLOT_GONE;
	bpf_map_delete_elem(&threads, &task);
}

/*
 * The running task is about to enter @vcpu and records nothing yet: give it the vCPU's
 * slot. NULL when it is not wanted or there is no room (counted).
 */
static __always_inline struct xg_vcpu_state *begin(struct kvm_vcpu *vcpu, u64 clock_ns)
{
	u64 task = bpf_get_current_task(), key = (u64)vcpu;
	struct xg_vcpu_state *st;
	u32 *known, slot = 0;

	if (is_ignored(task))
		return 0;
	forget(task); /* it may have had another vCPU */
	known = bpf_map_lookup_elem(&slots, &key);
	if (known) {
		slot = *known;
		st = state_at(slot);
		/* Another VM's vCPU was here, and its end was not seen (a skipped probe). */
		if (st && (st->pid != bpf_get_current_pid_tgid() >> 32 ||
			   st->vcpu_id != (u32)BPF_CORE_READ(vcpu, vcpu_id))) {
			st->task = 0;
			st->status = XG_SLOT_DEAD;
			known = 0;
		}
	}
	if (!known && !slot_new(key, &slot))
		return 0;
	st = state_at(slot);
	if (!st)
		return 0;
	if (!remember(task, slot)) {
		__sync_fetch_and_add(&control.entries_without_slot, 1);
		return 0;
	}
	if (known && st->phase != XG_PHASE_NONE)
		st->loss[XG_LOSS_VCPU_MOVED]++;
	if (!known)
		st->began_ns = clock_ns;
	describe(st, vcpu);
	account_begin(st);
	st->task = task;
	return st;
}

/* @st records no more; what was under way is counted. */
static __always_inline void end(struct xg_vcpu_state *st)
{
	st->task = 0;
	if (st->phase != XG_PHASE_NONE)
		st->loss[XG_LOSS_UNFINISHED]++;
	st->phase = XG_PHASE_NONE;
}

#endif
