// SPDX-License-Identifier: GPL-2.0
#include "attach/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <zlib.h>

#include "attach/base.h"
#include "attach/boundaries.h"
#include "attach/disarm.h"
#include "attach/held.h"
#include "attach/inside.h"
#include "attach/ladder.h"
#include "attach/mechanism.h"
#include "attach/memory.h"
#include "attach/special.h"
#include "attach/watch.h"
#include "exitgraph.skel.h"
#include "target/anchors.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/stopwatch.h"

#define CAPTURES_BYTES (8 << 20)
#define SPARE_THREADS  1024 /* that have run a vCPU, and now another runs it */
#define MEMORY_SPARE   8    /* one part in so many of what is available stays so */
#define DESCRIPTORS    (1 << 16)

static const char *const required_svm[] = { RUN_IOCTL, "svm_vcpu_run", "kvm_sched_out",
					    "kvm_sched_in" };
static const char *const required_vmx[] = { RUN_IOCTL, "vmx_vcpu_run", "kvm_sched_out",
					    "kvm_sched_in" };

const char *const *attach_required_functions(enum isa isa, size_t *cnt_out)
{
	*cnt_out = ARRAY_SIZE(required_svm);
	return isa == ISA_SVM ? required_svm : required_vmx;
}

const char *attach_mechanism(const struct attach *attach)
{
	return attach->mechanism_names;
}

volatile struct xg_control *attach_control(struct attach *attach)
{
	return &attach->skel->bss->control;
}

void attach_wait_for_held(struct attach *attach)
{
	held_free(&attach->held);
}

int attach_disarm(struct attach *attach)
{
	int r = disarm(attach->skel, attach->states, attach->vcpu_cnt);

	held_remove(attach->held);
	return r;
}

struct xg_vcpu_state *attach_states(struct attach *attach, u32 *cnt_out)
{
	*cnt_out = attach->vcpu_cnt;
	return attach->states;
}

int attach_captures_fd(const struct attach *attach)
{
	return bpf_map__fd(attach->skel->maps.captures);
}

size_t attach_probe_cnt(const struct attach *attach)
{
	return attach->probes.cnt + attach->trial_probes.cnt;
}

static size_t states_bytes(const struct attach *attach)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return ((size_t)attach->vcpu_cnt * sizeof(struct xg_vcpu_state) + page - 1) / page * page;
}

void attach_unmap_states(struct attach *attach)
{
	if (attach->states)
		munmap(attach->states, states_bytes(attach));
	attach->states = NULL;
}

void attach_free(struct attach **attach_ptr)
{
	struct attach *attach = *attach_ptr;

	if (!attach)
		return;
	probes_free(&attach->probes);
	probes_free(&attach->trial_probes);
	held_free(&attach->held);
	attach_unmap_states(attach);
	exitgraph_bpf__destroy(attach->skel);
	sections_forget(&attach->sections);
	templates_forget(&attach->templates);
	free(attach);
	*attach_ptr = NULL;
}

/*
 * A function keeps four descriptors open: the usual soft limit of 1024 is too low, and for all
 * functions the usual hard limit of 4096, too, which root may raise.
 */
static void raise_descriptor_limit(void)
{
	struct rlimit limit, more = { DESCRIPTORS, DESCRIPTORS };

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	if (limit.rlim_max < DESCRIPTORS && !setrlimit(RLIMIT_NOFILE, &more))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int quiet_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	if (log_get_level() < LOG_DEBUG || level > LIBBPF_INFO)
		return 0;
	return vfprintf(stderr, format, args);
}

/* Which cycles are kept whole; the room for them is what arrives between two looks. */
static void configure_captures(struct attach *attach, struct xg_config *config,
			       const struct attach_options *options)
{
	config->samples = options->samples;
	config->slowest = options->slowest;
	config->over_ns = options->over_ns;
	config->keep = (options->samples ? XG_KEEP_SAMPLE : 0) |
		       (options->slowest ? XG_KEEP_SLOWEST : 0) |
		       (options->over_ns ? XG_KEEP_OVER : 0);
	if (config->keep)
		bpf_map__set_max_entries(attach->skel->maps.captures, CAPTURES_BYTES);
}

