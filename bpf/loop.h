/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loops whose body the verifier looks at once. Their context is all that a body has; a body
 * ends the loop by returning LOOP_STOP.
 */
#ifndef EXITGRAPH_BPF_LOOP_H
#define EXITGRAPH_BPF_LOOP_H

#ifdef __bpf__
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#endif

#include "xg_state.h"

/*
 * A GLOBAL function is verified once, for any arguments of its types, and not again at each
 * of its calls: so that loading takes not a second but a tenth of that. Its pointers may be
 * NULL for all that the verifier knows.
 */
#ifdef __bpf__
#define ACCOUNT_NOINLINE static __attribute__((noinline))
#define ACCOUNT_GLOBAL	 __attribute__((noinline))
#else
#define ACCOUNT_NOINLINE static inline
#define ACCOUNT_GLOBAL	 static inline
#endif
#define ACCOUNT_INLINE static inline __attribute__((always_inline))

#define LOOP_ON	       0
#define LOOP_STOP      1

struct account_loop {
	struct xg_vcpu_state *st;
};

/* @value & @mask, also where the compiler knows that the mask changes nothing: the verifier may
 * not, for it has forgotten what was compared before. */
ACCOUNT_INLINE u64 account_masked(u64 value, u64 mask)
{
	asm volatile("" : "+r"(value));
	return value & mask;
}

/* Before a plain loop: a turn of it is a turn, or the verifier would have to follow them all. */
#ifdef __bpf__
#define LOOP_NOT_UNROLLED _Pragma("nounroll")
#else
#define LOOP_NOT_UNROLLED
#endif

#ifdef __bpf__
#define account_loop_run(n, body, loop) bpf_loop(n, body, loop, 0)
#else
#define account_loop_run(n, body, loop)                              \
	for (u32 i_ = 0, n_ = (n); i_ < n_ && !body(i_, loop); i_++) \
		;
#endif

#endif
