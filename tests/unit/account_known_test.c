// SPDX-License-Identifier: GPL-2.0
/*
 * Paths that were seen before (bpf/known.h): a vCPU that knows them comes to the same tree,
 * number by number, as one that replays every log.
 */
#include "account_fixture.h"

/* A second vCPU, which lives through the same but never knows a path. */
struct twins {
	struct fixture *knowing;
	struct fixture *replaying;
};

static int twins_setup(void **state)
{
	struct twins *twins = calloc(1, sizeof(*twins));
	void *f;

	setup(&f);
	twins->knowing = f;
	setup(&f);
	twins->replaying = f;
	*state = twins;
	return 0;
}

static int twins_teardown(void **state)
{
	struct twins *twins = *state;
	void *f = twins->knowing;

	teardown(&f);
	f = twins->replaying;
	teardown(&f);
	free(twins);
	return 0;
}

/* What the one has logged, the other has, too; then the cycle ends for both. */
static void end_cycle(struct twins *twins, u64 after_ns, u64 probe_ns)
{
	struct fixture *a = twins->knowing, *b = twins->replaying;

	memcpy(b->st->log, a->st->log, sizeof(a->st->log));
	b->st->log_n = a->st->log_n;
	b->st->exit_clock_ns = a->st->exit_clock_ns;
	b->st->reason = a->st->reason;
	b->clock = a->clock;
	memset(b->st->paths, 0, sizeof(b->st->paths));
	vm_entry(a, after_ns, probe_ns);
	vm_entry(b, after_ns, probe_ns);
	assert_int_equal(a->st->bad, b->st->bad);
	assert_int_equal(a->st->end_ns, b->st->end_ns);
	assert_int_equal(a->st->latency_ns, b->st->latency_ns);
	assert_int_equal(a->st->depth, b->st->depth);
	assert_int_equal(a->st->assumed, b->st->assumed);
}

/* But for the guesses, which may differ: they are about how, not about what. */
static void assert_same_trees(const struct twins *twins)
{
	const struct xg_vcpu_state *a = twins->knowing->st, *b = twins->replaying->st;

	assert_int_equal(a->node_n, b->node_n);
	assert_int_equal(a->chunk_n, b->chunk_n);
	for (u32 i = 1; i < a->node_n; i++) {
		assert_int_equal(a->nodes[i].id, b->nodes[i].id);
		assert_int_equal(a->nodes[i].parent, b->nodes[i].parent);
		assert_int_equal(a->nodes[i].calls, b->nodes[i].calls);
		assert_int_equal(a->nodes[i].inclusive_ns, b->nodes[i].inclusive_ns);
		assert_int_equal(a->nodes[i].min_ns, b->nodes[i].min_ns);
		assert_int_equal(a->nodes[i].max_ns, b->nodes[i].max_ns);
	}
	/* Chunks are allotted as octaves are met, which depends on the order of the operations. */
	for (u32 i = 1; i < a->node_n; i++) {
		for (u32 octave = 0; octave < XG_HIST_CHUNKS; octave++) {
			u32 of_a = a->nodes[i].chunk[octave], of_b = b->nodes[i].chunk[octave];

			assert_int_equal(!of_a, !of_b);
			assert_memory_equal(&a->chunks[of_a], &b->chunks[of_b],
					    sizeof(struct xg_chunk));
		}
	}
	assert_memory_equal(a->loss, b->loss, sizeof(a->loss));
	assert_int_equal(b->known_n, 0);
}

/* A time of any octave: guesses of buckets go wrong, too. */
static u64 any_ns(void)
{
	return rand() >> (rand() % 31);
}

static void calls(struct fixture *f, u32 shape, int level)
{
	for (u32 n = shape % 4; n; n--) {
		enter(f, F_HANDLE + n, any_ns());
		if (level < 3)
			calls(f, shape / 4, level + 1);
		leave(f, F_HANDLE + n, any_ns());
	}
}

/* A cycle of one of some shapes: with user space, off the CPU, calls in the guest phase. */
static void cycle(struct fixture *f, u32 shape)
{
	calls(f, shape / 8, 2);
	vm_exit(f, shape % 5, any_ns(), random_below(100));
	leave(f, F_RUN, any_ns());
	calls(f, shape, 0);
	if (shape & 1) {
		enter(f, XG_ID_OFF_CPU, any_ns());
		leave(f, XG_ID_OFF_CPU, any_ns());
		leave(f, XG_ID_OF_CPU(shape % 3), 0);
	}
	if (shape & 2) {
		leave(f, F_RUN_IOCTL, any_ns());
		if (shape & 4) {
			leave(f, F_VCPU_IOCTL, any_ns());
			enter(f, F_LOAD, any_ns());
			leave(f, F_LOAD, any_ns());
			enter(f, F_VCPU_IOCTL, any_ns());
		}
		enter(f, F_RUN_IOCTL, any_ns());
	}
	enter(f, F_RUN, any_ns());
}

