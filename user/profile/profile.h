/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model of a profile, between whoever makes one (collect, later import and bench) and
 * whoever reads one (render, analyze). Knows nothing of BPF, files or terminals.
 *
 *	profile > recording > vcpu > reason > tree of nodes
 *	                    > vm, function, losses
 *
 * A profile owns all that hangs below it. Times are ns, as measured.
 */
#ifndef EXITGRAPH_PROFILE_PROFILE_H
#define EXITGRAPH_PROFILE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "profile/bench.h"
#include "profile/calibration.h"
#include "profile/cycle.h"
#include "profile/hist.h"
#include "profile/window.h"
#include "xg_loss.h"
#include "xg_types.h"

enum isa {
	ISA_UNKNOWN = 0, /* an imported trace may show no vendor's function */
	ISA_VMX = 1,
	ISA_SVM = 2,
};

/* What a tree node stands for. Calls have a function; the others are the pseudo calls. */
enum node_kind {
	NODE_CALL,
	NODE_GUEST,
	NODE_USERSPACE,
	NODE_OFF_CPU,
	NODE_KIND_COUNT,
};

/* "call", "guest", "userspace", "off-cpu": as exports name kinds. */
const char *node_kind_name(enum node_kind kind);

/* "VMX", "SVM" or "unknown". */
const char *isa_name(enum isa isa);

#define PROFILE_FUNCTIONS_MAX 32768 /* of a recording */

struct function {
	char *name;
	char *module; /* "vmlinux", "kvm", "kvm_amd", ... */
	char *mechanism; /* by which it was attached; empty if not known, as of an import */
	u32 arg_cnt;	 /* registers that its arguments take, if that is known */
};

/*
 * A node of a reason's calling-context tree. Parts of calls that stayed open over the
 * cycle's ends count in dist.total_ns, but not in dist.count: that counts the calls which
 * returned, and the distribution is theirs.
 */
struct node {
	enum node_kind kind;
	u32 function;	   /* index into the recording's functions; NODE_CALL only */
	struct dist dist;  /* calls; total_ns is the inclusive time */
	struct node *parent; /* NULL below the root, whose children these are */
	struct node *first_child;
	struct node *next_sibling;
};

#define tree_for_each_child(node_, first)                                                          \
	for (struct node *node_ = (first); node_; node_ = node_->next_sibling)

/* One exit reason of one vCPU. */
struct reason {
	u64 code;
	struct dist latency; /* every exit: exit to the next entry */
	u64 cycle_cnt;	     /* cycles in the tree: those with nothing missing */
	u64 cycle_ns;	     /* their time, guest phase and exit phase */
	u64 guest_call_cnt;  /* their calls in the guest phase, where that is known */
	struct node *first_child; /* the tree; its root is the cycle itself */
	struct reason *next;
};

struct vm {
	u32 pid;
	char *name; /* from the VMM's command line, else its comm */
};

struct vcpu {
	u32 vm; /* index into the recording's VMs */
	u32 id; /* KVM's vcpu_id */
	u32 tid;
	enum isa isa;
	struct reason *first_reason;
	struct cycle *first_cycle; /* those kept whole */
	struct vcpu *next;
};

struct recording {
	/* What was recorded, where and how. Strings are never NULL, but may be empty. */
	u64 started_unix_ns;
	u64 duration_ns; /* armed to disarmed */
	char *title;	 /* the command, "pid 123", "all VMs"; a heading for imports */
	char *source;	 /* of an imported trace: the file it was in; else empty */
	u64 first_line;	 /* of an imported trace, in that file, from 1 */
	u64 last_line;
	char *host;
	char *kernel;	 /* uname -r */
	char *cpu_model;
	char *version;	 /* of exitgraph */
	char *mechanism; /* how functions were attached: "fentry+fexit" */
	char *exit_boundary; /* where an exit is first seen: "kvm_exit", "svm_vcpu_run return" */
	u64 kernel_bytes; /* memory of maps, programs and probes */
	u64 user_bytes;	  /* the recorder's own, at most */
	struct vm *vms;
	size_t vm_cnt;
	struct function *functions; /* those attached, in the order of their ids */
	size_t function_cnt;
	struct vcpu *first_vcpu;
	u64 losses[XG_LOSS_COUNT];
	struct calibration calibration;
	u64 window_ns; /* with the boundaries alone, before the rest; 0 = there was none */
	struct window *windows; /* what was seen then, by reason */
	size_t window_cnt;
	struct recording *next;
};

struct profile {
	struct recording *first;
	struct bench *bench; /* what `exitgraph bench` measured beside recording, or NULL */
};

/* An empty profile. 0 or -ENOMEM. */
int profile_new(struct profile **out);
void profile_free(struct profile **profile);

/* How many recordings there are, and the one of that @number, from 1, or NULL. */
u32 profile_recording_cnt(const struct profile *profile);
struct recording *profile_recording(const struct profile *profile, u32 number);

/*
 * Append to the owner's list; the new element is owned by it and stays where it is.
 * Strings are copied, and made safe to print (profile/text.h). All give 0 or -ENOMEM, *@out
 * untouched on failure.
 */
int profile_add_recording(struct profile *profile, struct recording **out);
int recording_add_vm(struct recording *recording, u32 pid, const char *name, u32 *index_out);
int recording_add_function(struct recording *recording, const char *name, const char *module,
			   u32 *index_out);
/* How it was attached, and the registers that its arguments take. 0 or -ENOMEM. */
int function_set_probe(struct function *function, const char *mechanism, u32 arg_cnt);
int recording_add_vcpu(struct recording *recording, u32 vm, u32 id, enum isa isa,
		       struct vcpu **out);
int vcpu_add_reason(struct vcpu *vcpu, u64 code, struct reason **out); /* or the existing one */

/* Free @vcpu's reasons and cycles; also of a struct vcpu that is in no recording, to merge others into. */
void vcpu_clear(struct vcpu *vcpu);

/*
 * The child of @parent (of @reason's root if NULL) with that kind and function, added as
 * the last child if there is none yet.
 */
int tree_child(struct reason *reason, struct node *parent, enum node_kind kind, u32 function,
	       struct node **out);

/* Inclusive time less the children's, pseudo calls among them: may only be < 0 in a bad file. */
s64 node_self_ns(const struct node *node);

/* The time of @reason's cycles that no node of the tree holds. */
s64 reason_self_ns(const struct reason *reason);

/* Add @from's exits and tree to @to (of the same recording). 0 or -ENOMEM. */
int reason_merge(struct reason *to, const struct reason *from);

/* The exits of all vCPUs by reason, into @all, which is in no recording. 0 or -ENOMEM. */
int recording_merge_reasons(const struct recording *recording, struct vcpu *all);

/* Replace the string *@field by a safe copy of @value. 0 or -ENOMEM. */
int recording_set(char **field, const char *value);

#define profile_for_each_recording(r, profile) \
	for (struct recording *r = (profile)->first; r; r = r->next)
#define recording_for_each_vcpu(v, recording) \
	for (struct vcpu *v = (recording)->first_vcpu; v; v = v->next)
#define vcpu_for_each_reason(e, vcpu) \
	for (struct reason *e = (vcpu)->first_reason; e; e = e->next)

#endif
