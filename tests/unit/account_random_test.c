// SPDX-License-Identifier: GPL-2.0
/*
 * The accounting of bpf/account.h: random logs against a second, simpler accounting, and
 * hostile ones that no kernel would write.
 */
#include "account_fixture.h"

/* A second, recursive accounting, for random trees: inclusive and calls by (parent, id). */
struct reference {
	struct fixture *f;
	u64 incl[64][64]; /* [parent id][id], for trees in which ids grow with the depth */
	u64 calls[64][64];
};

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
		f->st->log_n = random_below(cycle % 100 ? 200 : 2 * XG_LOG_ROOM);
		for (u32 i = 0; i < f->st->log_n && i < XG_LOG_ROOM; i++) {
			u64 wild_ns = (u64)rand() << 17 ^ rand();
			u64 wild_code = (u64)rand() << 32 ^ rand();

			f->st->log[i] = (struct xg_record){ f->clock + i * 10, random_below(40) };
			if (!random_below(20))
				f->st->log[i] = (struct xg_record){ wild_ns, wild_code };
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
			memmove(&st->log[i], &st->log[i + 1], (st->log_n - i) * sizeof(st->log[0]));
			st->log_n--;
			break;
		case 1:
			memmove(&st->log[i + 1], &st->log[i], (st->log_n - i) * sizeof(st->log[0]));
			st->log_n++;
			break;
		case 2:
			if (random_below(2))
				st->log[i].clock_ns ^= 1ULL << random_below(20);
			else
				st->log[i].code ^= 1ULL << random_below(20);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_random_trees),
		TEST(test_random_bits),
		TEST(test_damaged_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
