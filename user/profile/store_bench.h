/* SPDX-License-Identifier: GPL-2.0 */
/* A benchmark in a profile's file: what was measured where, its workloads and their rounds. */
#ifndef EXITGRAPH_PROFILE_STORE_BENCH_H
#define EXITGRAPH_PROFILE_STORE_BENCH_H

#include "profile/store_put.h"
#include "profile/store_rows.h"

/* Write all of @bench, after the recordings. 0 or -errno, not said. */
int store_put_bench(struct writer *w, const struct bench *bench);

/* The row of "bench", those of "bench_workload" by id, and then of what they have. */
void store_read_bench(struct reader *r);
void store_read_bench_workload(struct reader *r);
void store_read_bench_exit(struct reader *r);
void store_read_bench_round(struct reader *r);

#endif
