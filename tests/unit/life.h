/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of many vCPUs, as the accounting sees it: ten exit reasons, some frequent and some
 * rare, with 60 calls an exit. Most exits of a reason take one path, some another, a few a
 * third; some go to user space; now and then an interrupt comes at one of a few places, and
 * runs calls of its own. Durations scatter, and have a tail.
 *
 * So known paths and replays, nodes, chunks of histograms and guesses occur as in a recording.
 */
#ifndef TESTS_LIFE_H
#define TESTS_LIFE_H

#include "account_fixture.h"

#define LIFE_REASONS	10
#define LIFE_CALLS	60 /* an exit, those of the boundaries' functions included */
#define LIFE_PATHS	3  /* of a reason */
#define LIFE_FUNCTIONS	130
#define LIFE_DEPTH	12
#define LIFE_EVENTS_MAX 160
#define LIFE_INTERRUPTS 4 /* places of a path where one may come */
#define LIFE_EVENT_EXIT 0xffff

struct life_path {
	u32 event_cnt;
	u16 event[LIFE_EVENTS_MAX]; /* codes of records, and where the exit is */
	u16 interrupt_at[LIFE_INTERRUPTS];
};

struct life_reason {
	u64 code;
	bool to_user_space;
	struct life_path path[LIFE_PATHS];
};

/* What all vCPUs have in common. */
struct life {
	struct life_reason reason[LIFE_REASONS];
};

/* Uniform in 0 .. n-1. */
static inline u32 life_random(u64 *seed, u32 n)
{
	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	return (*seed >> 33) % n;
}

static inline void life_event(struct life_path *path, u16 event)
{
	path->event[path->event_cnt++] = event;
}

/* A tree of @call_cnt calls as events, entered and left; @path is its number of the reason's. */
static inline void life_tree(struct life_path *path, u32 call_cnt, u32 number, u64 seed)
{
	u64 variant = seed + number;
	u16 stack[LIFE_DEPTH];
	u32 depth = 0;

	for (u32 i = 0; i < call_cnt || depth;) {
		bool down =
			i < call_cnt && depth < LIFE_DEPTH && (!depth || life_random(&seed, 5) < 3);

		if (!down) {
			life_event(path, XG_CODE_RETURN(stack[--depth]));
			continue;
		}
		stack[depth] = F_LOAD + 1 + life_random(&seed, LIFE_FUNCTIONS - F_LOAD);
		/* The paths of a reason differ in a few calls. */
		if (number && life_random(&variant, 40) == 0)
			stack[depth] = F_LOAD + 1 + life_random(&variant, LIFE_FUNCTIONS - F_LOAD);
		life_event(path, XG_CODE_ENTRY(stack[depth++]));
		i++;
	}
}

static inline void life_path_make(struct life_reason *reason, u32 number, u64 seed)
{
	static const u16 base[] = { F_RUN, F_RUN_IOCTL, F_VCPU_IOCTL };
	struct life_path *path = &reason->path[number];
	u32 base_cnt = reason->to_user_space ? 3 : 1, tree_from;

	life_event(path, XG_CODE_ENTRY(F_LOAD));
	life_event(path, XG_CODE_RETURN(F_LOAD));
	life_event(path, LIFE_EVENT_EXIT);
	life_event(path, XG_CODE_RETURN(F_RUN));
	tree_from = path->event_cnt;
	life_tree(path, LIFE_CALLS - 1 - base_cnt, number, seed);
	for (u32 i = 0; i < LIFE_INTERRUPTS; i++)
		path->interrupt_at[i] =
			tree_from + (path->event_cnt - tree_from) * (i + 1) / (LIFE_INTERRUPTS + 1);
	for (u32 i = 1; i < base_cnt; i++)
		life_event(path, XG_CODE_RETURN(base[i]));
	for (u32 i = base_cnt; i-- > 0;)
		life_event(path, XG_CODE_ENTRY(base[i]));
}

static inline void life_make(struct life *life)
{
	*life = (struct life){ 0 };
	for (u32 i = 0; i < LIFE_REASONS; i++) {
		struct life_reason *reason = &life->reason[i];

		reason->code = 0x60 + i;
		reason->to_user_space = i % 4 == 3;
		for (u32 k = 0; k < LIFE_PATHS; k++)
			life_path_make(reason, k, 1000 * (i + 1));
	}
}

/* Around 100 ns, rarely much more. */
static inline u64 life_ns(u64 *seed)
{
	u64 ns = 50 + life_random(seed, 100);

	if (life_random(seed, 128) == 0)
		ns *= 1 + life_random(seed, 64);
	return ns;
}

static inline void life_interrupt(struct fixture *f, u64 *seed)
{
	static const u16 codes[] = {
		XG_CODE_ENTRY(LIFE_FUNCTIONS + 2),
		XG_CODE_ENTRY(LIFE_FUNCTIONS + 3),
		XG_CODE_RETURN(LIFE_FUNCTIONS + 3),
		XG_CODE_RETURN(LIFE_FUNCTIONS + 2),
	};

	for (u32 i = 0; i < ARRAY_SIZE(codes); i++)
		put(f, codes[i], life_ns(seed));
}

/* Log one cycle of @f, up to its entry boundary. */
static inline void life_log(const struct life *life, struct fixture *f, u64 *seed)
{
	/* Each reason half as often as the one before, down to one of 64. */
	u32 which = __builtin_ctz(life_random(seed, 64) | 64), way = life_random(seed, 100);
	const struct life_reason *reason;
	const struct life_path *path;
	u32 interrupt = 0;

	if (which >= 4)
		which = 4 + life_random(seed, LIFE_REASONS - 4);
	reason = &life->reason[which];
	path = &reason->path[way < 80 ? 0 : way < 97 ? 1 : 2];
	if (life_random(seed, 100) == 0)
		interrupt = path->interrupt_at[life_random(seed, LIFE_INTERRUPTS)];
	for (u32 i = 0; i < path->event_cnt; i++) {
		if (interrupt && i == interrupt)
			life_interrupt(f, seed);
		if (path->event[i] == LIFE_EVENT_EXIT)
			vm_exit(f, reason->code, 1000 + life_ns(seed), 30);
		else
			put(f, path->event[i], life_ns(seed));
	}
}

/* And account for it. */
static inline void life_account(struct fixture *f)
{
	vm_entry(f, 50, 40);
}

#endif
