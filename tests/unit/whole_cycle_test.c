// SPDX-License-Identifier: GPL-2.0
/*
 * Cycles kept whole (user/collect/whole_cycle.h) against the accounting of the same logs:
 * both tell the same story. Here function id XG_ID_FUNCTION + i is the recording's i + 100.
 */
#include "account_fixture.h"

#include <errno.h>

#include "collect/whole_cycle.h"
#include "profile/cycle_spans.h"

#define FUNCTIONS 100
#define SHIFT	  100

static u32 function_of[FUNCTIONS];

static struct whole_cycle_context context_of(const struct xg_vcpu_state *st)
{
	struct whole_cycle_context context = {
		.function_of = function_of,
		.function_cnt = FUNCTIONS,
		.base_n = st->base_n,
		.unix_minus_mono_ns = 1000,
	};

	for (u32 i = 0; i < FUNCTIONS; i++)
		function_of[i] = i + SHIFT;
	for (u32 i = 0; i < XG_BASE_FRAMES; i++)
		context.base_id[i] = st->base_id[i];
	return context;
}

/* The cycle that has just been accounted for; its log must still be there. */
static struct xg_capture header_of(const struct xg_vcpu_state *st, u64 log_n)
{
	return (struct xg_capture){
		.entry_clock_ns = st->entry_clock_ns,
		.end_ns = st->end_ns,
		.latency_ns = st->latency_ns,
		.reason = st->reason,
		.why = XG_KEEP_SAMPLE,
		.depth = st->guest_depth,
		.cpu = 3,
		.log_n = log_n,
	};
}

static void convert(struct fixture *f, u64 log_n, struct cycle *cycle)
{
	struct whole_cycle_context context = context_of(f->st);
	struct xg_capture header = header_of(f->st, log_n);

	*cycle = (struct cycle){ 0 };
	assert_int_equal(whole_cycle_fill(&header, f->st->log, &context, cycle), 0);
}

static void clear(struct cycle *cycle)
{
	free(cycle->base);
	free(cycle->events);
}

/* Account for what was put and convert it, which vm_entry() alone would have cleared. */
static void end_cycle(struct fixture *f, u64 after_ns, u64 probe_ns, struct cycle *cycle)
{
	u64 log_n = f->st->log_n;

	f->clock += after_ns;
	account_cycle(f->st, f->clock);
	convert(f, log_n, cycle);
	f->st->log_n = 0;
	f->clock += probe_ns;
	f->st->entry_clock_ns = f->clock;
}

static void test_events(void **state)
{
	struct fixture *f = *state;
	struct cycle cycle;
	static const struct cycle_event expected[] = {
		{ 100, { F_LOAD - XG_ID_FUNCTION + SHIFT }, CYCLE_ENTRY },
		{ 150, { F_LOAD - XG_ID_FUNCTION + SHIFT }, CYCLE_RETURN },
		{ 1000, { 0 }, CYCLE_EXIT },
		{ 1100, { F_RUN - XG_ID_FUNCTION + SHIFT }, CYCLE_RETURN },
		{ 1200, { F_HANDLE - XG_ID_FUNCTION + SHIFT }, CYCLE_ENTRY },
		{ 1200, { 3 }, CYCLE_OFF_CPU },
		{ 1900, { 5 }, CYCLE_ON_CPU },
		{ 2000, { F_HANDLE - XG_ID_FUNCTION + SHIFT }, CYCLE_RETURN },
		{ 2000, { F_RUN_IOCTL - XG_ID_FUNCTION + SHIFT }, CYCLE_RETURN },
		{ 2500, { 0 }, CYCLE_OFF_CPU },
		{ 2500, { 6 }, CYCLE_ON_CPU },
		{ 2500, { F_RUN_IOCTL - XG_ID_FUNCTION + SHIFT }, CYCLE_ENTRY },
		{ 2600, { F_RUN - XG_ID_FUNCTION + SHIFT }, CYCLE_ENTRY },
	};

	enter(f, F_LOAD, 100);
	leave(f, F_LOAD, 50);
	vm_exit(f, REASON_CPUID, 850, 77);
	leave(f, F_RUN, 100);
	enter(f, F_HANDLE, 100);
	enter(f, XG_ID_OFF_CPU, 0);
	leave(f, XG_ID_OFF_CPU, 700);
	leave(f, XG_ID_OF_CPU(5), 0);
	leave(f, F_HANDLE, 100);
	leave(f, F_RUN_IOCTL, 0);
	/* The thread was moved while in user space; then it comes back where it was. */
	leave(f, XG_ID_OF_CPU(6), 500);
	enter(f, F_RUN_IOCTL, 0);
	enter(f, F_RUN, 100);
	end_cycle(f, 400, 33, &cycle);
	assert_no_loss(f->st);
	assert_int_equal(cycle.event_cnt, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_int_equal(cycle.events[i].ns, expected[i].ns);
		assert_int_equal(cycle.events[i].kind, expected[i].kind);
		if (expected[i].kind != CYCLE_EXIT && expected[i].kind != CYCLE_OFF_CPU)
			assert_int_equal(cycle.events[i].function, expected[i].function);
	}
	assert_int_equal(cycle.guest_ns, 1000);
	assert_int_equal(cycle.duration_ns, 3000);
	assert_int_equal(cycle.latency_ns, 2000);
	assert_int_equal(cycle.cpu, 3);
	assert_int_equal(cycle.base_cnt, 3);
	assert_int_equal(cycle.base[2], F_RUN - XG_ID_FUNCTION + SHIFT);
	assert_int_equal(cycle.started_unix_ns, cycle.started_mono_ns + 1000);
	clear(&cycle);
}

