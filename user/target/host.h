/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of user/target: how a host is made. open.c makes one of the running kernel; the
 * tests make theirs of texts and of BTF built in memory.
 */
#ifndef EXITGRAPH_TARGET_HOST_H
#define EXITGRAPH_TARGET_HOST_H

#include <bpf/btf.h>

#include "target/anchors.h"
#include "target/kallsyms.h"
#include "target/sites.h"
#include "target/target.h"

#define TARGET_VMLINUX	    "vmlinux"
#define TARGET_VMLINUX_FD   0 /* attach_btf_obj_fd of vmlinux; no descriptor, never closed */
#define TARGET_VMLINUX_PATH "/sys/kernel/btf/vmlinux"

struct target_rules;

/* What verdicts are made of. */
struct target_sources {
	const struct kallsyms *kallsyms;
	const struct sites *sites;
	struct btf *const
		*btf; /* of each of the host's modules, split from vmlinux'; NULL = none */
	u32 max_args; /* argument registers that a trampoline takes */
	const struct target_rules *only; /* functions that one of these means; NULL = all */
};

struct target_host {
	enum isa isa;
	bool is_outside;      /* holds what KVM calls and is no part of it: see outside.h */
	const char **modules; /* kvm, then the vendor's; of an outside any */
	int *btf_fds;
	size_t module_cnt;
	struct target_function **v; /* by name, then module, up to sorted_cnt */
	size_t cnt, cap, sorted_cnt;
	struct target_anchor anchors[TARGET_ANCHORS_MAX];
	size_t anchor_cnt;
	struct target_kernel kernel;
};

/* A host without functions, of the vendor that @isa says, or of other modules. 0 or -ENOMEM. */
int target_host_new(enum isa isa, struct target_host **out);
int target_host_new_of(const char *const *modules, size_t cnt, struct target_host **out);

/*
 * Add a function, TARGET_OK as yet. It is found after the next target_host_sort(), which
 * also drops repetitions of a name in a module. 0 or -ENOMEM.
 */
int target_host_add(struct target_host *host, const char *name, size_t module,
		    struct target_function **out);
void target_host_sort(struct target_host *host);

/* The function @name of @module or, as with target_host_find(), a clone; or NULL. */
struct target_function *target_host_find_in(const struct target_host *host, const char *module,
					    const char *name);

/*
 * A host for the functions outside of KVM that @rules mean (outside.h), without functions:
 * target_judge() adds them, with @rules as the sources' `only`. 0 or -errno, after saying so.
 */
int target_outside_new(const struct kallsyms *kallsyms, const struct target_rules *rules,
		       struct target_host **out);

/* Is a text symbol of this name a function that one could call? */
bool target_name_is_function(const char *name);

/* Has the compiler made this one of another function (name.isra.0, name.part.0...)? */
bool target_name_is_clone(const char *name);

/* As fnmatch() without flags says it. */
bool target_glob_matches(const char *pattern, const char *name);

/* Does @pattern mean the function @name of @module? A plain name means its clones, too. */
bool target_pattern_means(const char *pattern, const char *module, const char *name);

/* Add all functions of the modules and judge them. 0 or -errno, after saying so. */
int target_judge(struct target_host *host, const struct target_sources *sources);

/* Set the verdict and its reason, by default the verdict's text. 0 or -ENOMEM. */
int target_function_set(struct target_function *function, enum target_verdict verdict,
			const char *format, ...) __attribute__((format(printf, 3, 4)));

/* From the running kernel: its symbols, and ftrace's sites. 0 or -errno, after saying so. */
int target_read_kallsyms(const char *const *modules, size_t cnt, struct kallsyms **out);
int target_read_sites(const char *const *modules, size_t cnt, struct sites **out);

/* The BTF of @module, split from @vmlinux'; *@out stays NULL if it has none. 0 or -errno (said). */
int target_read_btf(const char *module, struct btf *vmlinux, struct btf **out);

/* Fill @fds with the BTF descriptors of @modules, -1 where there is none. 0 or -errno. */
int target_btf_fds(const char *const *modules, size_t cnt, int *fds);

#endif
