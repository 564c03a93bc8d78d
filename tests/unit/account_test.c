// SPDX-License-Identifier: GPL-2.0
/*
 * The accounting of bpf/account.h, compiled for user space and fed with made-up logs:
 * plain ones whose result is known, random ones against a second, simpler accounting, and
 * hostile ones that no kernel would write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "account.h"
#include "util/cleanup.h"

enum {
	F_VCPU_IOCTL = XG_ID_FUNCTION,
	F_RUN_IOCTL,
	F_RUN,
	F_HANDLE,
	F_CPUID,
	F_SKIP,
	F_LOAD,
};

#define REASON_CPUID 0x72
#define REASON_IO    0x7b

/* A vCPU that is made to live through cycles by hand. */
struct fixture {
	struct xg_vcpu_state *st;
	u64 clock;
};

static int setup(void **state)
{
	static const u16 base[] = { F_VCPU_IOCTL, F_RUN_IOCTL, F_RUN };
	struct fixture *f = calloc(1, sizeof(*f));

	f->st = calloc(1, sizeof(*f->st));
	f->clock = (1ULL << 48) - 5000; /* the 48-bit clock wraps within each test */
	f->st->run_ioctl_id = F_RUN_IOCTL;
	f->st->base_n = ARRAY_SIZE(base);
	memcpy(f->st->base_id, base, sizeof(base));
	account_begin(f->st);
	f->st->entry_clock_ns = f->clock;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->st);
	free(f);
	return 0;
}

static void put(struct fixture *f, u32 code, u64 after_ns)
{
	f->clock += after_ns;
	if (f->st->log_n < XG_LOG_RECORDS)
		f->st->log[f->st->log_n] = XG_RECORD(f->clock, code);
	f->st->log_n++;
}

static void enter(struct fixture *f, u32 id, u64 after_ns)
{
	put(f, XG_CODE_ENTRY(id), after_ns);
}

static void leave(struct fixture *f, u32 id, u64 after_ns)
{
	put(f, XG_CODE_RETURN(id), after_ns);
}

static void vm_exit(struct fixture *f, u64 code, u64 after_ns, u64 probe_ns)
{
	enter(f, XG_ID_BOUNDARY, after_ns);
	leave(f, XG_ID_BOUNDARY, probe_ns);
	f->st->exit_clock_ns = f->clock;
	f->st->reason = code;
}

static void vm_entry(struct fixture *f, u64 after_ns, u64 probe_ns)
{
	f->clock += after_ns;
	account_cycle(f->st, f->clock);
	f->st->log_n = 0;
	f->clock += probe_ns;
	f->st->entry_clock_ns = f->clock;
}

static struct xg_reason *reason_of(struct xg_vcpu_state *st, u64 code)
{
	for (u32 i = 0; i < XG_REASONS && st->reasons[i].root; i++)
		if (st->reasons[i].code == code)
			return &st->reasons[i];
	return NULL;
}

/* The node at the end of @path (ids, 0-terminated) below @code's root. */
static struct xg_node *node_at(struct xg_vcpu_state *st, u64 code, const u16 *path)
{
	struct xg_reason *reason = reason_of(st, code);
	u32 parent, found;

	assert_non_null(reason);
	parent = reason->root;
	for (; *path; path++) {
		found = 0;
		for (u32 i = 1; i < st->node_n; i++)
			if (st->nodes[i].parent == parent && st->nodes[i].id == *path)
				found = i;
		if (!found)
			return NULL;
		parent = found;
	}
	return &st->nodes[parent];
}

#define NODE(st, code, ...) node_at(st, code, (const u16[]){ __VA_ARGS__, 0 })

static void assert_node(struct xg_node *node, u64 calls, u64 inclusive_ns)
{
	assert_non_null(node);
	assert_int_equal(node->calls, calls);
	assert_int_equal(node->inclusive_ns, inclusive_ns);
}

