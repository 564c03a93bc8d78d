/* SPDX-License-Identifier: GPL-2.0 */
/* Single cycles in a profile's file: a row each, and one for each of their spans. */
#ifndef EXITGRAPH_PROFILE_STORE_CYCLES_H
#define EXITGRAPH_PROFILE_STORE_CYCLES_H

#include "profile/store_put.h"
#include "profile/store_rows.h"

/*
 * Write the cycles of @vcpu, whose row was the latest. Those that cycle_check() does not find
 * sound are left out and counted.
 */
int store_put_cycles(struct writer *w, const struct recording *recording, const struct vcpu *vcpu);

/* Rows of "cycle" by id, then those of "cycle_span" by cycle and number, then their end. */
void store_read_cycle(struct reader *r);
void store_read_span(struct reader *r);
void store_read_cycles_end(struct reader *r);

#endif
