// SPDX-License-Identifier: GPL-2.0
/* The accounting of bpf/account.h, compiled for user space: made-up logs, known results. */
#include "account_fixture.h"

static void test_cycle(void **state)
{
	struct fixture *f = *state;
	struct xg_vcpu_state *st = f->st;

	for (int i = 0; i < 3; i++)
		cpuid_cycle(f);
	assert_no_loss(st);
	assert_sound(st);
	assert_node(&st->nodes[reason_of(st, REASON_CPUID)->root], 3, 9000);
	assert_node(&st->nodes[reason_of(st, REASON_CPUID)->latency], 3, 6000);
	/* Only F_LOAD is called between entry and exit: twice in replays, once on a known path. */
	assert_int_equal(reason_of(st, REASON_CPUID)->guest_calls, 3);
	/* Calls that stay open have their time and no call. */
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL), 0, 9000);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL), 0, 9000);
	/* Both parts of the run function: 1000 + 100 before its return, 400 after its entry. */
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_RUN), 3, 4500);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_RUN, F_LOAD), 3, 150);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_RUN, XG_ID_GUEST), 3, 2850);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE), 3, 3300);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE, F_CPUID), 3, 900);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE, F_SKIP), 3, 1200);
	assert_int_equal(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_RUN)->max_ns, 1100);
}

/* Out to user space and back; other ioctls meanwhile are no user time. */
static void test_userspace(void **state)
{
	struct fixture *f = *state;
	struct xg_vcpu_state *st = f->st;

	vm_exit(f, REASON_IO, 1000, 10);
	leave(f, F_RUN, 10);
	leave(f, F_RUN_IOCTL, 20);
	leave(f, F_VCPU_IOCTL, 30);
	enter(f, F_VCPU_IOCTL, 500); /* KVM_GET_REGS */
	leave(f, F_VCPU_IOCTL, 40);
	enter(f, F_VCPU_IOCTL, 700);
	enter(f, F_RUN_IOCTL, 50);
	enter(f, F_RUN, 60);
	vm_entry(f, 70, 10);
	assert_no_loss(st);
	assert_sound(st);
	assert_node(&st->nodes[reason_of(st, REASON_IO)->latency], 1, 1480);
	assert_node(NODE(st, REASON_IO, XG_ID_USERSPACE), 1, 1200);
	assert_node(NODE(st, REASON_IO, F_VCPU_IOCTL), 2, 1000 + 10 + 20 + 30 + 40 + 50 + 60 + 70);
	assert_node(NODE(st, REASON_IO, F_VCPU_IOCTL, F_RUN_IOCTL), 1, 1000 + 10 + 20 + 60 + 70);
	/* All calls were seen entered by now, so a stray return is a fault. */
	assert_int_equal(st->assumed, 0);
}

static void test_off_cpu(void **state)
{
	struct fixture *f = *state;

	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	enter(f, F_HANDLE, 10);
	enter(f, XG_ID_OFF_CPU, 100);
	leave(f, XG_ID_OFF_CPU, 5000);
	leave(f, F_HANDLE, 100);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_no_loss(f->st);
	assert_node(NODE(f->st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE), 1, 5200);
	assert_node(NODE(f->st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE, XG_ID_OFF_CPU),
		    1, 5000);
}

/* After a bad cycle: nothing of it in the tree, its latency kept, the next one whole. */
static void assert_dropped(struct fixture *f, enum xg_loss loss, u64 cycles_before)
{
	struct xg_vcpu_state *st = f->st;
	struct xg_reason *reason = reason_of(st, REASON_CPUID);

	assert_int_equal(st->loss[loss], 1);
	assert_int_equal(st->nodes[reason->root].calls, cycles_before);
	assert_int_equal(st->nodes[reason->latency].calls, cycles_before + 1);
	assert_sound(st);
	cpuid_cycle(f);
	assert_int_equal(st->loss[loss], 1);
	assert_int_equal(st->nodes[reason->root].calls, cycles_before + 1);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE), cycles_before + 1,
		    1100 * (cycles_before + 1));
}

/* Bring the vCPU to where all open calls were seen entered. */
static void settle(struct fixture *f)
{
	vm_exit(f, REASON_IO, 10, 1);
	leave(f, F_RUN, 1);
	leave(f, F_RUN_IOCTL, 1);
	leave(f, F_VCPU_IOCTL, 1);
	enter(f, F_VCPU_IOCTL, 1);
	enter(f, F_RUN_IOCTL, 1);
	enter(f, F_RUN, 1);
	vm_entry(f, 1, 1);
	cpuid_cycle(f);
	assert_no_loss(f->st);
}

