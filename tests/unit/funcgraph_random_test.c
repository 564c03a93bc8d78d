// SPDX-License-Identifier: GPL-2.0
/*
 * What is exported as function_graph text and imported again is the same: each call below the
 * same one, with the duration as printed, in the thread that made it. With each call a function
 * of its own the importer's sums are single calls, so that nothing can make up for another.
 */
#include "cycle_fixture.h"
#include "import_dump.h"

#include "render/funcgraph.h"

#define BASES 6
#define VCPUS 3

/* What a call must come back as; by its function's number. */
struct expected {
	u32 parent; /* function */
	u32 tid;
	u64 ns;
};

struct sent {
	struct profile *profile;
	struct expected *calls;
	u32 function_cnt;
	u32 cycle_cnt;		 /* with a line of their own */
	u64 base_calls, base_ns; /* of all functions that are open at starts */
};

#define NO_PARENT UINT32_MAX

static u64 printed_ns(u32 options, u64 ns)
{
	return options & FUNCGRAPH_DURATION ? dump_printed_ns(ns) : 0;
}

/* Names are numbers: "f17"; each third function is one of no module. */
static void name_functions(struct recording *r, u32 cnt)
{
	static const char *const modules[] = { "vmlinux", "kvm", "kvm_amd" };
	char name[32];
	u32 index;

	for (u32 i = 0; i < cnt; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		assert_int_equal(recording_add_function(r, name, modules[i % 3], &index), 0);
	}
}

static void expect(struct sent *s, const struct vcpu *vcpu, const struct cycle *cycle, u32 options)
{
	_cleanup_free_ struct cycle_span *spans = NULL;
	u32 path[CYCLE_DEPTH_MAX];
	size_t cnt;

	assert_int_equal(cycle_spans(cycle, &spans, &cnt), 0);
	s->cycle_cnt += cnt > 1 || options & FUNCGRAPH_EVENTS;
	for (size_t i = 0; i < cnt; i++) {
		const struct cycle_span *span = &spans[i];
		u32 depth = span->depth;
		u64 ns = printed_ns(options, span->to_ns - span->from_ns);

		path[depth] = span->kind == SPAN_CALL ? span->function : NO_PARENT;
		if (span->kind != SPAN_CALL)
			continue;
		if (span->function < BASES) {
			s->base_calls++;
			s->base_ns += ns;
			continue;
		}
		s->calls[span->function] =
			(struct expected){ depth ? path[depth - 1] : NO_PARENT, vcpu->tid, ns };
	}
}

static void make(struct sent *s, u64 *seed, u32 options, u32 cycle_cnt)
{
	struct vcpu *vcpus[VCPUS];
	struct recording *r;
	u32 vm;

	*s = (struct sent){ .function_cnt = BASES };
	assert_int_equal(profile_new(&s->profile), 0);
	assert_int_equal(profile_add_recording(s->profile, &r), 0);
	assert_int_equal(recording_add_vm(r, 4711, "a guest", &vm), 0);
	for (u32 i = 0; i < VCPUS; i++) {
		assert_int_equal(recording_add_vcpu(r, vm, i, ISA_SVM, &vcpus[i]), 0);
		vcpus[i]->tid = 4713 + i;
	}
	for (u32 i = 0; i < cycle_cnt; i++) {
		struct cycle_fixture f = {
			.seed = seed,
			.function_cnt = BASES,
			.unique = &s->function_cnt,
			.cpu_cnt = fixture_random(seed) % 3 ? 4 : 200,
			.longest_ns = fixture_random(seed) % 4 ? 10000 : 1000000000000,
		};

		assert_int_equal(vcpu_add_cycle(vcpus[fixture_random(seed) % VCPUS], &f.cycle), 0);
		cycle_fixture_fill(&f, fixture_random(seed) % (BASES + 1),
				   fixture_random(seed) % 120);
	}
	name_functions(r, s->function_cnt);
	s->calls = calloc(s->function_cnt, sizeof(*s->calls));
	assert_non_null(s->calls);
	for (u32 i = 0; i < VCPUS; i++) {
		vcpu_for_each_cycle (cycle, vcpus[i])
			expect(s, vcpus[i], cycle, options);
	}
}

/* The number in a function's name. */
static u32 number_of(const struct recording *r, const struct node *node)
{
	const struct function *function = &r->functions[node->function];
	static const char *const modules[] = { "vmlinux", "kvm", "kvm_amd" };
	u32 number = strtoul(function->name + 1, NULL, 10);

	assert_string_equal(function->module, modules[number % 3]);
	return number;
}

