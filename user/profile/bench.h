/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What `exitgraph bench` measured, as it was measured: the rounds of each workload, by the
 * guest's own clock. Medians and the like are made of it by whoever shows it.
 */
#ifndef EXITGRAPH_PROFILE_BENCH_H
#define EXITGRAPH_PROFILE_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "xg_types.h"

/* What is attached while rounds run. */
enum bench_mode {
	BENCH_UNTRACED,
	BENCH_BOUNDARIES, /* as record --exits-only */
	BENCH_TRACED,	  /* all functions of the recording */
	BENCH_MODE_COUNT,
};

/* "untraced", "boundaries", "traced": as exports name modes. */
const char *bench_mode_name(enum bench_mode mode);

/* Far above what anyone waits for. */
#define BENCH_ROUNDS_MAX 10000 /* of a workload and mode */
#define BENCH_ROWS_MAX	 1024
#define BENCH_EXITS_MAX	 256 /* reasons of a row */

struct bench_round {
	u64 iterations;
	u64 cycles;  /* of the guest's clock, for all of them */
	u64 wall_ns; /* of the host's, the start and the end of the round included */
};

/* The exits of one reason: what an iteration is expected to make, and how many were counted. */
struct bench_exit {
	char *reason; /* "exits" for all together, where nothing tells them apart */
	u32 expected;
	u64 cnt;
};

struct bench_row {
	char *workload;
	char *note;    /* what is to be said about it: why it was left out, ...; or empty */
	u32 recording; /* the traced one in this profile, from 1; 0 = none */
	struct bench_round *rounds[BENCH_MODE_COUNT];
	size_t round_cnt[BENCH_MODE_COUNT];
	struct bench_exit *exits;
	size_t exit_cnt;
	u64 counted_iterations; /* those that made these exits */
	struct bench_row *next;
};

struct bench {
	u64 started_unix_ns;
	char *host; /* never NULL, as all strings here */
	char *kernel;
	char *cpu_model;
	char *version;
	char *isa;	  /* "SVM" or "VMX" */
	char *mechanism;  /* how functions were attached; empty if none were */
	u32 function_cnt; /* that were */
	u32 cpu;	  /* that the vCPU's thread was pinned to */
	u64 tsc_khz;	  /* of the guest's clock, as KVM has it; 0 = it does not know */
	u64 measured_khz; /* the same against CLOCK_MONOTONIC */
	bool constant;	  /* the clock goes on at the same rate whatever the CPU's frequency */
	struct bench_row empty; /* the loop of nothing, untraced */
	struct bench_row *first;
};

/* 0 or -ENOMEM. */
int bench_new(struct bench **out);
void bench_free(struct bench **bench);

/* Append a row, a round, or the exits of a reason. 0 or -ENOMEM. */
int bench_add_row(struct bench *bench, const char *workload, struct bench_row **out);
int bench_add_round(struct bench_row *row, enum bench_mode mode, struct bench_round round);
int bench_add_exit(struct bench_row *row, const char *reason, u32 expected, u64 cnt);

/* Add a sentence to the row's note. 0 or -ENOMEM. */
int bench_add_note(struct bench_row *row, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define bench_for_each_row(r, bench) for (struct bench_row *r = (bench)->first; r; r = r->next)

#endif
