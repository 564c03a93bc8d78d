/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of user/target: how a host is made. open.c makes one of the running kernel; the
 * tests make theirs of texts and of BTF built in memory.
 */
#ifndef EXITGRAPH_TARGET_HOST_H
#define EXITGRAPH_TARGET_HOST_H

#include <bpf/btf.h>

#include "target/kallsyms.h"
#include "target/sites.h"
#include "target/target.h"

#define TARGET_MODULES 2 /* kvm and the vendor's */

/* What verdicts are made of. */
struct target_sources {
	const struct kallsyms *kallsyms;
	const struct sites *sites;
	const struct btf *btf[TARGET_MODULES]; /* split BTF of each module; NULL = none */
	u32 max_args;			       /* argument registers that a trampoline takes */
};

struct target_host {
	enum isa isa;
	const char *modules[TARGET_MODULES]; /* kvm first */
	int btf_fds[TARGET_MODULES];
	struct target_function **v; /* by name, then module, up to sorted_cnt */
	size_t cnt, cap, sorted_cnt;
};

/* A host without functions, of the vendor that @isa says. 0 or -ENOMEM. */
int target_host_new(enum isa isa, struct target_host **out);

/*
 * Add a function, TARGET_OK as yet. It is found after the next target_host_sort(), which
 * also drops repetitions of a name in a module. 0 or -ENOMEM.
 */
int target_host_add(struct target_host *host, const char *name, size_t module,
		    struct target_function **out);
void target_host_sort(struct target_host *host);

/* Has the compiler made this one of another function (name.isra.0, name.part.0...)? */
bool target_name_is_clone(const char *name);

/* Add all functions of the modules and judge them. 0 or -errno, after saying so. */
int target_judge(struct target_host *host, const struct target_sources *sources);

/* Set the verdict and its reason, by default the verdict's text. 0 or -ENOMEM. */
int target_function_set(struct target_function *function, enum target_verdict verdict,
			const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Fill @fds with the BTF descriptors of @modules, -1 where there is none. 0 or -errno. */
int target_btf_fds(const char *const *modules, size_t cnt, int *fds);

#endif