/* Each call comes back once, and nothing else does. */
static void compare(const struct sent *s, const struct recording *r, u32 options)
{
	bool named = options & (FUNCGRAPH_CPU | FUNCGRAPH_PROC);
	u64 calls = 0, base_calls = 0, base_ns = 0;

	recording_for_each_vcpu (vcpu, r) {
		vcpu_for_each_reason (reason, vcpu) {
			u32 depth = 0;

			for (const struct node *n = reason->first_child; n;
			     n = tree_next(n, &depth)) {
				const struct expected *e;
				u32 number;

				if (n->kind != NODE_CALL)
					continue;
				number = number_of(r, n);
				e = &s->calls[number];
				if (number < BASES) {
					base_calls += n->dist.count;
					base_ns += n->dist.total_ns;
					continue;
				}
				calls++;
				assert_int_equal(n->dist.count, 1);
				assert_int_equal(n->dist.total_ns, e->ns);
				assert_int_equal(n->parent ? number_of(r, n->parent) : NO_PARENT,
						 e->parent);
				if (named)
					assert_int_equal(vcpu->tid, e->tid);
			}
		}
	}
	assert_int_equal(calls, s->function_cnt - BASES);
	assert_int_equal(base_calls, s->base_calls);
	assert_int_equal(base_ns, s->base_ns);
}

/* As many exits as cycles, all of their reason, which may be either vendor's as a name alone. */
static void compare_exits(const struct recording *r, u32 options, u64 cycle_cnt)
{
	u64 exits = 0;

	recording_for_each_vcpu (vcpu, r) {
		vcpu_for_each_reason (reason, vcpu) {
			assert_int_equal(reason->code, vcpu->isa == ISA_SVM ? 0x72 : 10);
			assert_true(vcpu->isa == ISA_SVM || !(options & FUNCGRAPH_EVENTS));
			assert_int_equal(reason->cycle_cnt, reason->latency.count);
			assert_true(reason->latency.total_ns <= reason->cycle_ns);
			exits += reason->cycle_cnt;
		}
	}
	assert_int_equal(exits, cycle_cnt);
}

static void assert_no_losses(const struct recording *r, u32 options)
{
	for (int i = 0; i < XG_LOSS_COUNT; i++) {
		if (i == XG_LOSS_CALLS_UNTIMED && !(options & FUNCGRAPH_DURATION))
			continue;
		assert_int_equal(r->losses[i], 0);
	}
}

/* The text of @s, to be freed. */
static char *print(const struct sent *s, u32 options)
{
	const struct selection all = {};
	struct cycle_list list;
	char *text;

	assert_int_equal(cycle_list_fill(&list, s->profile->first, &all, 0), 0);
	text = FIXTURE_PRINTED(funcgraph_write(&list, options, out));
	cycle_list_clear(&list);
	return text;
}

static u32 round_trip(u64 *seed, u32 options, u32 cycle_cnt)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	_cleanup_free_ char *text = NULL;
	struct sent s;
	u32 calls;

	make(&s, seed, options, cycle_cnt);
	text = print(&s, options);
	profile = import_text(text);
	assert_int_equal(profile_recording_cnt(profile), 1);
	assert_no_losses(profile->first, options);
	compare(&s, profile->first, options);
	if (options & FUNCGRAPH_CPU)
		compare_exits(profile->first, options, s.cycle_cnt);
	calls = s.function_cnt - BASES;
	profile_free(&s.profile);
	free(s.calls);
	return calls;
}

/* With no column at all before a call, a line could be anything. */
static bool is_readable(u32 options)
{
	return options & (FUNCGRAPH_DURATION | FUNCGRAPH_CPU | FUNCGRAPH_PROC | FUNCGRAPH_ABSTIME |
			  FUNCGRAPH_RELTIME);
}

static void all_options(void **state)
{
	u32 calls = 0, cycles = 0;
	u64 seed = 77;

	for (u32 options = 0; options < FUNCGRAPH_EVENTS << 1; options++) {
		if (!is_readable(options))
			continue;
		calls += round_trip(&seed, options, 16);
		cycles += 16;
	}
	print_message("%u cycles with %u calls\n", cycles, calls);
}

static void many_seeds(void **state)
{
	for (u64 i = 0; i < 200; i++) {
		u64 seed = 1000 + i;

		round_trip(&seed, FUNCGRAPH_DEFAULT, 1 + i % 20);
	}
}

/* Few functions, called again and again, those among them that have a meaning. */
static void same_functions(void **state)
{
	for (u64 round = 0; round < 60; round++) {
		_cleanup_(profile_free) struct profile *sent = fixture_profile(), *profile = NULL;
		struct recording *r = sent->first;
		struct paths got = {};
		_cleanup_free_ char *text = NULL;
		struct sent s = { .profile = sent };
		u64 seed = round, calls = 0;

		for (u32 i = 0; i < 20; i++) {
			struct cycle *c = cycle_fixture_add(r->first_vcpu, &seed, r->function_cnt,
							    3, 4, 60, 10000);

			for (size_t k = 0; k < c->event_cnt; k++)
				calls += c->events[k].kind == CYCLE_ENTRY;
			calls += c->base_cnt;
		}
		text = print(&s, FUNCGRAPH_DEFAULT | (round % 2 ? FUNCGRAPH_TAIL : 0));
		profile = import_text(text);
		assert_no_losses(profile->first, FUNCGRAPH_DEFAULT);
		paths_add(&got, profile->first, 0);
		for (size_t i = 0; i < got.cnt; i++)
			calls -= got.path[i].calls;
		assert_int_equal(calls, 0);
		paths_clear(&got);
		compare_exits(profile->first, FUNCGRAPH_DEFAULT, 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_options),
		cmocka_unit_test(many_seeds),
		cmocka_unit_test(same_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