/* Calls and times by (parent, function), as a reader of whole cycles adds them up. */
struct sums {
	u64 calls[FUNCTIONS][FUNCTIONS];
	u64 ns[FUNCTIONS][FUNCTIONS];
};

struct open_call {
	u32 id;
	u64 ns; /* 0 for those open since before */
};

static void add_cycle(struct sums *sums, const struct cycle *cycle)
{
	struct open_call stack[XG_DEPTH];
	u32 depth = 0;

	for (size_t i = 0; i < cycle->base_cnt; i++)
		stack[depth++] = (struct open_call){ .id = cycle->base[i] - SHIFT };
	for (size_t i = 0; i < cycle->event_cnt; i++) {
		const struct cycle_event *event = &cycle->events[i];

		if (i)
			assert_true(event->ns >= event[-1].ns);
		assert_true(event->ns <= cycle->duration_ns);
		if (event->kind == CYCLE_ENTRY) {
			stack[depth++] = (struct open_call){ event->function - SHIFT, event->ns };
		} else if (event->kind == CYCLE_RETURN) {
			struct open_call *call = &stack[--depth];
			u32 parent = depth ? call[-1].id : FUNCTIONS - 1;

			assert_int_equal(call->id, event->function - SHIFT);
			sums->calls[parent][call->id]++;
			sums->ns[parent][call->id] += event->ns - call->ns;
		}
	}
	while (depth--) {
		u32 parent = depth ? stack[depth - 1].id : FUNCTIONS - 1;

		sums->ns[parent][stack[depth].id] += cycle->duration_ns - stack[depth].ns;
	}
}

static void add_state(struct sums *sums, const struct xg_vcpu_state *st)
{
	for (u32 i = 1; i < st->node_n; i++) {
		const struct xg_node *node = &st->nodes[i];
		u32 parent = st->nodes[node->parent].id;

		if (node->id < XG_ID_FUNCTION)
			continue;
		parent = parent < XG_ID_FUNCTION ? FUNCTIONS - 1 : parent - XG_ID_FUNCTION;
		sums->calls[parent][node->id - XG_ID_FUNCTION] += node->calls;
		sums->ns[parent][node->id - XG_ID_FUNCTION] += node->inclusive_ns;
	}
}

static void random_calls(struct fixture *f, int level)
{
	for (u32 n = random_below(4); n && level < 5; n--) {
		u32 id = F_HANDLE + random_below(3);

		enter(f, id, random_below(100));
		/* An interrupted probe: its clock is behind its place. */
		if (!random_below(10))
			f->clock -= random_below(50);
		random_calls(f, level + 1);
		leave(f, id, random_below(100));
	}
}

static void test_random_cycles_add_up_to_the_tree(void **state)
{
	struct sums *whole = calloc(1, sizeof(*whole)), *tree = calloc(1, sizeof(*tree));
	struct fixture *f = *state;
	struct cycle cycle;

	srand(4);
	for (int i = 0; i < 3000; i++) {
		random_calls(f, 2);
		vm_exit(f, random_below(3), random_below(1000), random_below(100));
		leave(f, F_RUN, random_below(100));
		random_calls(f, 1);
		if (!random_below(3)) {
			enter(f, XG_ID_OFF_CPU, random_below(10));
			leave(f, XG_ID_OFF_CPU, random_below(1000));
			leave(f, XG_ID_OF_CPU(random_below(4)), 0);
		}
		if (!random_below(3)) {
			leave(f, F_RUN_IOCTL, random_below(100));
			leave(f, F_VCPU_IOCTL, random_below(100));
			enter(f, F_VCPU_IOCTL, random_below(1000));
			leave(f, XG_ID_OF_CPU(random_below(4)), random_below(10));
			enter(f, F_RUN_IOCTL, random_below(100));
		}
		enter(f, F_RUN, random_below(100));
		end_cycle(f, random_below(100), random_below(200), &cycle);
		assert_int_equal(f->st->bad, 0);
		assert_int_equal(cycle_check(&cycle, FUNCTIONS + SHIFT), 0);
		add_cycle(whole, &cycle);
		clear(&cycle);
	}
	assert_true(f->st->loss[XG_LOSS_INTERRUPTED_PROBE] > 100);
	add_state(tree, f->st);
	assert_memory_equal(whole->calls, tree->calls, sizeof(whole->calls));
	assert_memory_equal(whole->ns, tree->ns, sizeof(whole->ns));
	free(whole);
	free(tree);
}

/* Ids of no function are refused, not looked up. */
static void test_unknown_function(void **state)
{
	struct fixture *f = *state;
	struct whole_cycle_context context = context_of(f->st);
	struct cycle cycle = { 0 };
	struct xg_capture header;

	enter(f, XG_ID_FUNCTION + FUNCTIONS, 1);
	header = header_of(f->st, 1);
	assert_int_equal(whole_cycle_fill(&header, f->st->log, &context, &cycle), -EPROTO);
	clear(&cycle);
	cycle = (struct cycle){ 0 };
	header.log_n = 0;
	header.depth = 4;
	assert_int_equal(whole_cycle_fill(&header, f->st->log, &context, &cycle), -EPROTO);
	clear(&cycle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_events),
		TEST(test_random_cycles_add_up_to_the_tree),
		TEST(test_unknown_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