static void test_same_trees(void **state)
{
	struct twins *twins = *state;
	struct fixture *f = twins->knowing;

	srand(5);
	for (int i = 0; i < 30000; i++) {
		/* Some shapes are frequent, some rare. */
		u32 shape = random_below(3) ? random_below(6) * 7 : random_below(60);

		cycle(f, shape);
		if (!random_below(20)) /* an interrupted probe */
			f->st->log[random_below(f->st->log_n)].clock_ns += random_below(100);
		if (!random_below(50)) /* a record is missing */
			f->st->log[random_below(f->st->log_n)].code ^=
				XG_CODE_ENTRY(random_below(64));
		end_cycle(twins, any_ns(), random_below(100));
	}
	assert_same_trees(twins);
	assert_sound(f->st);
	assert_true(f->st->loss[XG_LOSS_MISMATCH] > 100);
	assert_true(f->st->loss[XG_LOSS_INTERRUPTED_PROBE] > 100);
	assert_true(f->st->known_n > 10000);
	assert_true(f->st->path_n > XG_PATHS); /* some were forgotten for others */
}

/* A path is known from its third cycle on. */
static void test_third_time(void **state)
{
	struct twins *twins = *state;

	for (int i = 0; i < 10; i++) {
		cpuid_cycle(twins->knowing);
		assert_int_equal(twins->knowing->st->known_n, i < 2 ? 0 : i - 1);
	}
	assert_no_loss(twins->knowing->st);
	assert_node(NODE(twins->knowing->st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE), 10,
		    11000);
}

/* Several paths of a reason take turns: all are known. */
static void test_paths_take_turns(void **state)
{
	struct twins *twins = *state;
	struct fixture *f = twins->knowing;

	for (int i = 0; i < 100; i++) {
		/* Twice running for each, so that they are learnt. */
		for (u32 k = 0; k < 2 * XG_REASON_PATHS; k++) {
			vm_exit(f, REASON_IO, 100, 10);
			leave(f, F_RUN, 10);
			for (u32 n = 0; n < k / 2; n++) {
				enter(f, F_HANDLE, 5);
				leave(f, F_HANDLE, 5);
			}
			enter(f, F_RUN, 10);
			end_cycle(twins, 20, 5);
		}
	}
	assert_same_trees(twins);
	assert_int_equal(f->st->known_n, 99 * 2 * XG_REASON_PATHS);
}

/* A cycle of @code whose path has @calls calls. */
static void io_cycle(struct twins *twins, u64 code, u32 calls)
{
	struct fixture *f = twins->knowing;

	vm_exit(f, code, 100, 10);
	leave(f, F_RUN, 10);
	for (u32 n = 0; n < calls; n++) {
		enter(f, F_HANDLE, 5);
		leave(f, F_HANDLE, 5);
	}
	enter(f, F_RUN, 10);
	end_cycle(twins, 20, 5);
}

/* Two paths that alternate never come twice running; they are learnt all the same. */
static void test_paths_alternate(void **state)
{
	struct twins *twins = *state;

	for (int i = 0; i < 100; i++)
		io_cycle(twins, REASON_IO, i % 2);
	assert_same_trees(twins);
	assert_int_equal(twins->knowing->st->known_n, 96);
}

/* More paths than there is room for: those of a reason that are left are still found. */
static void test_paths_are_forgotten(void **state)
{
	struct twins *twins = *state;
	struct xg_vcpu_state *st = twins->knowing->st;

	for (int i = 0; i < 4; i++)
		io_cycle(twins, REASON_IO, i / 2);
	assert_int_equal(st->path_n, 2);
	/* The newer one's place goes to somebody else. */
	st->paths[1].owner = st->nodes[1].id;
	io_cycle(twins, REASON_IO, 0);
	assert_int_equal(st->known_n, 1);
	assert_int_equal(st->path_n, 2);
	assert_same_trees(twins);
}

/* Longer than a path may be: replayed every time. */
static void test_too_long(void **state)
{
	struct twins *twins = *state;
	struct fixture *f = twins->knowing;

	for (int i = 0; i < 5; i++) {
		vm_exit(f, REASON_IO, 100, 10);
		leave(f, F_RUN, 10);
		for (u32 n = 0; n < XG_PATH_RECORDS / 2; n++) {
			enter(f, F_HANDLE, 5);
			leave(f, F_HANDLE, 5);
		}
		enter(f, F_RUN, 10);
		end_cycle(twins, 20, 5);
	}
	assert_same_trees(twins);
	assert_int_equal(f->st->known_n, 0);
	assert_no_loss(f->st);
}

#define TWINS(name) cmocka_unit_test_setup_teardown(name, twins_setup, twins_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TWINS(test_same_trees),		 TWINS(test_third_time),
		TWINS(test_paths_take_turns),	 TWINS(test_paths_alternate),
		TWINS(test_paths_are_forgotten), TWINS(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
