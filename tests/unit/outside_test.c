// SPDX-License-Identifier: GPL-2.0
/* Functions outside of KVM: what may be named, what is denied, on a made-up kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "target/deny.h"
#include "target/host.h"
#include "target/outside.h"
#include "util/cleanup.h"

static const char kallsyms_text[] = "ffff T eventfd_signal\n"
				    "ffff T eventfd_signal_mask\n"
				    "ffff T __pfx_eventfd_signal\n"
				    "ffff T try_to_wake_up\n"
				    "ffff T update_rq_clock\n"
				    "ffff T ktime_get\n"
				    "ffff T ktime_get_raw\n"
				    "ffff T shared_name\n"
				    "ffff t finish.isra.0\n"
				    "ffff t vhost_poll_queue\t[vhost]\n"
				    "ffff t shared_name\t[vhost]\n"
				    "ffff t kvm_cpuid\t[kvm]\n"
				    "ffff t svm_vcpu_run\t[kvm_amd]\n";

static const char sites_text[] = "eventfd_signal\neventfd_signal_mask\ntry_to_wake_up\n"
				 "update_rq_clock\nktime_get\nktime_get_raw\nshared_name\n"
				 "finish.isra.0\nvhost_poll_queue [vhost]\nshared_name [vhost]\n"
				 "kvm_cpuid [kvm]\nsvm_vcpu_run [kvm_amd]\n";

struct kernel {
	struct btf *vmlinux, *vhost;
	struct kallsyms *kallsyms;
	struct sites *sites;
};

static void add_function(struct btf *btf, const char *name)
{
	int proto = btf__add_func_proto(btf, 0);

	assert_true(proto > 0);
	assert_true(btf__add_func(btf, name, BTF_FUNC_STATIC, proto) > 0);
}

static int make_kernel(void **state)
{
	static const char *const functions[] = { "eventfd_signal", "eventfd_signal_mask",
						 "try_to_wake_up", "update_rq_clock",
						 "ktime_get",	   "ktime_get_raw",
						 "shared_name",	   "finish" };
	static const char *const modules[] = { "vmlinux", "vhost", "kvm", "kvm_amd" };
	_cleanup_fclose_ FILE *symbols =
		fmemopen((void *)kallsyms_text, strlen(kallsyms_text), "r");
	_cleanup_fclose_ FILE *sites = fmemopen((void *)sites_text, strlen(sites_text), "r");
	struct kernel *k = calloc(1, sizeof(*k));

	assert_non_null(k);
	k->vmlinux = btf__new_empty();
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		add_function(k->vmlinux, functions[i]);
	k->vhost = btf__new_empty_split(k->vmlinux);
	add_function(k->vhost, "vhost_poll_queue");
	add_function(k->vhost, "shared_name");
	assert_int_equal(kallsyms_read(symbols, NULL, 0, &k->kallsyms), 0);
	assert_int_equal(sites_read(sites, modules, ARRAY_SIZE(modules), &k->sites), 0);
	*state = k;
	return 0;
}

static int free_kernel(void **state)
{
	struct kernel *k = *state;

	btf__free(k->vhost);
	btf__free(k->vmlinux);
	kallsyms_free(&k->kallsyms);
	sites_free(&k->sites);
	free(k);
	return 0;
}

/* The functions that @text means, judged. 0 or -errno. */
static int open_outside(const struct kernel *k, const char *text, struct target_rules *rules,
			struct target_host **out)
{
	struct btf *btf[4] = { NULL };
	struct target_sources sources = {
		.kallsyms = k->kallsyms,
		.sites = k->sites,
		.btf = btf,
		.max_args = 6,
		.only = rules,
	};
	int r;

	assert_int_equal(target_rules_add(rules, text, false), 0);
	r = target_outside_new(k->kallsyms, rules, out);
	if (r)
		return r;
	assert_true((*out)->module_cnt <= ARRAY_SIZE(btf));
	for (size_t i = 0; i < (*out)->module_cnt; i++)
		btf[i] = strcmp((*out)->modules[i], "vmlinux") ? k->vhost : k->vmlinux;
	return target_judge(*out, &sources);
}