/* What holds for any state whatever was put in: sums fit, histograms hold the calls. */
static void assert_sound(const struct xg_vcpu_state *st)
{
	_cleanup_free_ u64 *children = calloc(XG_NODES, sizeof(*children));
	u64 missing = 0;

	assert_in_range(st->node_n, 1, XG_NODES);
	assert_in_range(st->chunk_n, 1, XG_CHUNKS);
	for (u32 i = 1; i < st->node_n; i++) {
		const struct xg_node *node = &st->nodes[i];
		u64 in_hist = 0;

		assert_true(node->parent < i);
		children[node->parent] += node->inclusive_ns;
		for (u32 o = 0; o < XG_HIST_CHUNKS; o++) {
			assert_true(node->chunk[o] < st->chunk_n);
			for (u32 b = 0; node->chunk[o] && b < XG_HIST_SUB; b++)
				in_hist += st->chunks[node->chunk[o]].count[b];
		}
		assert_true(in_hist <= node->calls);
		missing += node->calls - in_hist;
		if (node->calls)
			assert_true(node->min_ns <= node->max_ns);
	}
	assert_int_equal(missing, st->loss[XG_LOSS_HIST_FULL]);
	for (u32 i = 1; i < st->node_n; i++)
		if (st->nodes[i].parent)
			assert_true(children[i] <= st->nodes[i].inclusive_ns);
	for (u32 i = 0; i < XG_REASONS && st->reasons[i].root; i++)
		assert_true(children[st->reasons[i].root] <=
			    st->nodes[st->reasons[i].root].inclusive_ns);
}

static void assert_no_loss(const struct xg_vcpu_state *st)
{
	for (u32 i = 0; i < XG_LOSS_KERNEL_COUNT; i++)
		assert_int_equal(st->loss[i], 0);
}

/* One CPUID exit; in all 1000 ns of guest and 2000 of exit, 77 ns of boundary work. */
static void cpuid_cycle(struct fixture *f)
{
	enter(f, F_LOAD, 100);
	leave(f, F_LOAD, 50);
	vm_exit(f, REASON_CPUID, 850, 77);
	leave(f, F_RUN, 100);
	enter(f, F_HANDLE, 100);
	enter(f, F_CPUID, 200);
	leave(f, F_CPUID, 300);
	enter(f, F_SKIP, 100);
	leave(f, F_SKIP, 400);
	leave(f, F_HANDLE, 100);
	enter(f, F_RUN, 300);
	vm_entry(f, 400, 33);
}

static void test_cycle(void **state)
{
	struct fixture *f = *state;
	struct xg_vcpu_state *st = f->st;

	for (int i = 0; i < 3; i++)
		cpuid_cycle(f);
	assert_no_loss(st);
	assert_sound(st);
	assert_node(&st->nodes[reason_of(st, REASON_CPUID)->root], 3, 9000);
	assert_node(&st->nodes[reason_of(st, REASON_CPUID)->latency], 3, 6000);
	/* Calls that stay open have their time and no call. */
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL), 0, 9000);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL), 0, 9000);
	/* Both parts of the run function: 1000 + 100 before its return, 400 after its entry. */
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_RUN), 3, 4500);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_RUN, F_LOAD), 3, 150);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_RUN, XG_ID_GUEST), 3, 2850);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE), 3, 3300);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE, F_CPUID), 3, 900);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE, F_SKIP), 3, 1200);
	assert_int_equal(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_RUN)->max_ns, 1100);
}

