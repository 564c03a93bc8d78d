/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random cycles as a recording could have them: within KVM_RUN, through the guest, deep calls,
 * out to user space and back, off the CPU and on another one. Never twice the same.
 */
#ifndef EXITGRAPH_TESTS_CYCLE_FIXTURE_H
#define EXITGRAPH_TESTS_CYCLE_FIXTURE_H

#include "fixture.h"

#include "profile/cycle_spans.h"

#define CYCLE_FIXTURE_DEPTH 60

struct cycle_fixture {
	u64 *seed;
	struct cycle *cycle;
	size_t room;
	u64 clock_ns;
	u64 longest_ns; /* of the time between two events */
	u32 function_cnt;
	u32 *unique; /* if not NULL: the next call's function, each call its own */
	u32 cpu_cnt;
	u32 stack[CYCLE_FIXTURE_DEPTH + 8];
	u32 depth;
};

static inline u32 cycle_pick(struct cycle_fixture *f, u32 limit)
{
	return fixture_random(f->seed) % limit;
}

/* From 0 to the longest, all magnitudes alike. */
static inline u64 cycle_pause(struct cycle_fixture *f)
{
	u64 ns = fixture_random(f->seed) >> cycle_pick(f, 64);

	return cycle_pick(f, 8) ? ns % (f->longest_ns / 16 + 1) : ns % (f->longest_ns + 1);
}

static inline void cycle_event(struct cycle_fixture *f, enum cycle_event_kind kind, u32 what)
{
	struct cycle *c = f->cycle;

	if (c->event_cnt == f->room) {
		f->room = f->room ? 2 * f->room : 64;
		c->events = reallocarray(c->events, f->room, sizeof(*c->events));
		assert_non_null(c->events);
	}
	f->clock_ns += cycle_pause(f);
	c->events[c->event_cnt++] =
		(struct cycle_event){ .ns = f->clock_ns, .kind = kind, .function = what };
}

static inline void cycle_enter(struct cycle_fixture *f, u32 function)
{
	f->stack[f->depth++] = function;
	cycle_event(f, CYCLE_ENTRY, function);
}

static inline void cycle_leave(struct cycle_fixture *f)
{
	cycle_event(f, CYCLE_RETURN, f->stack[--f->depth]);
}

/* Some calls at this depth, with calls in them. */
static inline void cycle_calls(struct cycle_fixture *f, u32 budget)
{
	u32 base = f->depth;

	for (u32 i = 0; i < budget; i++) {
		if (f->depth > base && cycle_pick(f, 2)) {
			cycle_leave(f);
		} else if (f->depth < CYCLE_FIXTURE_DEPTH && cycle_pick(f, 12)) {
			cycle_enter(f, f->unique ? (*f->unique)++ : cycle_pick(f, f->function_cnt));
		} else if (!cycle_pick(f, 3)) {
			cycle_event(f, CYCLE_OFF_CPU, 0);
			cycle_event(f, CYCLE_ON_CPU, cycle_pick(f, f->cpu_cnt));
		}
	}
	while (f->depth > base)
		cycle_leave(f);
}

static inline void cycle_fixture_fill(struct cycle_fixture *f, u32 base_cnt, u32 budget)
{
	struct cycle *c = f->cycle;

	c->code = 0x72;
	c->why = fixture_random(f->seed) % 8;
	c->known = fixture_random(f->seed) % 32;
	c->started_unix_ns = 1790000000123456789 + fixture_random(f->seed) % 1000000000000;
	c->started_mono_ns = fixture_random(f->seed) >> 10;
	c->rip = c->known & CYCLE_KNOWN_RIP ? fixture_random(f->seed) : 0;
	c->next_rip = c->known & CYCLE_KNOWN_NEXT_RIP ? fixture_random(f->seed) : 0;
	c->info1 = c->known & CYCLE_KNOWN_INFO1 ? fixture_random(f->seed) : 0;
	c->info2 = c->known & CYCLE_KNOWN_INFO2 ? fixture_random(f->seed) : 0;
	c->intr_info = c->known & CYCLE_KNOWN_INTR_INFO ? fixture_random(f->seed) : 0;
	c->cpu = cycle_pick(f, f->cpu_cnt);
	c->base_cnt = base_cnt;
	c->base = calloc(base_cnt + 1, sizeof(*c->base));
	assert_non_null(c->base);
	for (u32 i = 0; i < base_cnt; i++)
		f->stack[f->depth++] = c->base[i] = i % f->function_cnt;
	if (cycle_pick(f, 2))
		cycle_calls(f, budget / 4); /* before the guest */
	cycle_event(f, CYCLE_EXIT, 0);
	c->guest_ns = f->clock_ns;
	cycle_calls(f, budget);
	/* Out, to user space as a rule, and in again. */
	if (base_cnt) {
		u32 out = cycle_pick(f, base_cnt + 1);

		for (u32 i = 0; i < out; i++)
			cycle_leave(f);
		cycle_calls(f, budget / 4);
		for (u32 i = base_cnt - out; i < base_cnt; i++)
			cycle_enter(f, c->base[i]);
	}
	cycle_calls(f, budget / 4);
	c->duration_ns = f->clock_ns + cycle_pause(f);
	c->latency_ns = c->duration_ns - c->guest_ns;
}

/* Add a random one to @vcpu, its functions below @function_cnt. */
static inline struct cycle *cycle_fixture_add(struct vcpu *vcpu, u64 *seed, u32 function_cnt,
					      u32 cpu_cnt, u32 base_cnt, u32 budget, u64 longest_ns)
{
	struct cycle_fixture f = {
		.seed = seed,
		.function_cnt = function_cnt,
		.cpu_cnt = cpu_cnt,
		.longest_ns = longest_ns,
	};

	assert_int_equal(vcpu_add_cycle(vcpu, &f.cycle), 0);
	cycle_fixture_fill(&f, base_cnt, budget);
	return f.cycle;
}

#endif
