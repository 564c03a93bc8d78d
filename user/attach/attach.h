/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The programs in the kernel: loaded, attached, and taken away again.
 *
 *	attach_new()		loads the programs and maps
 *	attach_functions()	probes on each function, then the boundaries
 *	attach_control()	arm and disarm, by writing to it
 *	attach_states()		what the programs keep per vCPU
 *	attach_release()	leaves the detaching, which takes long, to a background process
 *
 * Everything hangs on file descriptors, so all of it is gone when the process dies, however
 * it dies.
 */
#ifndef EXITGRAPH_ATTACH_ATTACH_H
#define EXITGRAPH_ATTACH_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

#include "target/target.h"
#include "xg_control.h"

struct attach;
struct mechanism;
struct target_anchor;
struct target_kernel;

/* A function to trace; its index in the array given to attach_functions() is its id. */
struct attach_function {
	const struct target_function *target;
	bool attached; /* out */
	int error;     /* out: -errno of the kernel's refusal, when it was not attached */
	const struct mechanism *mechanism; /* out: by which it was attached */
};

/* Called after each function, or after all that go by one system call, for progress. */
typedef void (*attach_progress_fn)(void *arg, size_t done, size_t total);

struct attach_options {
	u32 vcpu_cnt;			   /* slots */
	bool exits_only;		   /* boundaries alone: there will be no functions */
	bool in_steps;			   /* some functions are to be attached later than others */
	const struct mechanism *mechanism; /* for all that it can be for; NULL = the best */
	/* Which cycles come through the ring buffer, of each vCPU and reason (xg_capture.h): */
	u32 samples; /* so many, and less than twice; 0 = none */
	u32 slowest; /* those that were among so many slowest so far; 0 = none */
	u64 over_ns; /* keep those of a latency above it; 0 = none */
	/* Where the boundaries are; libbpf looks for what is not there. May be none. */
	const struct target_anchor *anchors;
	size_t anchor_cnt;
	const struct target_kernel
		*kernel; /* NULL, without functions: what it needs is looked for */
};

/* Does this kernel offer @mechanism (NULL: any will do)? 0, or -errno (said): what it lacks. */
int attach_require(const struct mechanism *mechanism);

/* Load for a host of @isa, with what it takes to attach @functions. 0 or -errno (said). */
int attach_new(enum isa isa, const struct attach_function *functions, size_t cnt,
	       const struct attach_options *options, struct attach **out);
void attach_free(struct attach **attach);

/*
 * Attach all @functions, then the boundaries. A function that the kernel refuses is left
 * out, with its error; if a boundary is refused, or @stop turns true, all fails. 0 or
 * -errno (said; -EINTR is not).
 *
 * Called again, while nothing is armed, with more of the same array: attaches what is not yet.
 */
int attach_functions(struct attach *attach, struct attach_function *functions, size_t cnt,
		     attach_progress_fn progress, void *arg, const volatile bool *stop);

/* How many of @functions, from the first on, must be traced for the boundaries' sake. */
size_t attach_required_cnt(enum isa isa, const struct attach_function *functions, size_t cnt);

/* The functions that must be traced for the boundaries' sake on a host of @isa. */
const char *const *attach_required_functions(enum isa isa, size_t *cnt_out);

/* By which mechanisms attach_functions() will go; see ladder_mechanisms(). */
size_t attach_mechanisms(const struct attach *attach, const struct attach_function *functions,
			 size_t cnt, const struct mechanism **out);

/* A checksum of the programs that this exitgraph loads. */
u32 attach_programs_sum(void);

volatile struct xg_control *attach_control(struct attach *attach);

/* From now on nothing is recorded: see attach/disarm.h. 0 or -errno (said as a warning). */
int attach_disarm(struct attach *attach);

/* Wait until what made attaching quicker is put away, which it is in the background. */
void attach_wait_for_held(struct attach *attach);

/* The states of all slots, in the kernel's memory. */
struct xg_vcpu_state *attach_states(struct attach *attach, u32 *cnt_out);

/* Nobody reads the states any more: a fork then need not copy what maps them. */
void attach_unmap_states(struct attach *attach);

/* The ring buffer of cycles kept whole; owned by @attach. */
int attach_captures_fd(const struct attach *attach);

/* Runs of all probes that the kernel skipped, since all were attached. */
u64 attach_recursion_misses(const struct attach *attach);

/* Memory that maps, programs and probes take in the kernel; and at most so far, this process. */
u64 attach_kernel_bytes(const struct attach *attach);
u64 attach_user_bytes(const struct attach *attach);

/* "fentry+fexit", or a comma-separated list: how the functions were attached. */
const char *attach_mechanism(const struct attach *attach);

/* Links that are attached to functions now, whose detaching takes time; those of trials, too. */
size_t attach_probe_cnt(const struct attach *attach);

/*
 * Give all links to a process in the background which detaches them one by one (0.07 s each
 * and more on Linux 6.1 and 6.12), say so, and forget them here. Where no process can be
 * made, detaches here. target/leftover.h finds that process.
 */
void attach_release(struct attach **attach);

#endif