static void configure(struct attach *attach, enum isa isa, const struct attach_options *options)
{
	/* libbpf maps .rodata writable until the object is loaded. */
	struct xg_config *config = (struct xg_config *)&attach->skel->rodata->config;

	config->isa = isa;
	config->vcpu_cnt = attach->vcpu_cnt;
	config->has_cast = attach->kernel.has_cast;
	configure_captures(attach, config, options);
	boundaries_choose(attach->skel, config, options->exits_only);
	bpf_program__set_autoload(attach->skel->progs.trial_task, !options->exits_only);
	bpf_program__set_autoload(attach->skel->progs.trial_boundary, !options->exits_only);
	bpf_program__set_autoattach(attach->skel->progs.trial_task, false);
	bpf_program__set_autoattach(attach->skel->progs.trial_boundary, false);
	bpf_map__set_max_entries(attach->skel->maps.vcpus, attach->vcpu_cnt);
	bpf_map__set_max_entries(attach->skel->maps.threads, attach->vcpu_cnt + SPARE_THREADS);
	attach->skel->bss->control.free_slots = attach->vcpu_cnt;
	for (size_t i = 0; i < XG_TASK_SLOTS; i++)
		attach->skel->bss->task_slot[i] = XG_SLOT_NONE;
}

/* The kernel takes all of it at once, and kills others when there is not enough. */
static int check_memory(const struct attach *attach)
{
	u64 available = memory_available(), wanted = states_bytes(attach);

	if (wanted <= available - available / MEMORY_SPARE)
		return 0;
	return err_r(-ENOMEM,
		     "%u vCPUs take %llu MiB of kernel memory, and %llu MiB are available; give "
		     "fewer with --max-vcpus",
		     attach->vcpu_cnt, (unsigned long long)wanted >> 20,
		     (unsigned long long)available >> 20);
}

int attach_require(const struct mechanism *mechanism)
{
	struct features features;
	int r;

	if (!mechanism)
		return 0;
	r = features_read(mechanism->is_session, NULL, &features);
	if (!r && !mechanism->offered(&features))
		return err_r(-ENOTSUP, "this kernel cannot attach by %s: it lacks %s",
			     mechanism->option, mechanism->needs);
	return r;
}

static int read_features(struct attach *attach, const struct attach_function *functions, size_t cnt,
			 const struct attach_options *options)
{
	struct features_known known = { .is_return_id = attach->kernel.is_return_id };
	int r;

	for (size_t i = 0; i < options->anchor_cnt; i++) {
		const struct target_anchor *anchor = &options->anchors[i];

		if (!strcmp(anchor->section, "fexit"))
			known.btf_fd = anchor->btf_fd, known.btf_id = anchor->btf_id;
	}
	r = features_read(ladder_needs_sessions(attach->forced, functions, cnt), &known,
			  &attach->features);
	attach->features.set_cnt = cnt;
	return r;
}

int attach_new(enum isa isa, const struct attach_function *functions, size_t cnt,
	       const struct attach_options *options, struct attach **out)
{
	_cleanup_(attach_free) struct attach *attach = NULL;
	u64 start_ns = stopwatch_now_ns();
	int r = 0;

	libbpf_set_print(quiet_libbpf);
	raise_descriptor_limit();
	attach = calloc(1, sizeof(*attach));
	if (!attach)
		return err_r(-ENOMEM, "no memory");
	attach->vcpu_cnt = options->vcpu_cnt;
	r = check_memory(attach);
	if (r)
		return r;
	sections_tell(&attach->sections, options->anchors, options->anchor_cnt);
	r = templates_tell(&attach->templates);
	if (r)
		return err_r(r, "libbpf does not take the templates: %s", strerror(-r));
	attach->skel = exitgraph_bpf__open();
	if (!attach->skel)
		return err_r(-errno, "cannot open the BPF programs: %s", strerror(errno));
	if (options->kernel)
		attach->kernel = *options->kernel;
	else
		target_kernel_read(NULL, &attach->kernel);
	configure(attach, isa, options);
	attach->forced = options->mechanism;
	stopwatch_say(&start_ns, "opening the programs");
	if (cnt)
		r = read_features(attach, functions, cnt, options);
	if (!r)
		r = ladder_prepare(&attach->features, attach->forced, attach->skel, functions, cnt);
	if (r)
		return r;
	stopwatch_say(&start_ns, "asking for the kernel's features");
	if (cnt && !options->in_steps)
		held_start(&attach->features, attach->forced, attach->kernel.fprobes_save,
			   functions, cnt, &attach->held);
	r = exitgraph_bpf__load(attach->skel);
	stopwatch_say(&start_ns, "loading the programs");
	if (r == -ENOMEM)
		return err_r(r,
			     "the kernel has no memory for %u vCPUs (%zu MiB); give fewer with "
			     "--max-vcpus",
			     attach->vcpu_cnt, states_bytes(attach) >> 20);
	if (r)
		return err_r(r,
			     "the kernel does not take the BPF programs: %s ('exitgraph check' "
			     "tells what it lacks)",
			     strerror(-r));
	attach->states = mmap(NULL, states_bytes(attach), PROT_READ | PROT_WRITE, MAP_SHARED,
			      bpf_map__fd(attach->skel->maps.vcpus), 0);
	if (attach->states == MAP_FAILED) {
		attach->states = NULL;
		return err_r(-errno, "cannot map the vCPUs' states: %s", strerror(errno));
	}
	*out = TAKE_PTR(attach);
	return 0;
}

