// SPDX-License-Identifier: GPL-2.0
#include "collect/session.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "attach/mechanism.h"
#include "collect/describe.h"
#include "collect/session_inside.h"
#include "collect/vmm.h"
#include "target/anchors.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/stopwatch.h"

#define CPU_VCPUS	     4	 /* slots for vCPUs that are to come, of each CPU, */
#define CPU_VCPUS_MANY	     2	 /* or of each beyond 16 */
#define LEAST_VCPUS	     8	 /* and at least */
#define POLL_INTERVAL_MS     100 /* how soon the slots of vCPUs that went away are free again */

void session_free(struct session **session_ptr)
{
	struct session *session = *session_ptr;

	if (!session)
		return;
	progress_clear(&session->progress);
	command_stop(&session->command);
	keep_free(&session->keep);
	slots_free(&session->slots);
	attach_release(&session->attach);
	choice_free(&session->choice);
	cleanup_close(&session->vmm_fd);
	signals_give_back(&session->signals);
	free(session);
	*session_ptr = NULL;
}

/* Room for the vCPUs there are, and as many as VMs on this host may well start meanwhile. */
static u32 default_vcpu_cnt(u32 existing)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), few = cpus < 16 ? cpus : 16;
	u32 cnt = CPU_VCPUS * few + CPU_VCPUS_MANY * (cpus - few);

	return existing + (cnt > LEAST_VCPUS ? cnt : LEAST_VCPUS);
}

static int find_vmm(struct session *session)
{
	int pid = session->options.pid, r;

	if ((pid || session->options.command) && !vmm_pids_are_ours())
		return err_r(-EINVAL,
			     "process numbers differ from the kernel's in this container; run "
			     "exitgraph on the host (or with its PID namespace), or record "
			     "all VMs");
	r = vmm_count_vcpus(pid);
	if (r == -ESRCH)
		return err_r(r, "there is no process %d", pid);
	if (r == -ENXIO)
		return err_r(
			r,
			"process %d is no VMM: it has no KVM virtual machine open (leave out -p "
			"to record all VMs)",
			pid);
	if (r < 0)
		return err_r(r, "cannot look at process %d: %s", pid, strerror(-r));
	if (!session->options.max_vcpus)
		session->options.max_vcpus = default_vcpu_cnt(r);
	if (session->options.max_vcpus > XG_VCPUS_MAX)
		session->options.max_vcpus = XG_VCPUS_MAX;
	if (!pid)
		return 0;
	session->vmm_fd = syscall(SYS_pidfd_open, pid, 0);
	if (session->vmm_fd < 0)
		return err_r(-errno, "cannot watch process %d: %s", pid, strerror(errno));
	return 0;
}

static int load(struct session *session)
{
	session->attach_options = (struct attach_options){
		.vcpu_cnt = session->options.max_vcpus,
		.exits_only = session->options.exits_only,
		.in_steps = session->options.window_ns,
		.mechanism = session->options.mechanism,
		.samples = session->options.samples,
		.slowest = session->options.slowest,
		.over_ns = session->options.over_ns,
	};
	if (session->choice.host) {
		session->attach_options.anchors = target_host_anchors(
			session->choice.host, &session->attach_options.anchor_cnt);
		session->attach_options.kernel = target_host_kernel(session->choice.host);
	}
	return attach_new(session->choice.isa, session->choice.functions,
			  session->choice.function_cnt, &session->attach_options, &session->attach);
}

int session_new(const struct session_options *options, struct session **out)
{
	_cleanup_(session_free) struct session *session = NULL;
	u64 start_ns;
	int r;

	session = calloc(1, sizeof(*session));
	if (!session)
		return err_r(-ENOMEM, "no memory");
	session->options = *options;
	session->progress.enabled = options->progress;
	session->command = (struct command)COMMAND_INIT;
	session->vmm_fd = -1;
	session->signals = (struct signals)SIGNALS_INIT;
	getrlimit(RLIMIT_NOFILE, &session->descriptor_limit);
	r = attach_require(options->mechanism);
	if (!r)
		r = find_vmm(session);
	if (!r)
		r = signals_take(&session->signals);
	if (!r)
		r = choose_functions(&session->options, session->signals.fd, &session->choice);
	start_ns = stopwatch_now_ns();
	if (!r)
		r = load(session);
	stopwatch_say(&start_ns, "loading the templates and the boundaries");
	if (!r)
		r = slots_new(session->attach, &session->slots);
	if (r)
		return r;
	*out = TAKE_PTR(session);
	return 0;
}

