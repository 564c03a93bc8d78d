// SPDX-License-Identifier: GPL-2.0
/* The model: trees keep their order and their sums, and merge in any grouping alike. */
#include "fixture.h"
#include "profile/text.h"
#include "profile/tree.h"

/* Grow a random tree below @reason by @paths paths, in which every call takes some time. */
static void grow(struct reason *reason, u64 paths, u64 *seed)
{
	for (u64 i = 0; i < paths; i++) {
		u64 depth = 1 + fixture_random(seed) % 6, ns = 1 + fixture_random(seed) % 100000;
		struct node *node = NULL;

		reason->cycle_cnt++;
		reason->cycle_ns += ns + 7;
		dist_add(&reason->latency, ns);
		for (u64 k = 0; k < depth; k++) {
			enum node_kind kind = fixture_random(seed) % NODE_KIND_COUNT;

			assert_int_equal(
				tree_child(reason, node, kind, fixture_random(seed) % 4, &node), 0);
			dist_add(&node->dist, ns);
			ns = ns * 3 / 4;
		}
	}
}

/* The node in @reason's tree at the place where @node is in another tree. */
static struct node *find(const struct reason *reason, const struct node *node)
{
	struct node *first;

	if (node->parent) {
		struct node *parent = find(reason, node->parent);

		first = parent ? parent->first_child : NULL;
	} else {
		first = reason->first_child;
	}
	tree_for_each_child (child, first) {
		if (child->kind == node->kind && child->function == node->function)
			return child;
	}
	return NULL;
}

static size_t node_cnt(const struct reason *reason)
{
	size_t cnt = 0;
	u32 depth = 0;

	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth))
		cnt++;
	return cnt;
}

/* Equal but for the order of siblings, which is that of first occurrence. */
static void assert_same(const struct reason *a, const struct reason *b)
{
	u32 depth = 0;

	assert_int_equal(node_cnt(a), node_cnt(b));
	assert_int_equal(a->cycle_cnt, b->cycle_cnt);
	assert_int_equal(a->cycle_ns, b->cycle_ns);
	assert_true(fixture_same_dist(&a->latency, &b->latency));
	for (const struct node *n = a->first_child; n; n = tree_next(n, &depth)) {
		const struct node *other = find(b, n);

		assert_non_null(other);
		assert_true(fixture_same_dist(&n->dist, &other->dist));
	}
}

/* @cnt of @from added up in order into the reason 1 of @to. */
static struct reason *merge(struct vcpu *to, struct reason *const *from, size_t cnt)
{
	struct reason *sum;

	assert_int_equal(vcpu_add_reason(to, 1, &sum), 0);
	for (size_t i = 0; i < cnt; i++)
		assert_int_equal(reason_merge(sum, from[i]), 0);
	return sum;
}

static void merging_is_associative_and_commutative(void **state)
{
	u64 seed = 5;

	for (int round = 0; round < 20; round++) {
		struct vcpu owner = {}, left = {}, right = {}, ab = {}, bc = {};
		struct reason *r[3], *sums[2];

		for (u64 i = 0; i < 3; i++) {
			assert_int_equal(vcpu_add_reason(&owner, i, &r[i]), 0);
			grow(r[i], 60, &seed);
		}
		sums[0] = merge(&ab, r, 2);
		sums[1] = r[2];
		merge(&left, sums, 2);
		sums[0] = merge(&bc, r + 1, 2);
		sums[1] = r[0];
		merge(&right, sums, 2);
		assert_same(left.first_reason, right.first_reason);
		vcpu_clear(&owner);
		vcpu_clear(&left);
		vcpu_clear(&right);
		vcpu_clear(&ab);
		vcpu_clear(&bc);
		assert_null(owner.first_reason);
	}
}

static void self_is_inclusive_less_children(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	struct recording *recording = profile->first;

	recording_for_each_vcpu (vcpu, recording) {
		vcpu_for_each_reason (reason, vcpu) {
			s64 sum_ns = reason_self_ns(reason);
			u32 depth = 0;

			assert_true(sum_ns > 0);
			for (struct node *n = reason->first_child; n; n = tree_next(n, &depth)) {
				s64 self_ns = (s64)n->dist.total_ns;

				tree_for_each_child (child, n->first_child)
					self_ns -= (s64)child->dist.total_ns;
				assert_int_equal(node_self_ns(n), self_ns);
				assert_true(self_ns >= 0);
				sum_ns += self_ns;
			}
			/* Every nanosecond of the cycles is somewhere, once. */
			assert_int_equal(sum_ns, reason->cycle_ns);
		}
	}
}

