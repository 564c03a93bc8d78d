/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be traced on this host: every function of kvm and of its vendor module, each
 * with a verdict. The verdict is reached without attaching anything, because attaching the
 * wrong function takes the host down (see deny.c).
 *
 *	target_host_open()	reads the kernel's BTF, symbols and ftrace sites, once
 *	target_host_find()	one function, by name
 *	target_select()		those that a user's rules name; in select.h
 *
 * A host owns its functions and their BTF descriptors: free it after the last program has
 * been loaded, not before.
 */
#ifndef EXITGRAPH_TARGET_TARGET_H
#define EXITGRAPH_TARGET_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "profile/profile.h"
#include "xg_types.h"

/*
 * Can a function be attached by its BTF id?
 *
 *	X(verdict, "name in JSON and summaries", "what it means")
 */
#define TARGET_VERDICTS(X)                                                                      \
	X(OK, "traceable", "can be traced")                                                     \
	X(GLUE, "tracepoint glue", "part of a tracepoint, not of KVM's own work")               \
	X(DENIED, "denied", "never attached: it could harm the host")                           \
	X(NOT_UNIQUE, "not unique", "another symbol of the kernel has this name")               \
	X(CLONE, "clone", "the compiler left a changed copy only, whose arguments are unknown") \
	X(NO_SYMBOL, "no symbol", "no code of its own: inlined, or freed after initialisation") \
	X(NO_BTF, "no BTF", "the kernel's type information does not have it")                   \
	X(NO_SITE, "no ftrace site", "ftrace cannot patch it: noinstr, notrace or assembly")    \
	X(ARGS, "arguments", "it takes more argument registers than the kernel's trampolines")  \
	X(VARIADIC, "variadic", "it takes a variable number of arguments")                      \
	X(STRUCT_RETURN, "struct return", "it returns a struct or a union by value")            \
	X(STRUCT_ARG, "struct argument", "it takes a struct of more than 16 bytes by value")    \
	X(REFUSED, "refused", "the kernel refused a test program for it")

enum target_verdict {
#define X(verdict, name, text) TARGET_##verdict,
	TARGET_VERDICTS(X) TARGET_VERDICT_COUNT,
#undef X
};

struct target_function {
	char *name;   /* as the kernel's symbol table has it */
	char *module; /* "kvm", "kvm_amd" or "kvm_intel" */
	int btf_fd;   /* attach_btf_obj_fd: of the module's BTF, the host's; -1 on a made-up host */
	u32 btf_id;   /* attach_btf_id; 0 = none */
	u32 arg_cnt;  /* registers that its arguments take */
	enum target_verdict verdict;
	char *why;	    /* unless TARGET_OK: why it cannot be traced */
	bool doubtful;	    /* takes a struct by value: only target_try_load() tells */
	bool is_clone;	    /* a clone that may be attached: by its symbol, for it has no type */
	bool is_default;    /* of the exit path: see defaults.h */
	bool is_discovered; /* has been seen to run: see discovery.h */
	u32 site_line;	    /* as of struct site; 0 = none */
};

struct target_host;

/*
 * Read what this host has; takes a fraction of a second, or less with what an earlier call has
 * left in the cache (host_cache.h), which @fresh does not look at. Fails with -ENOENT where KVM or
 * its vendor module is not loaded, -EPERM for lack of privileges, after saying so. A
 * kernel without BTF for modules is no failure: its functions all are TARGET_NO_BTF.
 */
int target_host_open(bool fresh, struct target_host **out);
void target_host_free(struct target_host **host);

enum isa target_host_isa(const struct target_host *host);

/* The vendor module: "kvm_amd" or "kvm_intel". */
const char *target_host_vendor(const struct target_host *host);

/* Descriptor of @module's BTF for attach_btf_obj_fd, owned by the host; -1 if it has none. */
int target_host_btf_fd(const struct target_host *host, const char *module);

/* All functions, by name, then module. */
struct target_function **target_host_functions(const struct target_host *host, size_t *cnt_out);

/*
 * The function "name" or "module:name", whatever its verdict; NULL if this host has none.
 * Where the compiler left a clone only (name.isra.0), the clone.
 */
struct target_function *target_host_find(const struct target_host *host, const char *name);

/* The index of the first function whose name is not before @name. */
size_t target_host_first(const struct target_host *host, const char *name);

/* Likewise, of the first one whose name begins with @prefix. */
size_t target_host_first_with(const struct target_host *host, const char *prefix);

/* The user wants clones: from here on those of KVM's that ftrace can patch can be traced. */
void target_host_allow_clones(struct target_host *host);

/*
 * Let the kernel judge: load, but never attach, a program for @function that does nothing.
 * 0, or -errno with the verdict set to TARGET_REFUSED and why (nothing is printed).
 */
int target_try_load(struct target_function *function);

/* TARGET_OK; of a doubtful function only once the kernel has said so, which this asks it. */
bool target_is_traceable(struct target_function *function);

/* "traceable", "denied", ...; and the sentence that explains it. */
const char *target_verdict_name(enum target_verdict verdict);
const char *target_verdict_text(enum target_verdict verdict);

#endif