/* Wait until something ends the recording, freeing slots of vCPUs that go away. */
static int follow(struct session *session, u64 start_ns, u64 duration_ns, struct profile *profile,
		  struct recording *recording, enum session_end *end_out)
{
	u64 end_ns = duration_ns ? start_ns + duration_ns : ~0ULL;
	struct pollfd fds[] = {
		{ .fd = session->signals.fd, .events = POLLIN },
		{ .fd = session->command.pid_fd, .events = POLLIN },
		{ .fd = session->vmm_fd, .events = POLLIN },
		{ .fd = keep_fd(session->keep), .events = POLLIN },
	};

	for (;;) {
		u64 now_ns = progress_now_ns(), exit_cnt;
		u64 left_ms = now_ns < end_ns ? (end_ns - now_ns + 999999) / 1000000 : 0;
		size_t vcpu_cnt;
		int r;

		r = keep_drain(session->keep);
		if (!r)
			r = slots_drain(session->slots, recording);
		if (r)
			return r;
		slots_exit_cnt(session->slots, &exit_cnt, &vcpu_cnt);
		progress_record(&session->progress, now_ns - start_ns, exit_cnt, vcpu_cnt);
		*end_out = SESSION_END_DURATION;
		if (!left_ms)
			return 0;
		r = poll(fds, ARRAY_SIZE(fds),
			 left_ms < POLL_INTERVAL_MS ? left_ms : POLL_INTERVAL_MS);
		if (r < 0 && errno != EINTR)
			return err_r(-errno, "poll: %s", strerror(errno));
		*end_out = SESSION_END_SIGNAL;
		if (r > 0 && fds[0].revents && signals_came(&session->signals))
			return 0;
		*end_out = SESSION_END_COMMAND;
		if (r > 0 && fds[1].revents && command_ended(&session->command, true))
			return 0;
		*end_out = SESSION_END_VMM;
		if (r > 0 && fds[2].revents)
			return 0;
	}
}

int session_add_functions(struct session *session, struct recording *recording)
{
	u32 *function_of = slots_function_of(session->slots, session->choice.function_cnt);
	int r = function_of ? 0 : -ENOMEM;

	for (size_t i = 0; !r && i < session->choice.function_cnt; i++) {
		const struct attach_function *function = &session->choice.functions[i];
		const struct target_function *target = function->target;

		if (!function->attached)
			continue;
		r = recording_add_function(recording, target->name, target->module,
					   &function_of[i]);
		if (!r)
			r = function_set_probe(&recording->functions[function_of[i]],
					       function->mechanism->name, target->arg_cnt);
	}
	if (r)
		return err_r(r, "no memory");
	keep_free(&session->keep);
	return keep_new(session->attach, &session->attach_options, function_of,
			session->choice.function_cnt, &session->keep);
}

static void arm(struct session *session)
{
	volatile struct xg_control *control = attach_control(session->attach);

	control->filter_tgid = session->options.pid;
	control->filter_ancestor = session->command.pid;
	__atomic_store_n(&control->armed, 1, __ATOMIC_SEQ_CST);
}

/* Since the recording began: another one of this session may have been before it. */
static void add_losses(struct session *session, struct recording *recording)
{
	volatile struct xg_control *control = attach_control(session->attach);

	recording->losses[XG_LOSS_VCPU_SLOTS] +=
		control->entries_without_slot - session->entries_without_slot;
	recording->losses[XG_LOSS_RECURSION_MISSES] +=
		attach_recursion_misses(session->attach) - session->recursion_misses;
	session->entries_without_slot = control->entries_without_slot;
	session->recursion_misses = attach_recursion_misses(session->attach);
}