static void walks_go_parents_first_in_order(void **state)
{
	struct vcpu vcpu = {};
	struct node *a, *b, *c, *d;
	struct reason *reason;
	u32 depth = 0;

	assert_int_equal(vcpu_add_reason(&vcpu, 7, &reason), 0);
	assert_int_equal(tree_child(reason, NULL, NODE_CALL, 9, &a), 0);
	assert_int_equal(tree_child(reason, a, NODE_CALL, 3, &b), 0);
	assert_int_equal(tree_child(reason, b, NODE_GUEST, 0, &c), 0);
	assert_int_equal(tree_child(reason, NULL, NODE_USERSPACE, 0, &d), 0);
	/* The function of a pseudo call means nothing. */
	assert_int_equal(tree_child(reason, NULL, NODE_USERSPACE, 5, &d), 0);
	assert_ptr_equal(a->next_sibling, d);
	assert_ptr_equal(tree_next(a, &depth), b);
	assert_int_equal(depth, 1);
	assert_ptr_equal(tree_next(b, &depth), c);
	assert_int_equal(depth, 2);
	assert_ptr_equal(tree_next(c, &depth), d);
	assert_int_equal(depth, 0);
	assert_null(tree_next(d, &depth));
	depth = 1;
	assert_ptr_equal(tree_next_outside(b, &depth), d);
	assert_int_equal(depth, 0);
	vcpu_clear(&vcpu);
}

static void elements_stay_where_they_are(void **state)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	struct reason *reason, *again;
	struct recording *r, *second;
	struct vcpu *vcpu;
	u32 index;

	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(profile_add_recording(profile, &r), 0);
	assert_int_equal(profile_add_recording(profile, &second), 0);
	assert_int_equal(profile_recording_cnt(profile), 2);
	assert_ptr_equal(profile_recording(profile, 1), r);
	assert_ptr_equal(profile_recording(profile, 2), second);
	assert_null(profile_recording(profile, 3));
	assert_null(profile_recording(profile, 0));
	assert_string_equal(r->title, "");
	for (u32 i = 0; i < 100; i++) {
		assert_int_equal(recording_add_vm(r, i, "vm", &index), 0);
		assert_int_equal(index, i);
		assert_int_equal(recording_add_function(r, "f", "kvm", &index), 0);
		assert_int_equal(index, i);
	}
	assert_int_equal(recording_add_vcpu(r, 1, 0, ISA_VMX, &vcpu), 0);
	assert_int_equal(vcpu_add_reason(vcpu, 10, &reason), 0);
	assert_int_equal(vcpu_add_reason(vcpu, 12, &again), 0);
	assert_int_equal(vcpu_add_reason(vcpu, 10, &again), 0);
	assert_ptr_equal(reason, again);
}

/* A VM's owner chooses its name: no escape sequence of it may reach a terminal. */
static void names_are_made_safe(void **state)
{
	static const char *const cases[][2] = {
		{ "db-1 \"x\"", "db-1 \"x\"" },
		{ "\033[31mred\007\n", "?[31mred??" },
		{ "h\xc3\xa9llo \xe2\x94\x9c \xf0\x9f\x98\x80",
		  "h\xc3\xa9llo \xe2\x94\x9c \xf0\x9f\x98\x80" },
		{ "\xc3", "?" },
		{ "\xe2\x94", "??" },
		{ "a\xc0\xaf z", "a?? z" },
		{ "\xed\xa0\x80", "???" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xc2\x9b"
		  "31m",
		  "??31m" },
		{ "\x7f", "?" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *clean = text_clean(cases[i][0]);

		assert_string_equal(clean, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merging_is_associative_and_commutative),
		cmocka_unit_test(self_is_inclusive_less_children),
		cmocka_unit_test(walks_go_parents_first_in_order),
		cmocka_unit_test(elements_stay_where_they_are),
		cmocka_unit_test(names_are_made_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