/* Out to user space and back; other ioctls meanwhile are no user time. */
static void test_userspace(void **state)
{
	struct fixture *f = *state;
	struct xg_vcpu_state *st = f->st;

	vm_exit(f, REASON_IO, 1000, 10);
	leave(f, F_RUN, 10);
	leave(f, F_RUN_IOCTL, 20);
	leave(f, F_VCPU_IOCTL, 30);
	enter(f, F_VCPU_IOCTL, 500); /* KVM_GET_REGS */
	leave(f, F_VCPU_IOCTL, 40);
	enter(f, F_VCPU_IOCTL, 700);
	enter(f, F_RUN_IOCTL, 50);
	enter(f, F_RUN, 60);
	vm_entry(f, 70, 10);
	assert_no_loss(st);
	assert_sound(st);
	assert_node(&st->nodes[reason_of(st, REASON_IO)->latency], 1, 1480);
	assert_node(NODE(st, REASON_IO, XG_ID_USERSPACE), 1, 1200);
	assert_node(NODE(st, REASON_IO, F_VCPU_IOCTL), 2, 1000 + 10 + 20 + 30 + 40 + 50 + 60 + 70);
	assert_node(NODE(st, REASON_IO, F_VCPU_IOCTL, F_RUN_IOCTL), 1, 1000 + 10 + 20 + 60 + 70);
	/* All calls were seen entered by now, so a stray return is a fault. */
	assert_int_equal(st->assumed, 0);
}

static void test_off_cpu(void **state)
{
	struct fixture *f = *state;

	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	enter(f, F_HANDLE, 10);
	enter(f, XG_ID_OFF_CPU, 100);
	leave(f, XG_ID_OFF_CPU, 5000);
	leave(f, F_HANDLE, 100);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_no_loss(f->st);
	assert_node(NODE(f->st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE), 1, 5200);
	assert_node(NODE(f->st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE, XG_ID_OFF_CPU),
		    1, 5000);
}

/* After a bad cycle: nothing of it in the tree, its latency kept, the next one whole. */
static void assert_dropped(struct fixture *f, enum xg_loss loss, u64 cycles_before)
{
	struct xg_vcpu_state *st = f->st;
	struct xg_reason *reason = reason_of(st, REASON_CPUID);

	assert_int_equal(st->loss[loss], 1);
	assert_int_equal(st->nodes[reason->root].calls, cycles_before);
	assert_int_equal(st->nodes[reason->latency].calls, cycles_before + 1);
	assert_sound(st);
	cpuid_cycle(f);
	assert_int_equal(st->loss[loss], 1);
	assert_int_equal(st->nodes[reason->root].calls, cycles_before + 1);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE), cycles_before + 1,
		    1100 * (cycles_before + 1));
}

/* Bring the vCPU to where all open calls were seen entered. */
static void settle(struct fixture *f)
{
	vm_exit(f, REASON_IO, 10, 1);
	leave(f, F_RUN, 1);
	leave(f, F_RUN_IOCTL, 1);
	leave(f, F_VCPU_IOCTL, 1);
	enter(f, F_VCPU_IOCTL, 1);
	enter(f, F_RUN_IOCTL, 1);
	enter(f, F_RUN, 1);
	vm_entry(f, 1, 1);
	cpuid_cycle(f);
	assert_no_loss(f->st);
}

static void test_missing_entry(void **state)
{
	struct fixture *f = *state;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	leave(f, F_HANDLE, 10);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_MISMATCH, 1);
}

static void test_missing_return(void **state)
{
	struct fixture *f = *state;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	enter(f, F_HANDLE, 10);
	enter(f, F_CPUID, 10);
	leave(f, F_HANDLE, 10);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_MISMATCH, 1);
}

/* A call without its return, and no return after it either: seen by the depth at the end. */
static void test_missing_last_return(void **state)
{
	struct fixture *f = *state;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	enter(f, F_HANDLE, 10);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_MISMATCH, 1);
}

static void test_missing_exit_boundary(void **state)
{
	struct fixture *f = *state;

	settle(f);
	leave(f, F_RUN, 10);
	f->st->reason = REASON_CPUID;
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_MISMATCH, 1);
}

/* The recording began while the thread was in KVM_RUN; its outer calls return unseen. */
static void test_begun_inside(void **state)
{
	struct fixture *f = *state;

	cpuid_cycle(f);
	vm_exit(f, REASON_CPUID, 10, 1);
	leave(f, F_RUN, 1);
	enter(f, F_VCPU_IOCTL, 1000);
	enter(f, F_RUN_IOCTL, 1);
	enter(f, F_RUN, 1);
	vm_entry(f, 1, 1);
	assert_dropped(f, XG_LOSS_BEGUN_INSIDE, 1);
}