/* What --also @text selects, space-separated; "" is an error. */
static void expect(void *kernel, const char *text, const char *wanted)
{
	_cleanup_(target_host_free) struct target_host *outside = NULL;
	struct target_selection selection = { 0 };
	struct target_rules rules = { 0 };
	char names[256] = "";
	int r = open_outside(kernel, text, &rules, &outside);

	if (!r)
		r = target_outside_select(outside, &rules, &selection);
	for (size_t i = 0; i < selection.cnt; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", i ? " " : "",
			 selection.v[i]->name);
	assert_int_equal(r, *wanted ? 0 : -EINVAL);
	assert_string_equal(names, wanted);
	target_selection_free(&selection);
	target_rules_free(&rules);
}

static void names_and_globs_mean_functions_of_any_module(void **state)
{
	expect(*state, "eventfd_signal,try_to_wake_up", "eventfd_signal try_to_wake_up");
	expect(*state, "eventfd_*", "eventfd_signal eventfd_signal_mask");
	expect(*state, "vmlinux:try_*,vhost:*", "try_to_wake_up vhost_poll_queue");
	expect(*state, "vhost_poll_queue,vhost_*", "vhost_poll_queue");
}

static void each_rule_must_leave_something(void **state)
{
	expect(*state, "nosuch", "");
	expect(*state, "no*such", "");
	expect(*state, "eventfd_signal,nosuch", "");
	expect(*state, "eventfd_sig", "");
	expect(*state, "vhost:eventfd_signal", "");
	expect(*state, "default", "");
}

/* What is said of a name that is none, by a kernel with these symbols. */
static void expect_guess(const char *symbols, const char *name, const char *wanted)
{
	_cleanup_fclose_ FILE *f = fmemopen((void *)symbols, strlen(symbols), "r");
	_cleanup_(kallsyms_free) struct kallsyms *kallsyms = NULL;
	struct target_host *outside = NULL;
	struct target_rules rules = { 0 };
	struct fixture_stderr caught;
	char line[2048];
	int r;

	assert_int_equal(kallsyms_read(f, NULL, 0, &kallsyms), 0);
	assert_int_equal(target_rules_add(&rules, name, false), 0);
	caught = fixture_catch_stderr();
	r = target_outside_new(kallsyms, &rules, &outside);
	assert_int_equal(fixture_release_stderr(&caught, line), 1);
	assert_int_equal(r, -EINVAL);
	if (!strstr(line, wanted))
		fail_msg("'%s' is not in '%s'", wanted, line);
	target_rules_free(&rules);
}

static void the_next_longer_name_is_guessed(void **state)
{
	/* The shortest, wherever it stands, and whatever follows the name. */
	expect_guess("ffff T wake_up_q_all\nffff T wake_up_q\nffff T wake_up_q_any\n", "wake_up",
		     "'wake_up' (but wake_up_q)");
	expect_guess("ffff T eventfd_signal_mask\nffff T eventfd_signals\n", "eventfd_signal",
		     "(but eventfd_signals)");
	expect_guess("ffff T ktime_getter\nffff T kti\n", "ktime_get", "(but ktime_getter)");
	/* One that could not be named either is no help. */
	expect_guess("ffff T kvm_cpuid\t[kvm]\nffff T kvm_cpuid_all\n", "kvm_cpu",
		     "(but kvm_cpuid_all)");
	expect_guess("ffff T wake_up_q\n", "wake_down", "it may be inlined");
}

static void what_is_denied_or_ambiguous_is_refused(void **state)
{
	expect(*state, "update_rq_clock", "");
	expect(*state, "ktime_get*", "");
	expect(*state, "eventfd_signal,ktime_get*", "");
	expect(*state, "shared_name", "");
	expect(*state, "vhost:shared_name", "");
	expect(*state, "finish", "");
	/* A glob takes what is left of it. */
	expect(*state, "*t*", "eventfd_signal eventfd_signal_mask try_to_wake_up vhost_poll_queue");
}

static void kvms_own_functions_are_not_outside(void **state)
{
	expect(*state, "kvm_cpuid", "");
	expect(*state, "svm_*", "");
	expect(*state, "kvm:*", "");
}

