/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Boundaries alone, for recording always: each exit's reason and latency, and nothing else.
 * No function is attached, so the exit is where the kvm_exit tracepoint has it. Two clock
 * readings an exit: the last thing at the exit, the first thing at the entry.
 *
 * These have programs of their own, which do no more than that. Both are told the vCPU, so the
 * task is not asked for: its place (include/xg_exits.h) is found by its address. All that is
 * rare is in functions that are not inlined, so that the programs save no registers for it. That
 * none was seen shows by its clock, too: XG_EXITS_ENTERED.
 */
#ifndef EXITGRAPH_BPF_EXITS_ONLY_H
#define EXITGRAPH_BPF_EXITS_ONLY_H

#include "begin.h"
#include "reason.h"

/*
 * Where the table has the place of @vcpu, or of another one. The verifier lets nobody shift a
 * pointer, but knows that the distance between two is a number.
 */
static __always_inline struct xg_exits_place *exits_place(const struct kvm_vcpu *vcpu)
{
	struct xg_exits_place *places = exits_places;
	u64 distance = (u64)vcpu;

	asm volatile("%0 -= %1" : "+r"(distance) : "r"(places));
	return apply_at(places, XG_EXITS_HASH(distance));
}

/* Its place in its state, which it has where another one has that in the table; or none. */
static __noinline struct xg_exits_place *exits_place_apart(u64 vcpu)
{
	u32 *slot = bpf_map_lookup_elem(&slots, &vcpu);
	struct xg_vcpu_state *st = slot ? state_at(*slot) : 0;

	return st && st->exits.vcpu == vcpu ? &st->exits : 0;
}

/* Another exit of @ns. Its number is not counted but added up from the histogram. */
static __always_inline void exits_only_sum(struct xg_node *direct, u64 ns)
{
	direct->inclusive_ns += ns;
	if (ns < direct->min_ns)
		direct->min_ns = ns;
	if (ns > direct->max_ns)
		direct->max_ns = ns;
}

/*
 * An exit of @code that took @ns, where more is to be done than to add that. On VMX @code is the
 * whole 32 bits, as KVM has them: those in direct[] differ by bits that say how, not why.
 */
static __noinline int exits_only_find(struct xg_vcpu_state *st, u64 code, u64 ns)
{
	struct xg_node *direct;

	if (!st) /* never; said for the verifier */
		return 0;
	if (ns >= XG_EXITS_ENTERED) {
		st->loss[XG_LOSS_ENTRY_WITHOUT_EXIT]++;
		return 0;
	}
	if (account_reason(st, config.isa == ISA_SVM ? code : code & VMX_REASON_MASK)) {
		st->loss[XG_LOSS_REASONS_FULL]++;
		return 0;
	}
	direct = &st->direct[XG_DIRECT_OF(code)];
	if (!direct->calls) {
		st->reasons[st->last_reason & (XG_REASONS - 1)].is_direct = 1;
		direct->calls = 1;
		direct->code = code;
		direct->min_ns = ~0ULL;
		direct->last_shift = 63;
	}
	if (direct->code != code) {
		apply_call(st, account_node(st, st->latency), ns);
		return 0;
	}
	exits_only_sum(direct, ns);
	apply_new_octave(st, direct, ns);
	direct->last_chunk_at += XG_DIRECT_CHUNK_AT(0);
	return 0;
}

/* Where the latencies of @code are, or of another one. */
static __always_inline struct xg_node *exits_only_direct(struct xg_vcpu_state *st, u64 code)
{
	struct xg_vcpu_state *moved = apply_at(st, XG_DIRECT_OF(code) * sizeof(struct xg_node));

	return moved->direct;
}

/* The bucket at @place of @direct's latest octave. */
static __always_inline u64 *exits_only_bucket(struct xg_vcpu_state *st,
					      const struct xg_node *direct, u64 place)
{
	u64 *chunk = apply_at(st, (u64)direct->last_chunk_at << XG_CHUNK_UNIT_SHIFT);

	return apply_at(chunk, place * sizeof(*chunk));
}

/* An entry of @vcpu, which records nothing yet. */
static __always_inline int exits_only_begin(struct kvm_vcpu *vcpu, u64 clock_ns)
{
	struct xg_exits_place *place = exits_place(vcpu);
	struct xg_vcpu_state *st;
	u32 *slot;
	u64 key = (u64)vcpu;

	if (!control.armed)
		return 0;
	st = begin(vcpu, clock_ns);
	slot = bpf_map_lookup_elem(&slots, &key);
	if (!st || !slot)
		return 0;
	st->exits_seen_at = XG_EXIT_AT_TRACEPOINT;
	if (!st->direct[0].calls)
		st->direct[0].code = XG_DIRECT_NONE;
	/* A pointer less a pointer is no more to the verifier than a number. */
	st->exits_at = ((u64)place - (u64)exits_places) / sizeof(*place);
	if (__sync_val_compare_and_swap(&place->vcpu, 0, key)) {
		place = &st->exits;
		__sync_lock_test_and_set(&place->vcpu, key);
	}
	place->slot = *slot;
	place->hflags = ~0;
	place->exit_clock_ns = XG_EXITS_ENTERED;
	/* Who disarms empties all places thereafter: one of the two sees the other. */
	if (!control.armed)
		place->vcpu = 0;
	return 0;
}