/* ... or the outermost was attached in time and the one within was not. */
static void test_begun_inside_one(void **state)
{
	struct fixture *f = *state;

	cpuid_cycle(f);
	vm_exit(f, REASON_CPUID, 10, 1);
	leave(f, F_RUN, 1);
	leave(f, F_VCPU_IOCTL, 1);
	enter(f, F_VCPU_IOCTL, 1000);
	enter(f, F_RUN_IOCTL, 1);
	enter(f, F_RUN, 1);
	vm_entry(f, 1, 1);
	assert_dropped(f, XG_LOSS_BEGUN_INSIDE, 1);
}

/* Returns of calls around KVM_RUN that nobody told us about: noted, the cycle is kept. */
static void test_open_at_begin(void **state)
{
	struct fixture *f = *state;

	vm_exit(f, REASON_IO, 10, 1);
	leave(f, F_RUN, 1);
	leave(f, F_SKIP, 1);
	leave(f, F_RUN_IOCTL, 1);
	leave(f, F_VCPU_IOCTL, 1);
	enter(f, F_VCPU_IOCTL, 1000);
	enter(f, F_RUN_IOCTL, 1);
	enter(f, F_SKIP, 1);
	enter(f, F_RUN, 1);
	vm_entry(f, 1, 1);
	assert_int_equal(f->st->loss[XG_LOSS_OPEN_AT_BEGIN], 1);
	/* The unknown call is open now where it was not at the start. */
	assert_int_equal(f->st->loss[XG_LOSS_MISMATCH], 1);
	assert_int_equal(f->st->nodes[reason_of(f->st, REASON_IO)->latency].calls, 1);
}

/* An interrupt between a probe's reservation and its clock: put in order, and counted. */
static void test_interrupted_probe(void **state)
{
	struct fixture *f = *state;

	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	enter(f, F_HANDLE, 120);
	f->clock -= 100;
	enter(f, F_LOAD, 10);
	leave(f, F_LOAD, 10);
	f->clock += 80;
	leave(f, F_HANDLE, 100);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_sound(f->st);
	assert_int_equal(f->st->loss[XG_LOSS_INTERRUPTED_PROBE], 2);
	assert_node(NODE(f->st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE), 1, 100);
	assert_node(NODE(f->st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE, F_LOAD), 1, 0);
}

static void test_log_full(void **state)
{
	struct fixture *f = *state;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	for (int i = 0; i < XG_LOG_RECORDS / 2; i++) {
		enter(f, F_LOAD, 1);
		leave(f, F_LOAD, 1);
	}
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_LOG_FULL, 1);
}

/* A log that is full to the last record, every one a return, leaves no result behind. */
static void test_log_just_full(void **state)
{
	struct fixture *f = *state;
	u64 calls;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	calls = (XG_LOG_RECORDS - f->st->log_n - 1) / 2;
	for (u64 i = 0; i < calls; i++) {
		enter(f, F_LOAD, 1);
		leave(f, F_LOAD, 1);
	}
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_no_loss(f->st);
	assert_sound(f->st);
	assert_node(NODE(f->st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_LOAD), calls, calls);
}

static void test_too_deep(void **state)
{
	struct fixture *f = *state;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	for (int i = 0; i < XG_DEPTH; i++)
		enter(f, F_LOAD, 1);
	for (int i = 0; i < XG_DEPTH; i++)
		leave(f, F_LOAD, 1);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_DEPTH, 1);
}

