// SPDX-License-Identifier: GPL-2.0
/*
 * The accounting of many vCPUs, and of a long recording, takes no more work a cycle: the same
 * simulation as tests/bench/scale.c, small, and by counts instead of instructions.
 */
#include "life.h"

#define VCPUS  6
#define CYCLES 6000 /* of each vCPU */
#define PARTS  3

/* What is done more than once a record of the log; all else is that. */
struct work {
	u64 replayed_cnt; /* cycles whose path was not known */
	u64 node_cnt;	  /* added */
	u64 chunk_cnt;
};

static struct work work_of(const struct xg_vcpu_state *st, u64 cycle_cnt)
{
	return (struct work){ cycle_cnt - st->known_n, st->node_n, st->chunk_n };
}

static struct work work_since(struct work now, struct work before)
{
	return (struct work){
		now.replayed_cnt - before.replayed_cnt,
		now.node_cnt - before.node_cnt,
		now.chunk_cnt - before.chunk_cnt,
	};
}

/* Let @cnt vCPUs live, a cycle each in turn; @parts is what each did, part by part. */
static void live(u32 cnt, struct work parts[][PARTS])
{
	struct fixture *vcpus[VCPUS];
	struct work before[VCPUS] = { 0 };
	static struct life life;
	u64 seeds[VCPUS];

	life_make(&life);
	for (u32 v = 0; v < cnt; v++) {
		setup((void **)&vcpus[v]);
		seeds[v] = v + 1;
	}
	for (u32 i = 1; i <= CYCLES; i++) {
		for (u32 v = 0; v < cnt; v++) {
			struct work now;

			life_log(&life, vcpus[v], &seeds[v]);
			life_account(vcpus[v]);
			if (i % (CYCLES / PARTS))
				continue;
			now = work_of(vcpus[v]->st, i);
			parts[v][i / (CYCLES / PARTS) - 1] = work_since(now, before[v]);
			before[v] = now;
		}
	}
	for (u32 v = 0; v < cnt; v++) {
		assert_no_loss(vcpus[v]->st);
		assert_sound(vcpus[v]->st);
		teardown((void **)&vcpus[v]);
	}
}

static void paths_are_as_meant(void **state)
{
	static struct life life;

	life_make(&life);
	for (u32 i = 0; i < LIFE_REASONS; i++) {
		for (u32 k = 0; k < LIFE_PATHS; k++) {
			const struct life_path *path = &life.reason[i].path[k];
			u32 returns = 0;

			assert_true(path->event_cnt <= LIFE_EVENTS_MAX);
			for (u32 e = 0; e < path->event_cnt; e++)
				returns += path->event[e] != LIFE_EVENT_EXIT && path->event[e] & 1;
			assert_int_equal(returns, LIFE_CALLS);
		}
	}
}

static void work_does_not_grow_with_time(void **state)
{
	struct work parts[1][PARTS], *part = parts[0];

	live(1, parts);
	/* What is met for the first time is met early; from then on nearly all is known. */
	for (u32 i = 1; i < PARTS; i++) {
		assert_true(part[i].node_cnt * 4 < part[0].node_cnt);
		assert_true(part[i].chunk_cnt * 4 < part[0].chunk_cnt);
		assert_true(part[i].replayed_cnt <= part[0].replayed_cnt);
	}
	assert_true(part[PARTS - 1].replayed_cnt * 20 < CYCLES / PARTS);
}

/* A vCPU's work is its own, whoever else lives meanwhile; and others' is like it. */
static void work_does_not_grow_with_vcpus(void **state)
{
	struct work alone[1][PARTS], together[VCPUS][PARTS];
	u64 replayed_cnt;

	live(1, alone);
	live(VCPUS, together);
	assert_memory_equal(alone[0], together[0], sizeof(alone[0]));
	replayed_cnt = alone[0][PARTS - 1].replayed_cnt;
	for (u32 i = 1; i < VCPUS; i++)
		assert_in_range(together[i][PARTS - 1].replayed_cnt, replayed_cnt / 2,
				replayed_cnt * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_as_meant),
		cmocka_unit_test(work_does_not_grow_with_time),
		cmocka_unit_test(work_does_not_grow_with_vcpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