/* The vCPU of @st goes away, or its thread. */
static __always_inline void exits_only_end(struct xg_vcpu_state *st)
{
	struct xg_exits_place *place = &exits_places[st->exits_at & (XG_EXITS_PLACES - 1)];

	if (place->vcpu != st->vcpu)
		place = &st->exits;
	if (place->vcpu != st->vcpu)
		return;
	if (place->exit_clock_ns != XG_EXITS_ENTERED)
		st->loss[XG_LOSS_UNFINISHED]++;
	place->vcpu = 0;
}

/*
 * The exit of @place is over at *@clock_ns. What has to outlive the look-up, which is a call to
 * the compiler, is on the stack, and all that is in @place is read after it.
 */
static __always_inline void exits_only_account(struct xg_exits_place *place, ON_STACK u64 *clock_ns)
{
	struct xg_exits_place *ON_STACK place_kept = place;
	struct xg_vcpu_state *st = bpf_map_lookup_elem(&vcpus, &place->slot);
	struct xg_node *direct;
	u64 code, ns, at;

	if (!LIKELY(st))
		return;
	place = place_kept;
	ns = *clock_ns - place->exit_clock_ns;
	code = place->code;
	place->exit_clock_ns = XG_EXITS_ENTERED;
	direct = exits_only_direct(st, code);
	at = apply_place(direct, ns);
	if (LIKELY(direct->code == code && at < XG_HIST_SUB)) {
		exits_only_sum(direct, ns);
		++*exits_only_bucket(st, direct, at);
	} else {
		exits_only_find(st, code, ns);
	}
}

/* An entry of a vCPU that has no place in the table. */
static __noinline int exits_only_entry_apart(struct kvm_vcpu *vcpu, u64 ns)
{
	ON_STACK u64 clock_ns = ns;
	struct xg_exits_place *place = exits_place_apart((u64)vcpu);

	if (place)
		exits_only_account(place, &clock_ns);
	else if (vcpu)
		exits_only_begin(vcpu, clock_ns);
	return 0;
}

/* At kvm_entry. */
static __always_inline int exits_only_entry(struct kvm_vcpu *vcpu)
{
	struct kvm_vcpu *ON_STACK kept = vcpu;
	ON_STACK u64 clock_ns = bpf_ktime_get_ns();
	struct kvm_vcpu *key = kept;
	struct xg_exits_place *place = exits_place(key);

	if (LIKELY(place->vcpu == (u64)key))
		exits_only_account(place, &clock_ns);
	else
		exits_only_entry_apart(key, clock_ns);
	return 0;
}

/* Where KVM keeps the code of an exit of @vcpu, from now on. */
static __noinline int exits_only_learn(struct xg_exits_place *place, const struct kvm_vcpu *vcpu)
{
	place->hflags = vcpu->arch.hflags;
	place->code_at = (u64)REASON_FIELD(reason_vmcb(vcpu), control.exit_code);
	return 0;
}

/* At kvm_exit, of a vCPU without a place in the table, or whose guest began or ended a nested one.
 */
static __noinline int exits_only_exit_apart(const struct kvm_vcpu *vcpu)
{
	struct xg_exits_place *place = exits_place(vcpu);

	if (place->vcpu != (u64)vcpu)
		place = exits_place_apart((u64)vcpu);
	if (!place)
		return 0;
	if (config.isa == ISA_SVM)
		exits_only_learn(place, vcpu);
	place->code = config.isa == ISA_SVM ? reason_read((void *)place->code_at)
					    : (u32)reason_read(reason_at_vmx(vcpu));
	place->exit_clock_ns = bpf_ktime_get_ns();
	return 0;
}

/* At kvm_exit. */
static __always_inline int exits_only_exit(const struct kvm_vcpu *vcpu, bool is_svm, bool has_cast)
{
	struct xg_exits_place *place = exits_place(vcpu);
	const void *code_at;

	if (!LIKELY(place->vcpu == (u64)vcpu && (!is_svm || place->hflags == vcpu->arch.hflags)))
		return exits_only_exit_apart(vcpu);
	code_at = is_svm ? (void *)place->code_at : reason_at_vmx(vcpu);
	if (has_cast)
		place->code = is_svm ? reason_cast(code_at) : (u32)reason_cast(code_at);
	else
		bpf_probe_read_kernel(&place->code, is_svm ? sizeof(u64) : sizeof(u32), code_at);
	place->exit_clock_ns = bpf_ktime_get_ns();
	return 0;
}

#endif