static void test_nodes_full(void **state)
{
	struct fixture *f = *state;

	settle(f);
	for (int cycle = 0; cycle < 2; cycle++) {
		vm_exit(f, REASON_CPUID, 1000, 10);
		leave(f, F_RUN, 10);
		for (u32 i = 0; i < XG_NODES; i++) {
			enter(f, 100 + i, 1);
			leave(f, 100 + i, 1);
		}
		enter(f, F_RUN, 10);
		vm_entry(f, 10, 10);
		assert_int_equal(f->st->loss[XG_LOSS_NODES_FULL], cycle + 1);
	}
	assert_sound(f->st);
	assert_int_equal(f->st->nodes[reason_of(f->st, REASON_CPUID)->root].calls, 1);
	assert_int_equal(f->st->nodes[reason_of(f->st, REASON_CPUID)->latency].calls, 3);
}

static void test_reasons_full(void **state)
{
	struct fixture *f = *state;
	u64 exits = 0;

	for (u32 i = 0; i < 2 * XG_REASONS; i++) {
		vm_exit(f, 1000 + i, 100, 10);
		leave(f, F_RUN, 10);
		enter(f, F_RUN, 10);
		vm_entry(f, 10, 10);
	}
	assert_sound(f->st);
	for (u32 i = 0; i < XG_REASONS; i++)
		exits += f->st->nodes[f->st->reasons[i].latency].calls;
	assert_int_equal(exits, XG_REASONS);
	assert_int_equal(f->st->loss[XG_LOSS_REASONS_FULL], XG_REASONS);
}

/* Calls and times stay whole when there is no room for another bucket. */
static void test_hist_full(void **state)
{
	struct fixture *f = *state;

	f->st->chunk_n = XG_CHUNKS;
	cpuid_cycle(f);
	assert_true(f->st->loss[XG_LOSS_HIST_FULL] > 0);
	assert_sound(f->st);
	assert_node(&f->st->nodes[reason_of(f->st, REASON_CPUID)->latency], 1, 2000);
}

/* A second, recursive accounting, for random trees: inclusive and calls by (parent, id). */
struct reference {
	struct fixture *f;
	u64 incl[64][64]; /* [parent id][id], for trees in which ids grow with the depth */
	u64 calls[64][64];
};

static u32 random_below(u32 n)
{
	return rand() % n;
}

/* A random call below @parent; returns its duration. */
static u64 random_call(struct reference *ref, u32 parent, int level)
{
	u32 id = 20 + level * 8 + random_below(3);
	u64 ns = random_below(2000);

	enter(ref->f, id, 0);
	ref->f->clock += ns;
	for (u32 n = level < 4 ? random_below(4) : 0; n; n--) {
		u64 gap = random_below(50);

		ns += gap;
		ref->f->clock += gap;
		ns += random_call(ref, id, level + 1);
	}
	leave(ref->f, id, 0);
	ref->incl[parent][id] += ns;
	ref->calls[parent][id]++;
	return ns;
}

/* Calls and times per (parent, id), over all paths and reasons, agree with the reference. */
static void assert_same(const struct reference *ref)
{
	const struct xg_vcpu_state *st = ref->f->st;
	static u64 incl[64][64], calls[64][64];

	memset(incl, 0, sizeof(incl));
	memset(calls, 0, sizeof(calls));
	for (u32 i = 1; i < st->node_n; i++) {
		const struct xg_node *node = &st->nodes[i];

		if (node->id < 20)
			continue;
		incl[st->nodes[node->parent].id][node->id] += node->inclusive_ns;
		calls[st->nodes[node->parent].id][node->id] += node->calls;
	}
	assert_memory_equal(incl, ref->incl, sizeof(incl));
	assert_memory_equal(calls, ref->calls, sizeof(calls));
}

