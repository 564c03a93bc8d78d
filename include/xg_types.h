/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's names for fixed-width integers, on both sides of the contract. */
#ifndef EXITGRAPH_XG_TYPES_H
#define EXITGRAPH_XG_TYPES_H

#ifdef __bpf__
#include <linux/types.h>
#include <stdbool.h>
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;
#else
#include <stdbool.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;
#endif

#endif
