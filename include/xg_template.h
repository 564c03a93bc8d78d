/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The immediates that stand in the template programs for what the loader puts in: each is the
 * source of one "move", and of nothing else.
 */
#ifndef EXITGRAPH_XG_TEMPLATE_H
#define EXITGRAPH_XG_TEMPLATE_H

/* A function's record code at its entry; the next number, that at its return. */
#define XG_TEMPLATE_CODE	0x58474944 /* "XGID" */
#define XG_TEMPLATE_RETURN_CODE 0x58474945

/*
 * Into r0, with the context in r1: whether a program that runs at both runs at the return now.
 * The loader makes it a call of bpf_session_is_return(): clang's and libbpf's way to call a
 * function of the kernel wants to know its arguments, which changed in Linux 7.0.
 */
#define XG_TEMPLATE_IS_RETURN 0x58475254 /* "XGRT" */

/*
 * The cookie of a program that serves many functions: the function's record code at its entry, and
 * what else is to be done there, if it is a program of functions on which more hangs (bpf/call.h).
 */
#define XG_ROLE_RUN_IOCTL (1 << 16)
#define XG_ROLE_OFF_CPU	  (1 << 17)
#define XG_ROLE_ON_CPU	  (1 << 18)

#endif
