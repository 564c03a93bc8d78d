/* SPDX-License-Identifier: GPL-2.0 */
/* A vCPU that is made to live through cycles by hand, for the tests of bpf/account.h. */
#ifndef TESTS_ACCOUNT_FIXTURE_H
#define TESTS_ACCOUNT_FIXTURE_H

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

struct fixture {
	struct xg_vcpu_state *st;
	u64 clock;
};

static inline int setup(void **state)
{
	static const u16 base[] = { F_VCPU_IOCTL, F_RUN_IOCTL, F_RUN };
	struct fixture *f = calloc(1, sizeof(*f));

	f->st = calloc(1, sizeof(*f->st));
	f->clock = (1ULL << 48) - 5000;
	f->st->run_ioctl_id = F_RUN_IOCTL;
	f->st->base_n = ARRAY_SIZE(base);
	memcpy(f->st->base_id, base, sizeof(base));
	account_begin(f->st);
	f->st->entry_clock_ns = f->clock;
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->st);
	free(f);
	return 0;
}

static inline void put(struct fixture *f, u32 code, u64 after_ns)
{
	f->clock += after_ns;
	if (f->st->log_n < XG_LOG_ROOM)
		f->st->log[f->st->log_n] = (struct xg_record){ f->clock, code };
	f->st->log_n++;
}

static inline void enter(struct fixture *f, u32 id, u64 after_ns)
{
	put(f, XG_CODE_ENTRY(id), after_ns);
}

static inline void leave(struct fixture *f, u32 id, u64 after_ns)
{
	put(f, XG_CODE_RETURN(id), after_ns);
}

static inline void vm_exit(struct fixture *f, u64 code, u64 after_ns, u64 probe_ns)
{
	enter(f, XG_ID_BOUNDARY, after_ns);
	leave(f, XG_ID_BOUNDARY, probe_ns);
	f->st->exit_clock_ns = f->clock;
	f->st->reason = code;
}

static inline void vm_entry(struct fixture *f, u64 after_ns, u64 probe_ns)
{
	f->clock += after_ns;
	account_cycle(f->st, f->clock);
	f->st->log_n = 0;
	f->clock += probe_ns;
	f->st->entry_clock_ns = f->clock;
}

static inline struct xg_reason *reason_of(struct xg_vcpu_state *st, u64 code)
{
	for (u32 i = 0; i < XG_REASONS && st->reasons[i].root; i++)
		if (st->reasons[i].code == code)
			return &st->reasons[i];
	return NULL;
}

/* The node at the end of @path (ids, 0-terminated) below @code's root. */
static inline struct xg_node *node_at(struct xg_vcpu_state *st, u64 code, const u16 *path)
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

static inline void assert_node(struct xg_node *node, u64 calls, u64 inclusive_ns)
{
	assert_non_null(node);
	assert_int_equal(node->calls, calls);
	assert_int_equal(node->inclusive_ns, inclusive_ns);
}

/* What holds for any state whatever was put in: sums fit, histograms hold the calls. */
static inline void assert_sound(const struct xg_vcpu_state *st)
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

static inline void assert_no_loss(const struct xg_vcpu_state *st)
{
	for (u32 i = 0; i < XG_LOSS_KERNEL_COUNT; i++)
		assert_int_equal(st->loss[i], 0);
}

/* One CPUID exit; in all 1000 ns of guest and 2000 of exit, 77 ns of boundary work. */
static inline void cpuid_cycle(struct fixture *f)
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

static inline u32 random_below(u32 n)
{
	return rand() % n;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
