/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel keeps per vCPU: one element of an mmap-able array map, written by the
 * vCPU's own thread alone, read by user space through the mapping. About 1.8 MiB, none of
 * which grows with the length of a recording; an ordinary cycle touches a few KiB of it.
 *
 *	reasons[]  ->  nodes[] (root of the reason's tree, and its latency)
 *	nodes[]    ->  parent by index; chunks of histogram buckets by index
 *	hash[]     ->  nodes[] by (parent, id)
 */
#ifndef EXITGRAPH_XG_STATE_H
#define EXITGRAPH_XG_STATE_H

#include "xg_capture.h"
#include "xg_exits.h"
#include "xg_hist.h"
#include "xg_log.h"
#include "xg_loss.h"
#include "xg_path.h"
#include "xg_types.h"

/* All but XG_REASONS are powers of two, because the verifier is shown bounds as masks. */
#define XG_OPS	       8192
#define XG_DEPTH       64
#define XG_NODES       2048
#define XG_HASH	       4096
#define XG_HASH_PROBES 16
#define XG_CHUNKS      16384
#define XG_REASONS     64
#define XG_BASE_FRAMES 8
#define XG_VCPUS_MAX   4096

/* The hash table from tasks to slots. What it has where there is no slot: */
#define XG_TASK_SLOTS_SHIFT 15
#define XG_TASK_SLOTS	    (1 << XG_TASK_SLOTS_SHIFT)
#define XG_SLOT_NONE	    0xffffffffu
#define XG_SLOT_GONE	    0xfffffffeu /* but others were to have this place, too */

/* One node of a tree, 128 bytes. Node 0 is "none". */
struct xg_node {
	union {
		struct {
			u16 id;
			u16 parent;
			u16 next; /* the node entered next after this event the last time: a guess
				   */
		};
		u64 code; /* of direct[]; there `calls` is not counted, and not 0 if it is in use */
	};
	u64 calls;	  /* calls that returned (cycles for a root, exits for a latency) */
	u64 inclusive_ns; /* parts of calls that stayed open included */
	u64 min_ns;	  /* over the calls that returned; meaningless if calls is 0 */
	u64 max_ns;
	u16 chunk[XG_HIST_CHUNKS]; /* chunk of each octave, 0 = none yet */
	/* Of the latest value's octave. If the next one, shifted right, is from 8 to 15, too, its
	 * bucket is in the same chunk. */
	u32 last_shift;	   /* 63 = there is none */
	u16 last_chunk_at; /* in chunks[], in units of XG_CHUNK_UNIT bytes */
};

struct xg_chunk {
	u64 count[XG_HIST_SUB];
};

#define XG_CHUNK_SHIFT	    6 /* of a chunk's size */
#define XG_CHUNK_UNIT_SHIFT 4
#define XG_CHUNK_AT(chunk)  ((chunk) << (XG_CHUNK_SHIFT - XG_CHUNK_UNIT_SHIFT))

struct xg_reason {
	u64 code;
	u16 root;			/* node; 0 = this entry is free */
	u16 latency;			/* node */
	u32 slow_hash[XG_REASON_PATHS]; /* of the latest logs whose paths were not known */
	u32 slow_n;
	u8 path[XG_REASON_PATHS]; /* those known, + 1, the latest first; 0 = none */
	u8 is_direct;		  /* its latency is not in `latency` but in direct[] */
	u64 guest_calls;	  /* calls between entry and exit, in its cycles that are whole */
};

/* Of --exits-only: the latencies of most codes, by their lowest bits, a code each. */
#define XG_DIRECT	   64			 /* a power of two */
#define XG_DIRECT_NONE	   (XG_DIRECT_OF(~0ULL)) /* no code that would be looked for at 0 */
#define XG_DIRECT_OF(code) ((code) & (XG_DIRECT - 1))

/* An open call. Its node belongs to the reason of the cycle that is being replayed. */
struct xg_frame {
	u16 node;
	u16 id;
	u16 at; /* the record of its entry; XG_AT_START_LATE for calls open since before */
};

_Static_assert(sizeof(struct xg_node) == 1 << XG_NODE_SHIFT && XG_NODE_AT(XG_NODES) <= 1 << 16,
	       "operations have offsets of nodes");
_Static_assert(sizeof(struct xg_record) == 1 << XG_RECORD_SHIFT && XG_LOG_RECORDS <= 1 << 16,
	       "operations have indices of records");
_Static_assert(sizeof(struct xg_chunk) == 1 << XG_CHUNK_SHIFT && XG_CHUNK_AT(XG_CHUNKS) <= 1 << 16,
	       "nodes have offsets of chunks");

enum xg_slot_status {
	XG_SLOT_FREE = 0,
	XG_SLOT_LIVE,
	XG_SLOT_DEAD, /* the vCPU is gone; user space takes the data and frees the slot */
};

#define XG_EXIT_AT_TRACEPOINT 1 /* kvm_exit */
#define XG_EXIT_AT_RETURN     2 /* the run function's return */

enum xg_phase {
	XG_PHASE_NONE = 0,
	XG_PHASE_GUEST, /* entry seen, exit not yet */
	XG_PHASE_EXIT,	/* exit seen, next entry not yet */
};

struct xg_vcpu_state {
	/* What every probe touches. */
	u64 task;  /* task_struct of the vCPU's thread while it records, else 0 */
	u64 log_n; /* records appended in this cycle; more than the log holds = full */

	/* What the boundaries touch. */
	u64 sequence;	    /* odd while the accounting is under way */
	u64 vcpu;	    /* struct kvm_vcpu */
	u32 status;	    /* enum xg_slot_status */
	u32 phase;	    /* enum xg_phase */
	u64 reason;	    /* code of the exit in this cycle */
	u64 entry_clock_ns; /* last clock reading of the entry boundary: the cycle's start */
	u64 exit_clock_ns;  /* likewise of the exit boundary: from here to entry is the latency */
	u64 vmcb;	    /* SVM: the one of the exit, as far as it is asked for */
	u32 vmcb_hflags;    /* KVM's flags of the vCPU with which it was so */
	u64 skipped_base;   /* see bpf/skipped.h: what the counters were on this CPU */
	u64 skipped;	    /* not 0: they have moved in this cycle */
	u64 loss[XG_LOSS_KERNEL_COUNT];

	/* Who it is. */
	u32 pid; /* the VMM's, in the initial namespace */
	u32 tid;
	u32 vcpu_id;
	u32 isa;	   /* 1 VMX, 2 SVM, as the kvm_exit tracepoint has it */
	u32 exits_seen_at; /* XG_EXIT_AT_*: where exits were first seen */
	char comm[16];
	u64 began_ns;

	/* Replay. All in here and not on the BPF stack, so that the loop's body carries nothing. */
	u64 end_ns;   /* the cycle's length, the exit boundary's work taken out */
	u64 clock_ns; /* the latest record, since the cycle's start */
	u64 latency_ns;
	u64 late; /* a bit for each operation of a run whose value lacks its place in a histogram */
	u64 late_ns[XG_PATH_RUN]; /* these values */
	u64 taken_ns;		  /* of XG_OP_TAKEN, since the latest XG_OP_REST */
	u32 user_since;		  /* record: the outermost call returned, 0 = not yet */
	u32 user_until;		  /* record: the outermost call was entered again */
	u32 exit_at;		  /* record of the exit boundary */
	u32 depth;		  /* open calls */
	u32 guest_depth;	  /* at the cycle's start */
	u32 at_base;		  /* at its start, the calls of base_id[] are open and no others */
	u32 began_at_base;	  /* likewise of the cycle that was just accounted for */
	u32 in_guest;
	u32 in_boundary;
	u32 in_user;   /* KVM_RUN returned and was not called again yet */
	u32 left_base; /* in this cycle no call was open */
	u32 assumed;   /* KVM_RUN was not seen entered, so it may be left unseen, too */
	u32 bad;       /* enum xg_loss + 1 of what was wrong with this cycle, or 0 */
	u32 last_node; /* node of the latest event, for guessing the next */
	u32 op_n;
	u32 op_other_n; /* of these, not XG_OP_CALL */
	u32 node_n;	/* nodes in use, node 0 included */
	u32 chunk_n;
	u32 path_n;	 /* paths learnt so far */
	u32 known_n;	 /* cycles whose path was known */
	u32 log_hash;	 /* of the log's codes */
	u32 last_reason; /* index, a guess */
	u32 root;	 /* node of this cycle's reason */
	u32 latency;	 /* likewise */
	u32 cpu;	 /* at the cycle's start */

	/* The calls that are always open at an entry boundary, outermost first: their ids. */
	u32 run_ioctl_id; /* of kvm_arch_vcpu_ioctl_run */
	u32 base_n;
	u16 base_id[XG_BASE_FRAMES];

	u32 exits_at;		     /* index into the table of places of --exits-only */
	struct xg_exits_place exits; /* if that one is taken */
	struct xg_node direct[XG_DIRECT];
	struct xg_reason reasons[XG_REASONS];
	struct xg_keep keep[XG_REASONS]; /* of reasons[] */
	struct xg_frame stack[XG_DEPTH];
	/* These two go to user space in one piece. */
	struct xg_capture capture;
	struct xg_record log[XG_LOG_RECORDS];
	struct xg_op op[XG_OPS]; /* what this cycle comes to */
	struct xg_node nodes[XG_NODES];
	u16 hash[XG_HASH];
	struct xg_chunk chunks[XG_CHUNKS] __attribute__((aligned(1 << XG_CHUNK_UNIT_SHIFT)));
	struct xg_path paths[XG_PATHS]; /* last: chunks must not be, see struct xg_op */
};

/* The same of direct[]: from the state's start, so that nothing needs to be added to it. */
#define XG_DIRECT_CHUNK_AT(chunk)                                                    \
	((__builtin_offsetof(struct xg_vcpu_state, chunks) >> XG_CHUNK_UNIT_SHIFT) + \
	 XG_CHUNK_AT(chunk))

_Static_assert(XG_DIRECT_CHUNK_AT(XG_DIRECT *XG_HIST_CHUNKS) < 1 << 16, "nodes have these, too");
_Static_assert(__builtin_offsetof(struct xg_vcpu_state, log) ==
		       __builtin_offsetof(struct xg_vcpu_state, capture) +
			       sizeof(struct xg_capture),
	       "a capture's log comes right after its header");

#endif