static void the_verdicts_are_those_of_kvms_functions(void **state)
{
	_cleanup_(target_host_free) struct target_host *outside = NULL;
	struct target_rules rules = { 0 };
	const struct target_function *f;

	assert_int_equal(open_outside(*state, "*", &rules, &outside), 0);
	f = target_host_find(outside, "try_to_wake_up");
	assert_int_equal(f->verdict, TARGET_OK);
	assert_string_equal(f->module, "vmlinux");
	assert_true(f->doubtful); /* the kernel is asked before it is attached */
	assert_false(f->is_default);
	assert_int_equal(target_host_find(outside, "update_rq_clock")->verdict, TARGET_DENIED);
	assert_int_equal(target_host_find(outside, "shared_name")->verdict, TARGET_NOT_UNIQUE);
	assert_int_equal(target_host_find(outside, "finish.isra.0")->verdict, TARGET_CLONE);
	assert_null(target_host_find(outside, "__pfx_eventfd_signal"));
	assert_null(target_host_find(outside, "kvm_cpuid"));
	target_rules_free(&rules);
}

static void more_than_a_host_can_bear_is_refused(void **state)
{
	_cleanup_free_ char *text = malloc((TARGET_OUTSIDE_MAX + 1) * 32);
	_cleanup_(kallsyms_free) struct kallsyms *kallsyms = NULL;
	_cleanup_fclose_ FILE *f = NULL;
	struct target_rules rules = { 0 };
	struct target_host *outside = NULL;
	size_t len = 0;

	assert_non_null(text);
	for (int i = 0; i <= TARGET_OUTSIDE_MAX; i++)
		len += sprintf(text + len, "ffff t f%d\n", i);
	f = fmemopen(text, len, "r");
	assert_int_equal(kallsyms_read(f, NULL, 0, &kallsyms), 0);
	assert_int_equal(target_rules_add(&rules, "*", false), 0);
	assert_int_equal(target_outside_new(kallsyms, &rules, &outside), -EINVAL);
	assert_null(outside);
	target_rules_free(&rules);
	assert_int_equal(target_rules_add(&rules, "f1*", false), 0);
	assert_int_equal(target_outside_new(kallsyms, &rules, &outside), 0);
	target_host_free(&outside);
	target_rules_free(&rules);
}

static void the_dangerous_are_denied(void **state)
{
	static const char *const dangerous[] = {
		"bpf_ktime_get_ns",
		"__bpf_prog_enter_recur",
		"bpf_task_storage_get",
		"bpf_local_storage_update",
		"lookup_nulls_elem_raw",
		"htab_map_lookup_elem",
		"copy_from_kernel_nofault",
		"ktime_get_mono_fast_ns",
		"timekeeping_advance",
		"read_tsc",
		"sched_clock_cpu",
		"rcu_read_unlock_special",
		"__rcu_read_lock",
		"call_rcu",
		"__srcu_read_lock",
		"_raw_spin_lock_irqsave",
		"queued_spin_lock_slowpath",
		"migrate_disable",
		"preempt_schedule_irq",
		"ftrace_ops_list_func",
		"trace_call_bpf",
		"ring_buffer_lock_reserve",
		"kprobe_ftrace_handler",
		"arch_unoptimize_kprobe",
		"text_poke_bp_batch",
		"multi_cpu_stop",
		"default_do_nmi",
		"perf_event_overflow",
		"x86_pmu_handle_irq",
		"watchdog_overflow_callback",
		"do_machine_check",
		"vpanic",
		"vprintk_emit",
		"do_syscall_64",
		"exc_page_fault",
		"fixup_exception",
		"do_user_addr_fault",
		"enqueue_task_fair",
		"update_rq_clock",
		"ttwu_do_activate",
		"pick_next_task_fair",
		"update_curr",
		"psi_task_change",
		"finish_task_switch.isra.0",
		"__schedule",
		"__switch_to",
		"switch_mm_irqs_off",
		"cpuidle_enter_state",
		"cpuhp_invoke_callback",
		"do_exit",
		"do_group_exit",
		"__x64_sys_ioctl",
		"x64_sys_call",
		"unwind_next_frame",
		"__stack_chk_fail",
		"kvm_guest_state",
		"__traceiter_sched_switch",
		"notifier_call_chain",
	};

	for (size_t i = 0; i < ARRAY_SIZE(dangerous); i++) {
		if (!deny_find_outside(dangerous[i]))
			fail_msg("%s is not denied", dangerous[i]);
	}
}

/*
 * What calls do_exit(), do_group_exit() or kthread_exit(), by the calls in the code of Linux
 * 7.2, up to the third caller; and by name what 6.1 and modules have. Most of these are not
 * noreturn in the kernel, so it takes a probe of their return.
 */