static void test_missing_entry(void **state)
{
	struct fixture *f = *state;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	leave(f, F_HANDLE, 10);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_MISMATCH, 1);
}

static void test_missing_return(void **state)
{
	struct fixture *f = *state;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	enter(f, F_HANDLE, 10);
	enter(f, F_CPUID, 10);
	leave(f, F_HANDLE, 10);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_MISMATCH, 1);
}

/* A call without its return, and no return after it either: seen by the depth at the end. */
static void test_missing_last_return(void **state)
{
	struct fixture *f = *state;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	enter(f, F_HANDLE, 10);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_MISMATCH, 1);
}

static void test_missing_exit_boundary(void **state)
{
	struct fixture *f = *state;

	settle(f);
	leave(f, F_RUN, 10);
	f->st->reason = REASON_CPUID;
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_MISMATCH, 1);
}

/* The recording began while the thread was in KVM_RUN; its outer calls return unseen. */
static void test_begun_inside(void **state)
{
	struct fixture *f = *state;

	cpuid_cycle(f);
	vm_exit(f, REASON_CPUID, 10, 1);
	leave(f, F_RUN, 1);
	enter(f, F_VCPU_IOCTL, 1000);
	enter(f, F_RUN_IOCTL, 1);
	enter(f, F_RUN, 1);
	vm_entry(f, 1, 1);
	assert_dropped(f, XG_LOSS_BEGUN_INSIDE, 1);
}

/* ... or the outermost was attached in time and the one within was not. */
static void test_begun_inside_one(void **state)
{
	struct fixture *f = *state;

	cpuid_cycle(f);
	vm_exit(f, REASON_CPUID, 10, 1);
	leave(f, F_RUN, 1);
	leave(f, F_VCPU_IOCTL, 1);
	enter(f, F_VCPU_IOCTL, 1000);
	enter(f, F_RUN_IOCTL, 1);
	enter(f, F_RUN, 1);
	vm_entry(f, 1, 1);
	assert_dropped(f, XG_LOSS_BEGUN_INSIDE, 1);
}

/* While the thread never leaves KVM_RUN, a call that lost a probe is a loss and no note. */
static void test_mismatch_before_kvm_run_is_left(void **state)
{
	struct fixture *f = *state;
	struct xg_vcpu_state *st = f->st;

	for (int cycle = 0; cycle < 20; cycle++) {
		vm_exit(f, REASON_CPUID, 1000, 10);
		leave(f, F_RUN, 10);
		if (cycle % 4 == 1) { /* without its entry */
			leave(f, F_HANDLE, 10);
		} else if (cycle % 4 == 2) { /* without its return */
			enter(f, F_HANDLE, 10);
		} else {
			enter(f, F_HANDLE, 10);
			leave(f, F_HANDLE, 10);
		}
		enter(f, F_RUN, 10);
		vm_entry(f, 10, 10);
	}
	assert_int_equal(st->nodes[reason_of(st, REASON_CPUID)->latency].calls, 20);
	assert_int_equal(st->nodes[reason_of(st, REASON_CPUID)->root].calls, 10);
	assert_int_equal(st->loss[XG_LOSS_BEGUN_INSIDE], 0);
	assert_int_equal(st->loss[XG_LOSS_MISMATCH], 10);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE), 10, 100);
	assert_sound(st);
}

/*
 * Preempted in the entry probe of F_HANDLE, between its place in the log and its clock: the
 * time off the CPU is nobody's work, and the call began when the probe did.
 */
static void test_interrupted_entry(void **state)
{
	struct fixture *f = *state;
	struct xg_vcpu_state *st = f->st;

	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	enter(f, F_HANDLE, 5000); /* read late */
	f->clock -= 4990;
	enter(f, F_LOAD, 0);
	leave(f, F_LOAD, 40);
	enter(f, XG_ID_OFF_CPU, 10);
	leave(f, XG_ID_OFF_CPU, 4000);
	f->clock += 940;
	leave(f, F_HANDLE, 100);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_sound(st);
	assert_int_equal(st->loss[XG_LOSS_INTERRUPTED_PROBE], 1);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE), 1, 5090);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE, F_LOAD), 1, 40);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE, XG_ID_OFF_CPU), 1,
		    4000);
}

