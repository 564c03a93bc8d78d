/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ways of attaching to functions, one file each; mechanism.c has their table, the best
 * first. A function goes by the first that this kernel offers and that takes it; if the kernel
 * refuses it there, by the next.
 */
#ifndef EXITGRAPH_ATTACH_MECHANISM_H
#define EXITGRAPH_ATTACH_MECHANISM_H

#include <stdbool.h>

#include "attach/attach.h"
#include "attach/features.h"
#include "attach/probes.h"
#include "target/target.h"
#include "xg_types.h"

struct exitgraph_bpf;
struct templates;

/* What a mechanism attaches with. */
struct attaching {
	const struct exitgraph_bpf *skel;  /* loaded */
	const struct templates *templates; /* its */
	const struct features *features;
	struct probes *probes; /* where what it attaches goes */
	struct attach_function *functions;
	size_t cnt;
	attach_progress_fn progress;
	void *arg;
	const volatile bool *stop;
	size_t done;
};

struct mechanism {
	const char *option; /* what the user calls it: "fentry"; NULL: not to be chosen */
	const char *name;   /* "fentry+fexit": as profiles and lists show it */
	const char *use;    /* what it is taken for */
	const char *needs;  /* what a kernel lacks that does not offer it, and since when it is */

	bool is_session;      /* offered only if the features were read with those of sessions */
	bool is_quicker_held; /* if ftrace holds the functions meanwhile: held.h */
	bool (*offered)(const struct features *features);

	/*
	 * Can @function be attached this way? Is it, unless the user says otherwise, where at least
	 * so many are to be attached?
	 */
	size_t least;
	bool (*can)(const struct target_function *function);
	bool (*takes)(const struct target_function *function);

	/* Between opening and loading: have the templates loaded, by bpf_program__set_autoload().
	 */
	void (*prepare)(struct exitgraph_bpf *skel);

	/*
	 * Attach each of the @cnt functions @todo, entry and return or neither, and tell by
	 * attaching_tell(). 0; or -errno that ends all: -EINTR, -ENOMEM.
	 */
	int (*attach)(struct attaching *attaching, struct attach_function **todo, size_t cnt);
};

extern const struct mechanism mechanism_multi;
extern const struct mechanism mechanism_fsession_multi;
extern const struct mechanism mechanism_fsession;
extern const struct mechanism mechanism_fentry;
extern const struct mechanism mechanism_kprobe_session;
extern const struct mechanism mechanism_kprobe;

/*
 * Most functions are attached one by one (each.c): @one adds all probes of @function, or returns
 * -errno.
 */
int mechanism_attach_each(struct attaching *attaching, struct attach_function **todo, size_t cnt,
			  const struct mechanism *mechanism,
			  int (*one)(struct attaching *attaching,
				     const struct target_function *function, u32 id));

/* The record id of one of the functions. */
u32 attaching_id(const struct attaching *attaching, const struct attach_function *function);

/* @function is attached by @mechanism, or was refused with @error. */
void attaching_tell(struct attaching *attaching, struct attach_function *function,
		    const struct mechanism *mechanism, int error);

/* Say how far it is: after each function that is attached alone, or all that are at once. */
void attaching_progress(const struct attaching *attaching);

/* The rows, the best first; MECHANISMS_MAX at most. */
const struct mechanism *const *mechanism_table(size_t *cnt_out);

#define MECHANISMS_MAX 8

/* From so many functions on, what attaching takes matters more than some instructions a call. */
#define MECHANISM_MANY 500

/* By what the user calls it; NULL if there is no such. */
const struct mechanism *mechanism_find(const char *option);

/* Is row @m of the table a way for @function, where the user wants @forced (NULL = any)? */
bool mechanism_is_for(size_t m, const struct features *features, const struct mechanism *forced,
		      const struct target_function *function);

/* How @function is attached, unless the kernel refuses; NULL if there is no way. */
const struct mechanism *mechanism_of(const struct features *features,
				     const struct mechanism *forced,
				     const struct target_function *function);

#endif
