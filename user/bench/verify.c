// SPDX-License-Identifier: GPL-2.0
#include "bench/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "profile/reasons.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Beyond what is expected and what ends a run, as many in a thousand iterations are no matter. */
#define STRAY_PER_MILLE 10
#define STRAY_MIN	64

/* The host's own doing, or a first touch of memory. */
static bool is_the_hosts(const char *reason)
{
	static const char *const hosts[] = {
		"INTR",		 "NMI", "SMI",		 "EXTERNAL_INTERRUPT",
		"EXCEPTION_NMI", "NPF", "EPT_VIOLATION", "PREEMPTION_TIMER",
	};

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		if (!strcmp(reason, hosts[i]))
			return true;
	return false;
}

static u64 stray_max(const struct rounds *rounds)
{
	u64 cnt = rounds->iterations * STRAY_PER_MILLE / 1000;

	return (cnt > STRAY_MIN ? cnt : STRAY_MIN) + rounds->run_cnt + rounds->alike_exits;
}

static u64 count_of(const struct recording *recording, const char *reason)
{
	char name[REASON_NAME_MAX];
	u64 cnt = 0;

	recording_for_each_vcpu (vcpu, recording)
		vcpu_for_each_reason (e, vcpu)
			if (!strcmp(reason_name(vcpu->isa, e->code, name), reason))
				cnt += e->latency.count;
	return cnt;
}

/* Is @cnt what @expected exits in each iteration come to? */
static bool is_as_expected(const struct rounds *rounds, const char *reason, u32 expected, u64 cnt)
{
	u64 exact = expected * rounds->iterations;

	if (is_the_hosts(reason))
		return cnt >= exact && cnt <= exact + stray_max(rounds);
	return cnt >= exact && cnt <= exact + expected * rounds->interrupts_twice;
}

static u32 expected_of(const struct rounds *rounds, const char *reason)
{
	const struct guest_exits *e = rounds->workload->exits[guest_isa(rounds->guest)];

	for (; e->reason; e++)
		if (!strcmp(e->reason, reason))
			return e->cnt;
	return 0;
}

/* What is not as expected. The second recording of a row need not say again what the first did. */
static int find_unexpected(const struct rounds *rounds, const char *name, u64 cnt)
{
	if (cnt <= stray_max(rounds) || is_the_hosts(name))
		return 0;
	return bench_add_note(rounds->row,
			      "%s: %" PRIu64 " %s exits in %" PRIu64
			      " iterations, which nobody expects",
			      bench_mode_name(rounds->mode), cnt, name, rounds->iterations);
}

static int add_found(const struct rounds *rounds, const struct recording *recording, bool keep,
		     bool noted)
{
	char name[REASON_NAME_MAX];
	int r = 0;

	recording_for_each_vcpu (vcpu, recording) {
		vcpu_for_each_reason (e, vcpu) {
			u32 expected;

			reason_name(vcpu->isa, e->code, name);
			expected = expected_of(rounds, name);
			if (!r && keep && e->latency.count)
				r = bench_add_exit(rounds->row, name, expected, e->latency.count);
			if (!r && !expected && !noted)
				r = find_unexpected(rounds, name, e->latency.count);
		}
	}
	return r;
}

static int add_missing(const struct rounds *rounds, const struct recording *recording, bool keep,
		       bool noted)
{
	const struct guest_exits *e = rounds->workload->exits[guest_isa(rounds->guest)];
	int r = 0;

	for (; e->reason && !r; e++) {
		u64 cnt = count_of(recording, e->reason);

		if (keep && !cnt)
			r = bench_add_exit(rounds->row, e->reason, e->cnt, 0);
		if (!r && !noted && !is_as_expected(rounds, e->reason, e->cnt, cnt))
			r = bench_add_note(rounds->row,
					   "%s: %" PRIu64 " %s exits in %" PRIu64
					   " iterations, not %u each",
					   bench_mode_name(rounds->mode), cnt, e->reason,
					   rounds->iterations, e->cnt);
	}
	return r;
}

int verify_recording(const struct rounds *rounds, const struct recording *recording)
{
	/* The first recording's exits are kept; the others have to have the same. */
	bool keep = !rounds->row->counted_iterations, noted = *rounds->row->note;
	int r = add_found(rounds, recording, keep, noted);

	if (!r)
		r = add_missing(rounds, recording, keep, noted);
	if (keep)
		rounds->row->counted_iterations = rounds->iterations;
	return r ? err_r(r, "no memory") : 0;
}

int verify_count(const struct rounds *rounds)
{
	u32 expected = guest_workload_exit_cnt(rounds->workload, guest_isa(rounds->guest));
	u64 exact = expected * rounds->iterations;
	u64 stray = stray_max(rounds) + rounds->kvm.interrupts;
	int r;

	if (!rounds->kvm.known)
		return 0;
	/* The timer that the host has set for the guest may end the guest's time, or not. */
	if (rounds->workload->features & GUEST_TSC_DEADLINE)
		stray += rounds->iterations;
	rounds->row->counted_iterations = rounds->iterations;
	r = bench_add_exit(rounds->row, "exits", expected, rounds->kvm.exits);
	if (!r && (rounds->kvm.exits < exact || rounds->kvm.exits > exact + stray))
		r = bench_add_note(rounds->row,
				   "KVM counts %" PRIu64 " exits in %" PRIu64
				   " iterations, not %u each",
				   rounds->kvm.exits, rounds->iterations, expected);
	return r ? err_r(r, "no memory") : 0;
}