/* From armed to disarmed. @work, if any, is what is recorded; else wait for what ends it. */
int session_follow(struct session *session, struct profile *profile, struct recording *recording,
		   u64 duration_ns, const struct session_work *work, enum session_end *end_out)
{
	u64 start_ns;
	int r = 0;

	recording->calibration = session->calibration;
	recording->started_unix_ns = describe_unix_ns();
	start_ns = progress_now_ns();
	arm(session);
	log_debug("armed");
	if (work)
		r = work->run(work->arg);
	else if (session->options.command)
		r = command_go(&session->command);
	if (!r && !work)
		r = follow(session, start_ns, duration_ns, profile, recording, end_out);
	if (attach_disarm(session->attach))
		recording->losses[XG_LOSS_SNAPSHOT_BUSY]++;
	recording->duration_ns = progress_now_ns() - start_ns;
	progress_clear(&session->progress);
	log_debug("disarmed");
	return r;
}

/* What the kernel has of it, once it is over. */
int session_take(struct session *session, struct recording *recording)
{
	int r = slots_finish(session->slots, recording);

	if (!r)
		r = keep_finish(session->keep, recording);
	if (r)
		return r;
	log_debug("the vCPUs' states are read");
	add_losses(session, recording);
	log_debug("the losses are added up");
	recording->kernel_bytes = attach_kernel_bytes(session->attach);
	recording->user_bytes = attach_user_bytes(session->attach);
	return describe_recording(recording, session->options.command, session->options.pid,
				  attach_mechanism(session->attach),
				  slots_exits_seen_at(session->slots));
}

int session_run(struct session *session, struct profile *profile, enum session_end *end_out,
		int *status_out)
{
	struct recording *recording;
	int r;

	r = profile_add_recording(profile, &recording);
	if (r)
		return err_r(r, "no memory");
	if (session->options.command)
		r = command_start(&session->command, session->options.command,
				  &session->descriptor_limit, &session->signals.old_mask);
	if (!r && session->options.window_ns)
		r = session_window(session, recording);
	if (!r)
		r = session_add_functions(session, recording);
	if (!r)
		r = keep_new(session->attach, &session->attach_options,
			     slots_functions(session->slots), session->choice.function_cnt,
			     &session->keep);
	if (!r)
		r = session_follow(session, profile, recording, session->options.duration_ns, NULL,
				   end_out);
	if (r)
		return r;
	/* It may take its time: session_release() waits for it, the profile does not. */
	command_terminate(&session->command);
	*status_out = session->command.pid ? session->command.status : 0;
	return session_take(session, recording);
}

int session_record(struct session *session, struct profile *profile,
		   const struct session_work *work, struct recording **out)
{
	struct recording *recording;
	int r;

	attach_wait_for_held(session->attach);
	/* Those of the recording before. */
	r = slots_drain(session->slots, NULL);
	if (!r && profile_add_recording(profile, &recording))
		r = err_r(-ENOMEM, "no memory");
	if (!r)
		r = session_add_functions(session, recording);
	if (!r)
		r = session_follow(session, profile, recording, 0, work, NULL);
	if (!r)
		r = session_take(session, recording);
	if (!r && recording_set(&recording->title, work->title))
		r = err_r(-ENOMEM, "no memory");
	if (!r)
		*out = recording;
	return r;
}

void session_release(struct session *session)
{
	keep_free(&session->keep);
	slots_free(&session->slots);
	attach_release(&session->attach);
	command_stop(&session->command);
}

void session_function_cnt(const struct session *session, size_t *attached_out, size_t *refused_out)
{
	*attached_out = 0;
	*refused_out = 0;
	for (size_t i = 0; i < session->choice.function_cnt; i++) {
		*attached_out += session->choice.functions[i].attached;
		*refused_out += session->choice.functions[i].error != 0;
	}
}

const char *session_how_chosen(const struct session *session)
{
	return session->choice.how;
}