static void what_may_never_return_is_denied(void **state)
{
	static const char *const leaving[] = {
		"do_exit",
		"do_group_exit",
		"make_task_dead",
		"do_task_dead",
		"kthread_exit",
		"kthread_do_exit",
		"kthread_complete_and_exit",
		"__module_put_and_kthread_exit",
		"get_signal",
		"arch_do_signal_or_restart",
		"__seccomp_filter",
		"__secure_computing",
		"__x64_sys_exit",
		"__ia32_sys_exit_group",
		"__do_sys_reboot",
		"reboot_pid_ns",
		"rewind_stack_and_make_dead",
		"call_usermodehelper_exec_async",
		"cryptomgr_probe",
		"cryptomgr_test",
		"exit_to_user_mode_loop",
		"__do_fast_syscall_32",
		"do_int80_emulation",
		"ia32_sys_call",
		"__emulate_vsyscall.part.0",
		"oops_end",
		"page_fault_oops",
		"die_addr",
		"kthread",
		"kthreadd",
		"worker_thread",
		"rescuer_thread",
		"irq_thread",
		"smpboot_thread_fn",
		"kthread_worker_fn",
		"rcu_gp_kthread",
		"io_sq_thread",
		"io_sqd_handle_event",
		"io_wq_worker",
		"io_wqe_worker",
		"vhost_task_fn",
		"vhost_worker",
		"kswapd",
		"kcompactd",
		"khugepaged",
		"kauditd_thread",
		"compress_threadfn",
		"napi_threaded_poll",
		"cifs_demultiplex_thread",
		"usb_stor_control_thread",
		"nfs4_callback_svc",
	};

	for (size_t i = 0; i < ARRAY_SIZE(leaving); i++) {
		if (!deny_find_outside(leaving[i]))
			fail_msg("%s is not denied", leaving[i]);
	}
}

/* What people trace to explain an exit, and what is known to bear it. */
static void the_useful_are_not_denied(void **state)
{
	static const char *const useful[] = {
		"eventfd_signal",
		"eventfd_signal_mask",
		"try_to_wake_up",
		"wake_up_process",
		"__wake_up_common",
		"ep_poll_callback",
		"schedule",
		"mutex_lock",
		"rcuwait_wake_up",
		"handle_mm_fault",
		"hrtimer_start_range_ns",
		"smp_call_function_many_cond",
		"fpu_swap_kvm_fpstate",
		"get_user_pages_unlocked",
		"vhost_poll_wakeup",
		"__do_softirq",
		"irqfd_wakeup",
		"irq_wake_thread",
		"__irq_wake_thread",
		"kthread_queue_work",
		"queue_work_on",
		"vhost_work_queue",
		"send_signal_locked",
		"signal_wake_up_state",
		"fuse_dev_do_write",
	};

	for (size_t i = 0; i < ARRAY_SIZE(useful); i++) {
		if (deny_find_outside(useful[i]))
			fail_msg("%s is denied: %s", useful[i],
				 deny_find_outside(useful[i])->reason);
	}
}

static void every_rule_has_a_reason_and_is_there_once(void **state)
{
	const struct deny_entry *entries;
	size_t cnt;

	entries = deny_table_outside(&cnt);
	assert_true(cnt > 100);
	for (size_t i = 0; i < cnt; i++) {
		assert_int_equal(entries[i].verdict, TARGET_DENIED);
		assert_true(strlen(entries[i].reason) > 10);
		for (size_t j = 0; j < i; j++) {
			if (!strcmp(entries[i].pattern, entries[j].pattern))
				fail_msg("%s is there twice", entries[i].pattern);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_globs_mean_functions_of_any_module),
		cmocka_unit_test(each_rule_must_leave_something),
		cmocka_unit_test(the_next_longer_name_is_guessed),
		cmocka_unit_test(what_is_denied_or_ambiguous_is_refused),
		cmocka_unit_test(kvms_own_functions_are_not_outside),
		cmocka_unit_test(the_verdicts_are_those_of_kvms_functions),
		cmocka_unit_test(more_than_a_host_can_bear_is_refused),
		cmocka_unit_test(the_dangerous_are_denied),
		cmocka_unit_test(what_may_never_return_is_denied),
		cmocka_unit_test(the_useful_are_not_denied),
		cmocka_unit_test(every_rule_has_a_reason_and_is_there_once),
	};

	return cmocka_run_group_tests_name("outside", tests, make_kernel, free_kernel);
}