/* Interrupted in the return probe, between its clock and its place: the call ends later. */
static void test_interrupted_return(void **state)
{
	struct fixture *f = *state;
	struct xg_vcpu_state *st = f->st;

	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	enter(f, F_HANDLE, 10);
	enter(f, F_LOAD, 110);
	leave(f, F_LOAD, 40);
	f->clock -= 50;
	leave(f, F_HANDLE, 0); /* read early: at 100 */
	f->clock += 60;
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_sound(st);
	assert_int_equal(st->loss[XG_LOSS_INTERRUPTED_PROBE], 1);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE), 1, 150);
	assert_node(NODE(st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_HANDLE, F_LOAD), 1, 40);
}

static void test_log_full(void **state)
{
	struct fixture *f = *state;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	for (int i = 0; i < XG_LOG_ROOM / 2; i++) {
		enter(f, F_LOAD, 1);
		leave(f, F_LOAD, 1);
	}
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_LOG_FULL, 1);
}

/* A log that is full to the last record, every one a return, leaves no result behind. */
static void test_log_just_full(void **state)
{
	struct fixture *f = *state;
	u64 calls;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	calls = (XG_LOG_ROOM - f->st->log_n - 1) / 2;
	for (u64 i = 0; i < calls; i++) {
		enter(f, F_LOAD, 1);
		leave(f, F_LOAD, 1);
	}
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_no_loss(f->st);
	assert_sound(f->st);
	assert_node(NODE(f->st, REASON_CPUID, F_VCPU_IOCTL, F_RUN_IOCTL, F_LOAD), calls, calls);
}

static void test_too_deep(void **state)
{
	struct fixture *f = *state;

	settle(f);
	vm_exit(f, REASON_CPUID, 1000, 10);
	leave(f, F_RUN, 10);
	for (int i = 0; i < XG_DEPTH; i++)
		enter(f, F_LOAD, 1);
	for (int i = 0; i < XG_DEPTH; i++)
		leave(f, F_LOAD, 1);
	enter(f, F_RUN, 10);
	vm_entry(f, 10, 10);
	assert_dropped(f, XG_LOSS_DEPTH, 1);
}

static void test_nodes_full(void **state)
{
	struct fixture *f = *state;

	settle(f);
	for (int cycle = 0; cycle < 2; cycle++) {
		vm_exit(f, REASON_CPUID, 1000, 10);
		leave(f, F_RUN, 10);
		for (u32 i = 0; i < XG_NODES; i++) {
			enter(f, 100 + i, 1);
			leave(f, 100 + i, 1);
		}
		enter(f, F_RUN, 10);
		vm_entry(f, 10, 10);
		assert_int_equal(f->st->loss[XG_LOSS_NODES_FULL], cycle + 1);
	}
	assert_sound(f->st);
	assert_int_equal(f->st->nodes[reason_of(f->st, REASON_CPUID)->root].calls, 1);
	assert_int_equal(f->st->nodes[reason_of(f->st, REASON_CPUID)->latency].calls, 3);
}

static void test_reasons_full(void **state)
{
	struct fixture *f = *state;
	u64 exits = 0;

	for (u32 i = 0; i < 2 * XG_REASONS; i++) {
		vm_exit(f, 1000 + i, 100, 10);
		leave(f, F_RUN, 10);
		enter(f, F_RUN, 10);
		vm_entry(f, 10, 10);
	}
	assert_sound(f->st);
	for (u32 i = 0; i < XG_REASONS; i++)
		exits += f->st->nodes[f->st->reasons[i].latency].calls;
	assert_int_equal(exits, XG_REASONS);
	assert_int_equal(f->st->loss[XG_LOSS_REASONS_FULL], XG_REASONS);
}

/* Calls and times stay whole when there is no room for another bucket. */
static void test_hist_full(void **state)
{
	struct fixture *f = *state;

	f->st->chunk_n = XG_CHUNKS;
	cpuid_cycle(f);
	assert_true(f->st->loss[XG_LOSS_HIST_FULL] > 0);
	assert_sound(f->st);
	assert_node(&f->st->nodes[reason_of(f->st, REASON_CPUID)->latency], 1, 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cycle),
		TEST(test_userspace),
		TEST(test_off_cpu),
		TEST(test_missing_entry),
		TEST(test_missing_return),
		TEST(test_missing_last_return),
		TEST(test_missing_exit_boundary),
		TEST(test_begun_inside),
		TEST(test_begun_inside_one),
		TEST(test_mismatch_before_kvm_run_is_left),
		TEST(test_interrupted_entry),
		TEST(test_interrupted_return),
		TEST(test_log_full),
		TEST(test_log_just_full),
		TEST(test_too_deep),
		TEST(test_nodes_full),
		TEST(test_reasons_full),
		TEST(test_hist_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
