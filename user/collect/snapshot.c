// SPDX-License-Identifier: GPL-2.0
#include "collect/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

struct conversion {
	const struct xg_vcpu_state *st;
	const u32 *function_of;
	size_t function_cnt;
	struct reason **reason_of; /* by root or inner node */
	struct node **node_of;	   /* by node; NULL for roots */
};

#define PREFETCH_NODES 16

#define OCTAVES_A_WORD (sizeof(u64) / sizeof(((struct xg_node *)0)->chunk[0]))

_Static_assert(XG_HIST_CHUNKS % OCTAVES_A_WORD == 0, "octaves are looked at by the word");

/* Nearly all octaves have no chunk: that of several at once. */
static bool has_chunk(const struct xg_node *node, u32 octave)
{
	u64 word;

	memcpy(&word, &node->chunk[octave], sizeof(word));
	return word;
}

/*
 * Have a node's chunks on their way from memory when it is its turn: they lie anywhere among
 * 1 MiB, and with many vCPUs that is what reading all of them waits for.
 */
static void prefetch_chunks(const struct xg_vcpu_state *st, u32 index)
{
	const struct xg_node *node = &st->nodes[index % XG_NODES];

	for (u32 octave = 0; octave < XG_HIST_CHUNKS; octave++) {
		if (octave % OCTAVES_A_WORD == 0 && !has_chunk(node, octave))
			octave += OCTAVES_A_WORD - 1;
		else if (node->chunk[octave])
			__builtin_prefetch(&st->chunks[node->chunk[octave] % XG_CHUNKS]);
	}
}

/* The values of @node's histogram; of direct[], that is all there is of their number. */
static u64 values(const struct xg_vcpu_state *st, const struct xg_node *node)
{
	u64 cnt = 0;

	for (u32 octave = 0; octave < XG_HIST_CHUNKS; octave++) {
		const struct xg_chunk *chunk = &st->chunks[node->chunk[octave] % XG_CHUNKS];

		for (u32 i = 0; node->chunk[octave] && i < XG_HIST_SUB; i++)
			cnt += chunk->count[i];
	}
	return cnt;
}

static int add_dist(const struct xg_vcpu_state *st, const struct xg_node *from, u64 cnt,
		    struct dist *to)
{
	const struct dist sums = {
		.count = cnt,
		.total_ns = from->inclusive_ns,
		.min_ns = from->min_ns,
		.max_ns = from->max_ns,
	};
	int r = dist_merge(to, &sums);

	for (u32 word = 0; word < XG_HIST_CHUNKS && !r; word += OCTAVES_A_WORD) {
		if (!has_chunk(from, word))
			continue;
		for (u32 octave = word; octave < word + OCTAVES_A_WORD && !r; octave++) {
			u32 chunk = from->chunk[octave];

			if (chunk && chunk < XG_CHUNKS)
				r = hist_add_octave(&to->hist, octave, st->chunks[chunk].count);
		}
	}
	return r;
}

static enum node_kind kind_of(u32 id)
{
	switch (id) {
	case XG_ID_OFF_CPU:
		return NODE_OFF_CPU;
	case XG_ID_GUEST:
		return NODE_GUEST;
	case XG_ID_USERSPACE:
		return NODE_USERSPACE;
	default:
		return NODE_CALL;
	}
}

static const struct xg_node *direct_of(const struct xg_vcpu_state *st,
				       const struct xg_reason *reason)
{
	return &st->direct[XG_DIRECT_OF(reason->code)];
}

static int add_latency(const struct xg_vcpu_state *st, const struct xg_reason *from,
		       struct dist *to)
{
	const struct xg_node *latency = &st->nodes[from->latency % XG_NODES];
	int r = add_dist(st, latency, latency->calls, to);

	if (!r && from->is_direct)
		r = add_dist(st, direct_of(st, from), values(st, direct_of(st, from)), to);
	return r;
}

static int add_reason(struct conversion *conversion, struct vcpu *vcpu,
		      const struct xg_reason *from)
{
	const struct xg_vcpu_state *st = conversion->st;
	const struct xg_node *root = &st->nodes[from->root % XG_NODES];
	struct reason *reason;
	int r;

	r = vcpu_add_reason(vcpu, from->code, &reason);
	if (!r)
		r = add_latency(st, from, &reason->latency);
	if (r)
		return r;
	reason->cycle_cnt += root->calls;
	reason->cycle_ns += root->inclusive_ns;
	reason->guest_call_cnt += from->guest_calls;
	conversion->reason_of[from->root % XG_NODES] = reason;
	return 0;
}

