// SPDX-License-Identifier: GPL-2.0
/* Which whole cycles stay: user/collect/kept.h, fed as the kernel would (bpf/capture.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect/kept.h"
#include "util/cleanup.h"

#define GIVEN_MAX 5000

/* What the choice came to. */
struct given {
	struct kept_arrival v[GIVEN_MAX];
	struct cycle cycles[GIVEN_MAX];
	size_t cnt;
};

static int give(void *arg, const struct kept_arrival *arrival)
{
	struct given *given = arg;

	assert_true(given->cnt < GIVEN_MAX);
	assert_true(arrival->cycle->why);
	given->v[given->cnt] = *arrival;
	given->cycles[given->cnt++] = *arrival->cycle;
	return 0;
}

static struct kept *new_kept(u32 samples, u32 slowest, u32 over_max, u64 bytes_max)
{
	const struct kept_options options = { samples, slowest, over_max, bytes_max };
	struct kept *kept;

	assert_int_equal(kept_new(&options, &kept), 0);
	return kept;
}

static struct cycle *new_cycle(u64 code, u32 why, u64 latency_ns, u64 at_ns)
{
	struct cycle *cycle = calloc(1, sizeof(*cycle));

	cycle->code = code;
	cycle->why = why;
	cycle->latency_ns = latency_ns;
	cycle->started_mono_ns = at_ns;
	cycle->event_cnt = 4;
	cycle->events = calloc(4, sizeof(*cycle->events));
	return cycle;
}

/* A vCPU's samples of one reason, as the kernel takes them. */
struct sampler {
	u32 vcpu_id;
	u64 began_ns, number, sample_at, stride;
	u32 n;
};

static void cycle_of(struct kept *kept, struct sampler *s, u32 samples, u64 at_ns)
{
	struct kept_arrival arrival = {
		.pid = 7,
		.vcpu_id = s->vcpu_id,
		.began_ns = s->began_ns,
		.number = s->number,
		.stride = s->stride,
	};

	if (s->number++ < s->sample_at)
		return;
	s->sample_at += s->stride;
	if (++s->n >= 2 * samples) {
		s->stride *= 2;
		s->n = samples;
	}
	arrival.cycle = new_cycle(1, CYCLE_SAMPLE, 100, at_ns);
	assert_int_equal(kept_add(kept, &arrival), 0);
}

static struct given *finish(struct kept **kept)
{
	struct given *given = calloc(1, sizeof(*given));

	assert_int_equal(kept_finish(*kept, give, given), 0);
	return given;
}

static void done(struct kept **kept, struct given *given)
{
	kept_free(kept);
	assert_null(*kept);
	free(given);
}

