/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A made-up profile that looks like a real one: two VMs, three vCPUs, trees like those of a
 * real cpuid, port I/O and halt exit, with durations that scatter and have a tail. The same
 * at every run. Static, because the Makefile links each test from one file.
 */
#ifndef EXITGRAPH_TESTS_FIXTURE_H
#define EXITGRAPH_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "profile/profile.h"
#include "util/cleanup.h"

/* Uniform in 0 .. 2^64-1 (splitmix64). */
static inline u64 fixture_random(u64 *seed)
{
	u64 x = *seed += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static inline bool fixture_same_dist(const struct dist *a, const struct dist *b)
{
	if (a->count != b->count || a->total_ns != b->total_ns || a->min_ns != b->min_ns ||
	    a->max_ns != b->max_ns)
		return false;
	for (u32 i = 0; i < XG_HIST_BUCKETS; i++) {
		if (hist_count(&a->hist, i) != hist_count(&b->hist, i))
			return false;
	}
	return true;
}

/* As measured by two mechanisms; a third could not be. */
static inline void fixture_calibration(struct calibration *calibration)
{
	static const struct calibration_row rows[] = {
		{ "fentry+fexit", 6, { 41.5, 2, 1.25 }, { 75.125, 3, 1.5 }, 8192 },
		{ "fentry+fexit", 1, { 40.25, 2, 0.75 }, { 71.75, 3, 1 }, 8192 },
		{ "kprobe.session", 2, { 99.5, 8, 2 }, { 160, 11, 2.5 }, 2048 },
	};

	calibration->measured_unix_ns = 1795283091000000000;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(calibration_add(calibration, &rows[i]), 0);
	strcpy(calibration->why_not, "kprobe+kretprobe: cannot measure: no data");
}

/* A call of a cycle: at @depth below the one before, @times in a cycle (or in one of 1/times). */
struct fixture_call {
	u32 depth;
	enum node_kind kind;
	const char *name, *module;
	u64 self_ns;
	double times;
};

#define CALL(depth, name, module, self_ns)                 \
	{                                                  \
		depth, NODE_CALL, name, module, self_ns, 1 \
	}
#define PSEUDO(depth, kind, self_ns)                \
	{                                           \
		depth, kind, NULL, NULL, self_ns, 1 \
	}

static const struct fixture_call fixture_cpuid[] = {
	CALL(0, "vcpu_run", "kvm", 310),
	CALL(1, "svm_prepare_switch_to_guest", "kvm_amd", 80),
	CALL(1, "kvm_lapic_get_cr8", "kvm", 75),
	CALL(1, "svm_vcpu_run", "kvm_amd", 640),
	CALL(2, "kvm_load_guest_xsave_state", "kvm", 90),
	CALL(2, "kvm_wait_lapic_expire", "kvm", 80),
	PSEUDO(2, NODE_GUEST, 1040),
	CALL(2, "kvm_load_host_xsave_state", "kvm", 80),
	CALL(2, "kvm_set_cr8", "kvm", 110),
	CALL(3, "kvm_lapic_set_tpr", "kvm", 90),
	CALL(4, "apic_update_ppr", "kvm", 95),
	CALL(5, "__apic_update_ppr", "kvm", 80),
	CALL(1, "svm_handle_exit_irqoff", "kvm_amd", 80),
	CALL(1, "svm_handle_exit", "kvm_amd", 220),
	CALL(2, "svm_complete_interrupts", "kvm_amd", 90),
	CALL(2, "kvm_emulate_cpuid", "kvm", 240),
	CALL(3, "kvm_cpuid", "kvm", 100),
	CALL(3, "kvm_skip_emulated_instruction", "kvm", 150),
	CALL(4, "svm_get_rflags", "kvm_amd", 85),
	CALL(4, "svm_skip_emulated_instruction", "kvm_amd", 95),
};

static const struct fixture_call fixture_pio[] = {
	CALL(0, "vcpu_run", "kvm", 330),
	CALL(1, "svm_vcpu_run", "kvm_amd", 700),
	PSEUDO(2, NODE_GUEST, 900),
	CALL(1, "svm_handle_exit", "kvm_amd", 200),
	CALL(2, "io_interception", "kvm_amd", 120),
	CALL(3, "kvm_fast_pio", "kvm", 180),
	CALL(4, "emulator_pio_out", "kvm", 160),
	{ 5, NODE_CALL, "kvm_io_bus_sort_cmp", "kvm", 85, 3 },
	CALL(4, "eventfd_signal", "vmlinux", 300),
	PSEUDO(0, NODE_USERSPACE, 8200),
	{ 0, NODE_CALL, "kvm_arch_vcpu_load", "kvm", 600, 0.02 },
};

static const struct fixture_call fixture_hlt[] = {
	CALL(0, "vcpu_run", "kvm", 420),
	CALL(1, "svm_vcpu_run", "kvm_amd", 660),
	PSEUDO(2, NODE_GUEST, 30000),
	CALL(1, "svm_handle_exit", "kvm_amd", 210),
	CALL(2, "kvm_emulate_halt", "kvm", 250),
	CALL(1, "kvm_vcpu_halt", "kvm", 800),
	CALL(2, "kvm_vcpu_check_block", "kvm", 120),
	CALL(2, "schedule", "vmlinux", 900),
	PSEUDO(3, NODE_OFF_CPU, 1900000),
};

/* Scatter of some per cent, and one call in a hundred that takes up to eight times as long. */
static u64 fixture_scatter(u64 ns, u64 *seed)
{
	u64 scattered = ns * (92 + fixture_random(seed) % 20) / 100;

	if (fixture_random(seed) % 100 == 0)
		scattered *= 2 + fixture_random(seed) % 7;
	return scattered;
}

static u32 fixture_function(struct recording *recording, const char *name, const char *module)
{
	u32 index;

	for (size_t i = 0; i < recording->function_cnt; i++) {
		if (!strcmp(recording->functions[i].name, name))
			return i;
	}
	assert_int_equal(recording_add_function(recording, name, module, &index), 0);
	return index;
}

/* The time of the call at @calls[*@i] and of what is below it; *@i moves behind those. */
static u64 fixture_play(struct recording *recording, struct reason *reason, struct node *parent,
			const struct fixture_call *calls, size_t cnt, size_t *i, u64 *seed,
			u64 *guest_ns)
{
	const struct fixture_call *call = &calls[*i];
	u64 total_ns = 0, times = (u64)call->times;
	size_t next = *i + 1;
	struct node *node;
	u32 function = 0;

	if (call->kind == NODE_CALL)
		function = fixture_function(recording, call->name, call->module);
	if (call->times < 1)
		times = (double)(fixture_random(seed) % 1000) < call->times * 1000;
	assert_int_equal(tree_child(reason, parent, call->kind, function, &node), 0);
	for (u64 k = 0; k < times; k++) {
		u64 ns = fixture_scatter(call->self_ns, seed);

		if (call->kind == NODE_GUEST)
			*guest_ns += ns;
		next = *i + 1;
		while (next < cnt && calls[next].depth > call->depth)
			ns += fixture_play(recording, reason, node, calls, cnt, &next, seed,
					   guest_ns);
		dist_add(&node->dist, ns);
		total_ns += ns;
	}
	*i = next;
	return total_ns;
}

/* @exits cycles of @calls as exits with @code of @vcpu. */
static void fixture_exits(struct recording *recording, struct vcpu *vcpu, u64 code,
			  const struct fixture_call *calls, size_t cnt, u64 exits, u64 *seed)
{
	struct reason *reason;

	assert_int_equal(vcpu_add_reason(vcpu, code, &reason), 0);
	for (u64 k = 0; k < exits; k++) {
		u64 cycle_ns = fixture_scatter(150, seed), guest_ns = 0;
		size_t i = 0;

		while (i < cnt)
			cycle_ns += fixture_play(recording, reason, NULL, calls, cnt, &i, seed,
						 &guest_ns);
		reason->cycle_cnt++;
		reason->cycle_ns += cycle_ns;
		reason->guest_call_cnt += cnt / 3;
		dist_add(&reason->latency, cycle_ns - guest_ns);
	}
}

/* Add a recording as described above to @profile. */
static struct recording *fixture_recording(struct profile *profile)
{
	struct recording *r;
	struct vcpu *vcpu[3];
	u32 vm[2];
	u64 seed = 1;

	assert_int_equal(profile_add_recording(profile, &r), 0);
	r->started_unix_ns = 1763659812000000000;
	r->duration_ns = 10004000000;
	r->kernel_bytes = 3400000;
	r->user_bytes = 9000000;
	recording_set(&r->title, "all VMs for 10s");
	recording_set(&r->host, "kvm7");
	recording_set(&r->kernel, "6.12.107-amd64");
	recording_set(&r->cpu_model, "AMD EPYC 9654 96-Core Processor");
	recording_set(&r->version, "0.1");
	recording_set(&r->mechanism, "fentry+fexit");
	recording_set(&r->exit_boundary, "kvm_exit");
	recording_add_vm(r, 4711, "db, \"main\"", &vm[0]);
	recording_add_vm(r, 4720, "web", &vm[1]);
	recording_add_vcpu(r, vm[0], 0, ISA_SVM, &vcpu[0]);
	recording_add_vcpu(r, vm[0], 1, ISA_SVM, &vcpu[1]);
	recording_add_vcpu(r, vm[1], 0, ISA_SVM, &vcpu[2]);
	for (u32 i = 0; i < 3; i++)
		vcpu[i]->tid = 4713 + 10 * i;
	fixture_exits(r, vcpu[0], 0x72, fixture_cpuid, ARRAY_SIZE(fixture_cpuid), 5000, &seed);
	fixture_exits(r, vcpu[0], 0x78, fixture_hlt, ARRAY_SIZE(fixture_hlt), 120, &seed);
	fixture_exits(r, vcpu[1], 0x72, fixture_cpuid, ARRAY_SIZE(fixture_cpuid), 12, &seed);
	fixture_exits(r, vcpu[1], 0xdead, fixture_hlt, 1, 3, &seed);
	fixture_exits(r, vcpu[2], 0x7b, fixture_pio, ARRAY_SIZE(fixture_pio), 2000, &seed);
	fixture_exits(r, vcpu[2], UINT64_MAX, fixture_cpuid, 1, 1, &seed);
	r->losses[XG_LOSS_UNFINISHED] = 3;
	fixture_calibration(&r->calibration);
	r->window_ns = 200000000;
	assert_int_equal(window_add(r, &(struct window){ 0x72, 4000, 9000000, 250, 4000 }), 0);
	assert_int_equal(window_add(r, &(struct window){ UINT64_MAX, 1, 2, 3, 4 }), 0);
	function_set_probe(&r->functions[1], "fentry+fexit", 3);
	return r;
}

static inline struct profile *fixture_profile(void)
{
	struct profile *profile;

	assert_int_equal(profile_new(&profile), 0);
	fixture_recording(profile);
	return profile;
}

/* A directory of its own for a test's files, in @path; remove it with fixture_remove(). */
static inline void fixture_directory(char path[64])
{
	strcpy(path, "/tmp/exitgraph-test-XXXXXX");
	assert_non_null(mkdtemp(path));
}

static inline void fixture_remove(const char *path)
{
	_cleanup_free_ char *command = NULL;

	assert_true(asprintf(&command, "rm -rf '%s'", path) > 0);
	assert_int_equal(system(command), 0);
}

/* Standard error goes to a file, so that a test can count what is said. */
struct fixture_stderr {
	int saved;
	FILE *file;
};

static inline struct fixture_stderr fixture_catch_stderr(void)
{
	struct fixture_stderr caught = { .saved = dup(STDERR_FILENO), .file = tmpfile() };

	assert_true(caught.saved >= 0);
	assert_non_null(caught.file);
	fflush(stderr);
	dup2(fileno(caught.file), STDERR_FILENO);
	return caught;
}

/* Put standard error back. How many lines were said; the last of them in @line. */
static inline int fixture_release_stderr(struct fixture_stderr *caught, char line[2048])
{
	int lines = 0;

	fflush(stderr);
	dup2(caught->saved, STDERR_FILENO);
	close(caught->saved);
	rewind(caught->file);
	line[0] = '\0';
	while (fgets(line, 2048, caught->file))
		lines++;
	fclose(caught->file);
	return lines;
}

/* What the expression @print, which gives 0, writes to the stream @out; for the caller to free. */
#define FIXTURE_PRINTED(print)                              \
	({                                                  \
		char *text_ = NULL;                         \
		size_t size_;                               \
		FILE *out = open_memstream(&text_, &size_); \
                                                            \
		assert_non_null(out);                       \
		assert_int_equal((print), 0);               \
		fclose(out);                                \
		text_;                                      \
	})

#endif
