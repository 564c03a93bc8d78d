/* SPDX-License-Identifier: GPL-2.0 */
/* Did the iterations of a workload make the exits that they should? */
#ifndef EXITGRAPH_BENCH_VERIFY_H
#define EXITGRAPH_BENCH_VERIFY_H

#include "bench/rounds.h"

/*
 * Put into the row of @rounds which exits @recording has of it, and into its note if these are
 * not those expected. Exits that the host causes (its interrupts and timers) may be there, too,
 * and page faults on the guest's memory. 0 or -ENOMEM (said).
 */
int verify_recording(const struct rounds *rounds, const struct recording *recording);

/* The same of KVM's own count of all exits, where nothing is recorded. */
int verify_count(const struct rounds *rounds);

#endif