static int by_number(const void *a, const void *b)
{
	const struct kept_arrival *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* However many exits there were, there are N samples, with like distances. */
static void test_samples_are_spread(void **state)
{
	for (u32 exits = 1; exits < 40000; exits = exits * 3 / 2 + 1) {
		struct kept *kept = new_kept(10, 0, 0, KEPT_BYTES_MAX);
		struct sampler s = { .stride = 1 };
		struct given *given;
		u64 least = ~0ULL, most = 0;

		for (u32 i = 0; i < exits; i++)
			cycle_of(kept, &s, 10, i);
		given = finish(&kept);
		assert_int_equal(given->cnt, exits < 10 ? exits : 10);
		qsort(given->v, given->cnt, sizeof(given->v[0]), by_number);
		for (size_t i = 1; i < given->cnt; i++) {
			u64 distance = given->v[i].number - given->v[i - 1].number;

			least = distance < least ? distance : least;
			most = distance > most ? distance : most;
		}
		if (given->cnt == 10) {
			assert_true(most <= 2 * least);
			assert_true(given->v[9].number - given->v[0].number >= exits / 3);
		}
		done(&kept, given);
	}
}

/* vCPUs of one process made one after the other have the same id: each is a new count. */
static void test_samples_of_respawned_vcpus(void **state)
{
	struct kept *kept = new_kept(10, 0, 0, KEPT_BYTES_MAX);
	struct given *given;
	u32 of[5] = { 0 };

	for (u32 life = 0; life < 5; life++) {
		struct sampler s = { .began_ns = life + 1, .stride = 1 };

		for (u32 i = 0; i < 1000; i++)
			cycle_of(kept, &s, 10, life * 1000 + i);
	}
	given = finish(&kept);
	assert_int_equal(given->cnt, 10);
	for (size_t i = 0; i < given->cnt; i++)
		of[given->v[i].began_ns - 1]++;
	for (u32 life = 0; life < 5; life++)
		assert_int_equal(of[life], 2);
	done(&kept, given);
}

/* A vCPU with a thousand times the exits has a thousand times the samples. */
static void test_samples_are_weighted(void **state)
{
	struct kept *kept = new_kept(100, 0, 0, KEPT_BYTES_MAX);
	struct sampler busy = { .vcpu_id = 0, .stride = 1 }, idle = { .vcpu_id = 1, .stride = 1 };
	struct given *given;
	u32 of_idle = 0;

	for (u32 i = 0; i < 100000; i++) {
		cycle_of(kept, &busy, 100, i);
		if (i % 1000 == 0)
			cycle_of(kept, &idle, 100, i);
	}
	given = finish(&kept);
	assert_int_equal(given->cnt, 100);
	for (size_t i = 0; i < given->cnt; i++)
		of_idle += given->v[i].vcpu_id == 1;
	assert_in_range(of_idle, 0, 2);
	done(&kept, given);
}

/* The slowest of each reason are those, whichever vCPU's and in whatever order. */
static void test_slowest(void **state)
{
	struct kept *kept = new_kept(0, 5, 0, KEPT_BYTES_MAX);
	struct given *given;
	u32 of[3] = { 0 };

	srand(1);
	for (u32 i = 0; i < 2000; i++) {
		/* 7 is prime to 2000: every number comes once. */
		struct kept_arrival arrival = {
			.pid = 1,
			.vcpu_id = i % 4,
			.cycle = new_cycle(i % 3, CYCLE_SLOWEST, i * 7 % 2000, i),
		};

		assert_int_equal(kept_add(kept, &arrival), 0);
	}
	given = finish(&kept);
	assert_int_equal(given->cnt, 15);
	for (size_t i = 0; i < given->cnt; i++) {
		assert_int_equal(given->cycles[i].why, CYCLE_SLOWEST);
		assert_true(given->cycles[i].latency_ns >= 2000 - 5 * 3 - 3);
		of[given->cycles[i].code]++;
	}
	assert_int_equal(of[0] * 100 + of[1] * 10 + of[2], 555);
	assert_int_equal(kept_rejected_cnt(kept), 0);
	done(&kept, given);
}

/* One that is kept for several reasons is given once, and freed once. */
static void test_several_reasons(void **state)
{
	struct kept *kept = new_kept(1, 1, 10, KEPT_BYTES_MAX);
	struct kept_arrival arrival = { .stride = 1 };
	struct given *given;

	arrival.cycle = new_cycle(1, CYCLE_SAMPLE | CYCLE_SLOWEST | CYCLE_OVER, 50, 1);
	assert_int_equal(kept_add(kept, &arrival), 0);
	/* Slower: the first is not the slowest any more. */
	arrival.number = 1;
	arrival.cycle = new_cycle(1, CYCLE_SLOWEST | CYCLE_OVER, 60, 2);
	assert_int_equal(kept_add(kept, &arrival), 0);
	given = finish(&kept);
	assert_int_equal(given->cnt, 2);
	for (size_t i = 0; i < given->cnt; i++)
		assert_int_equal(given->cycles[i].why, given->cycles[i].latency_ns == 60
							       ? CYCLE_SLOWEST | CYCLE_OVER
							       : CYCLE_SAMPLE | CYCLE_OVER);
	done(&kept, given);
}

/* Too many above the limit are counted, unless they stay for another reason. */
static void test_too_many_over(void **state)
{
	struct kept *kept = new_kept(0, 2, 3, KEPT_BYTES_MAX);
	struct given *given;

	for (u32 i = 0; i < 10; i++) {
		struct kept_arrival arrival = {
			.cycle = new_cycle(1, CYCLE_OVER | (i > 7 ? CYCLE_SLOWEST : 0), i, i)
		};

		assert_int_equal(kept_is_full(kept), i > 3);
		assert_int_equal(kept_add(kept, &arrival), 0);
	}
	assert_int_equal(kept_rejected_cnt(kept), 5);
	given = finish(&kept);
	assert_int_equal(given->cnt, 5);
	done(&kept, given);
}

/* Nor do they take more memory than they may. */
static void test_budget(void **state)
{
	struct kept *kept = new_kept(0, 0, 1000, 10000);
	struct given *given;

	for (u32 i = 0; i < 1000; i++) {
		struct kept_arrival arrival = { .cycle = new_cycle(1, CYCLE_OVER, i, i) };

		assert_int_equal(kept_add(kept, &arrival), 0);
	}
	assert_true(kept_is_full(kept));
	given = finish(&kept);
	assert_in_range(given->cnt, 20, 60);
	assert_int_equal(given->cnt + kept_rejected_cnt(kept), 1000);
	done(&kept, given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples_are_spread),
		cmocka_unit_test(test_samples_of_respawned_vcpus),
		cmocka_unit_test(test_samples_are_weighted),
		cmocka_unit_test(test_slowest),
		cmocka_unit_test(test_several_reasons),
		cmocka_unit_test(test_too_many_over),
		cmocka_unit_test(test_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