static bool is_required(enum isa isa, const char *name)
{
	size_t cnt;
	const char *const *required = attach_required_functions(isa, &cnt);

	for (size_t i = 0; i < cnt; i++)
		if (!strcmp(required[i], name))
			return true;
	return false;
}

size_t attach_required_cnt(enum isa isa, const struct attach_function *functions, size_t cnt)
{
	size_t i = 0;

	while (i < cnt && is_required(isa, functions[i].target->name))
		i++;
	return i;
}

/* All that the kernel refused, if a boundary hangs on one of them. */
static int check_required(enum isa isa, const struct attach_function *functions, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		const char *name = functions[i].target->name;

		if (!functions[i].attached && is_required(isa, name))
			return err_r(functions[i].error ?: -ENOENT,
				     "cannot attach to %s, which every recording needs: %s", name,
				     strerror(-functions[i].error));
	}
	return 0;
}

int attach_functions(struct attach *attach, struct attach_function *functions, size_t cnt,
		     attach_progress_fn progress, void *arg, const volatile bool *stop)
{
	struct attaching attaching = {
		.skel = attach->skel,
		.templates = &attach->templates,
		.features = &attach->features,
		.probes = &attach->probes,
		.functions = functions,
		.cnt = cnt,
		.progress = progress,
		.arg = arg,
		.stop = stop,
	};
	int r;

	/* In the last of several steps; in the first there is not enough to be held. */
	if (!attach->held && attach->has_boundaries)
		held_start(&attach->features, attach->forced, attach->kernel.fprobes_save,
			   functions, cnt, &attach->held);
	held_wait(attach->held);
	r = ladder_attach(&attaching, attach->forced);
	if (!r)
		r = check_required(attach->skel->rodata->config.isa, functions, cnt);
	if (r)
		return r;
	attach->function_cnt += attaching.done;
	ladder_explain(&attach->features, attach->forced, functions, cnt);
	ladder_names(functions, cnt, attach->mechanism_names, sizeof(attach->mechanism_names));
	base_tell(&attach->skel->bss->control, functions, cnt);
	r = watch_start(attach->skel, &attach->probes);
	if (r)
		return r;
	r = attach->has_boundaries ? 0 : exitgraph_bpf__attach(attach->skel);
	if (r)
		return err_r(r, "cannot attach to KVM's tracepoints: %s", strerror(-r));
	held_let_go(attach->held);
	if (!attach->has_boundaries)
		attach->recursion_base = attach_recursion_misses(attach);
	attach->has_boundaries = true;
	return 0;
}

size_t attach_mechanisms(const struct attach *attach, const struct attach_function *functions,
			 size_t cnt, const struct mechanism **out)
{
	return ladder_mechanisms(&attach->features, attach->forced, functions, cnt, out);
}

u32 attach_programs_sum(void)
{
	size_t size;
	const void *programs = exitgraph_bpf__elf_bytes(&size);

	return crc32(0, programs, size);
}

u64 attach_recursion_misses(const struct attach *attach)
{
	u64 sum = probes_missed(&attach->probes);
	struct bpf_program *program;

	bpf_object__for_each_program(program, attach->skel->obj)
	{
		if (bpf_program__fd(program) >= 0)
			sum += program_missed(bpf_program__fd(program));
	}
	return sum - attach->recursion_base;
}

u64 attach_kernel_bytes(const struct attach *attach)
{
	u64 sum = attach->function_cnt * MEMORY_TRAMPOLINE_BYTES +
		  attach_probe_cnt(attach) * MEMORY_PROBE_BYTES + probes_bytes(&attach->probes) +
		  probes_bytes(&attach->trial_probes);
	struct bpf_program *program;
	struct bpf_map *map;

	bpf_object__for_each_map(map, attach->skel->obj) sum += memory_of_map(bpf_map__fd(map));
	bpf_object__for_each_program(program, attach->skel->obj) sum +=
		memory_of_program(bpf_program__fd(program));
	return sum;
}

u64 attach_user_bytes(const struct attach *attach)
{
	/* What reads a ring buffer maps its data twice, one behind the other. */
	return memory_own_peak(states_bytes(attach) +
			       2 * bpf_map__max_entries(attach->skel->maps.captures));
}
