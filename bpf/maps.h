/* SPDX-License-Identifier: GPL-2.0 */
/* All that the programs share with each other and with user space. */
#ifndef EXITGRAPH_BPF_MAPS_H
#define EXITGRAPH_BPF_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "kvm_types.h"
#include "xg_control.h"
#include "xg_state.h"

/* One state per vCPU; user space reads it through a mapping. Sized when it is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct xg_vcpu_state);
} vcpus SEC(".maps");

/* vCPU thread -> slot, or XG_SLOT_IGNORED for those that the filter leaves out. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u32);
} tasks SEC(".maps");

/* struct kvm_vcpu * -> slot: a vCPU keeps its slot when another thread runs it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XG_VCPUS_MAX);
	__type(key, u64);
	__type(value, u32);
} slots SEC(".maps");

/* Whole cycles on their way to user space; sized when it is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} captures SEC(".maps");

#define XG_SLOT_IGNORED 0xffffffffu

/* Set before loading; constants to the verifier. */
const volatile struct xg_config config;

/* Written by user space while running, and the counters that it reads. */
struct xg_control control;

u32 cpu_slot[XG_CPU_SLOTS];

#endif
