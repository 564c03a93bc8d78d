/* SPDX-License-Identifier: GPL-2.0 */
/* All that the programs share with each other and with user space. */
#ifndef EXITGRAPH_BPF_MAPS_H
#define EXITGRAPH_BPF_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "kvm_types.h"
#include "xg_control.h"
#include "xg_exits.h"
#include "xg_state.h"

/* One state per vCPU; user space reads it through a mapping. Sized when it is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct xg_vcpu_state);
} vcpus SEC(".maps");

/* task_struct * of a vCPU thread -> slot. Sized when it is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u64);
	__type(value, u32);
} threads SEC(".maps");

/* task_struct * of vCPU threads that the filter leaves out, if to find that takes long. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XG_VCPUS_MAX);
	__type(key, u64);
	__type(value, u32);
} ignored SEC(".maps");

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

/* Set before loading; constants to the verifier. */
const volatile struct xg_config config;

/* Written by user space while running, and the counters that it reads. */
struct xg_control control;

/* By a hash of the task: a slot, or no slot's number: XG_SLOT_NONE, XG_SLOT_GONE. */
u32 task_slot[XG_TASK_SLOTS];

/* Of --exits-only, by a hash of the vCPU. */
struct xg_exits_place exits_places[XG_EXITS_PLACES];

#endif