static void test_random_trees(void **state)
{
	struct fixture *f = *state;
	struct reference *ref = calloc(1, sizeof(*ref));
	u64 cycle_ns = 0, tree_ns = 0, latency_ns = 0, seen_ns = 0;

	srand(1);
	ref->f = f;
	for (int cycle = 0; cycle < 2000; cycle++) {
		u64 start = f->clock, exit, gap = random_below(100);

		f->clock += random_below(1000);
		random_call(ref, F_RUN, 0);
		vm_exit(f, random_below(2), random_below(100), gap);
		exit = f->clock;
		leave(f, F_RUN, random_below(100));
		for (u32 n = random_below(4); n; n--)
			random_call(ref, F_RUN_IOCTL, 0);
		enter(f, F_RUN, random_below(100));
		f->clock += random_below(100);
		cycle_ns += f->clock - start - gap;
		latency_ns += f->clock - exit;
		vm_entry(f, 0, random_below(500));
	}
	assert_no_loss(f->st);
	assert_sound(f->st);
	assert_same(ref);
	for (u32 i = 0; i < XG_REASONS && f->st->reasons[i].root; i++) {
		tree_ns += f->st->nodes[f->st->reasons[i].root].inclusive_ns;
		seen_ns += f->st->nodes[f->st->reasons[i].latency].inclusive_ns;
	}
	assert_int_equal(tree_ns, cycle_ns);
	assert_int_equal(seen_ns, latency_ns);
	free(ref);
}

/* Any bits at all in the log, and any count of them. */
static void test_random_bits(void **state)
{
	struct fixture *f = *state;

	srand(2);
	for (int cycle = 0; cycle < 3000; cycle++) {
		f->st->log_n = random_below(cycle % 100 ? 200 : 2 * XG_LOG_RECORDS);
		for (u32 i = 0; i < f->st->log_n && i < XG_LOG_RECORDS; i++) {
			u64 wild = (u64)rand() << 33 ^ (u64)rand() << 16 ^ (rand() & 0xffff);
			u64 tame = XG_RECORD(f->clock + i * 10, random_below(40));

			f->st->log[i] = random_below(20) ? tame : wild;
		}
		f->st->reason = random_below(4);
		f->st->exit_clock_ns = f->clock + random_below(100);
		vm_entry(f, random_below(3000), random_below(100));
	}
	assert_sound(f->st);
}

/* Mostly plain logs with one record lost, doubled or changed: always sound afterwards. */
static void test_damaged_logs(void **state)
{
	struct fixture *f = *state;
	struct xg_vcpu_state *st = f->st;
	u64 losses = 0;

	srand(3);
	for (int cycle = 0; cycle < 20000; cycle++) {
		u64 i;

		enter(f, F_LOAD, 100);
		leave(f, F_LOAD, 50);
		vm_exit(f, REASON_CPUID, 850, 77);
		leave(f, F_RUN, 100);
		enter(f, F_HANDLE, 100);
		leave(f, F_HANDLE, 100);
		enter(f, F_RUN, 300);
		i = random_below(st->log_n);
		switch (random_below(4)) {
		case 0:
			memmove(&st->log[i], &st->log[i + 1], (st->log_n - i) * sizeof(u64));
			st->log_n--;
			break;
		case 1:
			memmove(&st->log[i + 1], &st->log[i], (st->log_n - i) * sizeof(u64));
			st->log_n++;
			break;
		case 2:
			st->log[i] ^= 1ULL << random_below(20);
			break;
		}
		vm_entry(f, 100, 20);
	}
	assert_sound(st);
	for (u32 i = 0; i < XG_LOSS_PROBE_NS; i++)
		losses += st->loss[i];
	assert_true(losses > 5000);
	assert_int_equal(st->nodes[reason_of(st, REASON_CPUID)->latency].calls, 20000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cycle),
		TEST(test_userspace),
		TEST(test_off_cpu),
		TEST(test_missing_entry),
		TEST(test_missing_return),
		TEST(test_missing_last_return),
		TEST(test_missing_exit_boundary),
		TEST(test_begun_inside),
		TEST(test_begun_inside_one),
		TEST(test_open_at_begin),
		TEST(test_interrupted_probe),
		TEST(test_log_full),
		TEST(test_log_just_full),
		TEST(test_too_deep),
		TEST(test_nodes_full),
		TEST(test_reasons_full),
		TEST(test_hist_full),
		TEST(test_random_trees),
		TEST(test_random_bits),
		TEST(test_damaged_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