/* Nodes come after their parents, in the order in which they were first called. */
static int add_node(struct conversion *conversion, u32 index)
{
	const struct xg_node *from = &conversion->st->nodes[index];
	u32 function = 0, parent = from->parent % XG_NODES;
	struct reason *reason = conversion->reason_of[parent];
	struct node *node;
	int r;

	if (!reason || (!from->calls && !from->inclusive_ns))
		return 0;
	if (kind_of(from->id) == NODE_CALL) {
		u32 i = from->id - XG_ID_FUNCTION;

		if (i >= conversion->function_cnt)
			return err_r(-EPROTO, "the kernel's tree names function %u, of %zu", i,
				     conversion->function_cnt);
		function = conversion->function_of[i];
	}
	r = tree_child(reason, conversion->node_of[parent], kind_of(from->id), function, &node);
	if (!r)
		r = add_dist(conversion->st, from, from->calls, &node->dist);
	if (r)
		return r;
	conversion->reason_of[index] = reason;
	conversion->node_of[index] = node;
	return 0;
}

/* The number of process @pid's VM; that of the next one if there is none. */
static u32 find_vm(const struct recording *recording, u32 pid)
{
	for (u32 i = 0; i < recording->vm_cnt; i++)
		if (recording->vms[i].pid == pid)
			return i;
	return recording->vm_cnt;
}

struct vcpu *snapshot_find_vcpu(struct recording *recording, u32 pid, u32 vcpu_id)
{
	u32 vm = find_vm(recording, pid);

	recording_for_each_vcpu (vcpu, recording)
		if (vcpu->vm == vm && vcpu->id == vcpu_id)
			return vcpu;
	return NULL;
}

static int find_or_add_vcpu(struct recording *recording, const struct xg_vcpu_state *st,
			    const char *vm_name, struct vcpu **out)
{
	struct vcpu *vcpu = snapshot_find_vcpu(recording, st->pid, st->vcpu_id);
	u32 vm = find_vm(recording, st->pid);
	int r;

	if (vcpu) {
		*out = vcpu;
		return 0;
	}
	if (vm == recording->vm_cnt) {
		r = recording_add_vm(recording, st->pid, vm_name, &vm);
		if (r)
			return r;
	}
	r = recording_add_vcpu(recording, vm, st->vcpu_id, st->isa, out);
	if (!r)
		(*out)->tid = st->tid;
	return r;
}

int snapshot_add(const struct xg_vcpu_state *st, const u32 *function_of, size_t function_cnt,
		 struct vcpu *to)
{
	_cleanup_free_ struct reason **reason_of = NULL;
	_cleanup_free_ struct node **node_of = NULL;
	struct conversion conversion = {
		.st = st,
		.function_of = function_of,
		.function_cnt = function_cnt,
	};
	u32 node_n = st->node_n < XG_NODES ? st->node_n : XG_NODES;
	int r = 0;

	reason_of = calloc(XG_NODES, sizeof(*reason_of));
	node_of = calloc(XG_NODES, sizeof(*node_of));
	if (!reason_of || !node_of)
		return err_r(-ENOMEM, "no memory");
	conversion.reason_of = reason_of;
	conversion.node_of = node_of;
	for (u32 i = 0; !r && i < XG_REASONS && st->reasons[i].root; i++)
		r = add_reason(&conversion, to, &st->reasons[i]);
	for (u32 i = 1; !r && i < node_n; i++) {
		prefetch_chunks(st, i + PREFETCH_NODES);
		r = add_node(&conversion, i);
	}
	return r == -ENOMEM ? err_r(r, "no memory") : r;
}

int snapshot_take(const struct xg_vcpu_state *st, const char *vm_name, const u32 *function_of,
		  size_t function_cnt, struct recording *recording)
{
	struct vcpu *vcpu;

	if (find_or_add_vcpu(recording, st, vm_name, &vcpu))
		return err_r(-ENOMEM, "no memory");
	for (u32 i = 0; i < XG_LOSS_KERNEL_COUNT; i++)
		recording->losses[i] += st->loss[i];
	if (st->phase != XG_PHASE_NONE)
		recording->losses[XG_LOSS_UNFINISHED]++;
	return snapshot_add(st, function_of, function_cnt, vcpu);
}

u64 snapshot_exit_cnt(const struct xg_vcpu_state *st)
{
	u64 cnt = 0;

	for (u32 i = 0; i < XG_REASONS && st->reasons[i].root; i++) {
		const struct xg_reason *reason = &st->reasons[i];

		cnt += st->nodes[reason->latency % XG_NODES].calls;
		if (reason->is_direct)
			cnt += values(st, direct_of(st, reason));
	}
	return cnt;
}
