// SPDX-License-Identifier: GPL-2.0
/*
 * A guest's threads: one per vCPU, and the caller's, which waits for them, ends them early
 * when it is to, and moves them about when that is asked for.
 *
 * To end a run early the guest is told so in its memory: its loop ends by itself after a
 * whole number of exits. Should it not (it cannot be trusted to, the machine may be broken),
 * its threads are kicked out of KVM_RUN by a signal.
 */
#include "guest/guest.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "guest/machine.h"
#include "guest/vcpu.h"
#include "util/cleanup.h"
#include "util/log.h"

#define KICK_SIGNAL	 SIGUSR1
#define STOP_PATIENCE_MS 5000
#define KICK_INTERVAL_MS 10
#define MOVE_INTERVAL_MS 1

struct guest_vcpu {
	struct guest *guest;
	unsigned int id;
	struct machine_vcpu kvm;
	struct guest_control *control;
	pthread_t thread;
	bool started;
	pid_t tid;  /* of the thread, once it runs */
	int status; /* of the run */
	struct guest_result result;
};

struct guest {
	struct guest_options options;
	enum guest_isa isa;
	struct machine *machine;
	uint64_t tsc_khz;
	cpu_set_t cpus;	   /* those the process may use */
	int done_fd;	   /* one count per vCPU thread that has ended */
	uint64_t move_cnt; /* by the thread that waits for the others */
	bool failed;	   /* one of them has, so the others shall end */
	struct guest_vcpu vcpus[GUEST_VCPU_MAX];
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* May this process use the CPUs that it is to? */
static int cpus_check(struct guest *guest)
{
	const struct guest_options *options = &guest->options;

	if (sched_getaffinity(0, sizeof(guest->cpus), &guest->cpus))
		return err_r(-errno, "cannot tell which CPUs there are: %s", strerror(errno));
	for (size_t i = 0; i < options->cpu_cnt; i++)
		if (options->cpus[i] >= CPU_SETSIZE || !CPU_ISSET(options->cpus[i], &guest->cpus))
			return err_r(-EINVAL,
				     "no vCPU can run on CPU %u: there is no such CPU, or "
				     "this process may not use it",
				     options->cpus[i]);
	return 0;
}

int guest_new(struct guest **out, const struct guest_options *options)
{
	_cleanup_(guest_free) struct guest *guest = NULL;
	int r;

	guest = calloc(1, sizeof(*guest));
	if (!guest)
		return err_r(-ENOMEM, "no memory for the guest");
	guest->options = *options;
	guest->done_fd = -1;
	for (unsigned int i = 0; i < GUEST_VCPU_MAX; i++)
		guest->vcpus[i] = (struct guest_vcpu){ .guest = guest, .id = i, .kvm.fd = -1 };
	r = cpus_check(guest);
	if (r)
		return r;
	guest->done_fd = eventfd(0, EFD_CLOEXEC);
	if (guest->done_fd < 0)
		return err_r(-errno, "eventfd: %s", strerror(errno));

	r = machine_isa(&guest->isa);
	if (r)
		return r;
	r = machine_new(&guest->machine, options->workload, guest->isa);
	if (r)
		return r;
	for (unsigned int i = 0; i < options->vcpu_cnt; i++) {
		guest->vcpus[i].control = machine_control(guest->machine, i);
		r = machine_vcpu_open(guest->machine, i, &guest->vcpus[i].kvm);
		if (r)
			return r;
	}
	machine_prefault(&guest->vcpus[0].kvm);
	guest->tsc_khz = machine_tsc_khz(&guest->vcpus[0].kvm);
	*out = TAKE_PTR(guest);
	return 0;
}

void guest_free(struct guest **guestp)
{
	struct guest *guest = *guestp;

	if (!guest)
		return;
	for (unsigned int i = 0; i < GUEST_VCPU_MAX; i++)
		machine_vcpu_close(&guest->vcpus[i].kvm);
	machine_free(&guest->machine);
	cleanup_close(&guest->done_fd);
	free(guest);
	*guestp = NULL;
}

uint64_t guest_tsc_khz(const struct guest *guest)
{
	return guest->tsc_khz;
}

uint64_t guest_alike_exits(const struct guest *guest, const struct guest_result *result)
{
	if (strcmp(guest_workload_reason(guest->options.workload, guest->isa), "NPF"))
		return 0;
	return result->kvm.faults - result->kvm.mmio_pages;
}

enum guest_isa guest_isa(const struct guest *guest)
{
	return guest->isa;
}

static void *vcpu_thread(void *arg)
{
	struct guest_vcpu *vcpu = arg;
	struct guest_control *control = vcpu->control;
	struct guest_result *result = &vcpu->result;
	const uint64_t one = 1;
	struct guest_stats before, after;
	uint64_t start;

	__atomic_store_n(&vcpu->tid, gettid(), __ATOMIC_RELEASE);
	guest_stats_read(vcpu->kvm.fd, &before);
	start = now_ns();
	vcpu->status =
		vcpu_run(&vcpu->kvm, vcpu->id, vcpu->guest->options.workload, &result->user_exits);
	result->wall_ns = now_ns() - start;
	guest_stats_read(vcpu->kvm.fd, &after);
	result->kvm = guest_stats_since(&before, &after);
	result->iterations = control->done;
	result->interrupts = control->interrupts;
	result->cycles = control->tsc_end - control->tsc_start;
	if (vcpu->status)
		__atomic_store_n(&vcpu->guest->failed, true, __ATOMIC_RELEASE);
	/* Cannot fail: the counter is far from full. */
	(void)!write(vcpu->guest->done_fd, &one, sizeof(one));
	return NULL;
}

/* Where @vcpu's thread is to run, if that was said. */
static int vcpu_pin(struct guest_vcpu *vcpu, pthread_attr_t *attr)
{
	const struct guest_options *options = &vcpu->guest->options;
	cpu_set_t set;

	if (!options->cpu_cnt)
		return 0;
	CPU_ZERO(&set);
	CPU_SET(options->cpus[vcpu->id % options->cpu_cnt], &set);
	return -pthread_attr_setaffinity_np(attr, sizeof(set), &set);
}

static int vcpu_start(struct guest_vcpu *vcpu, uint64_t count)
{
	pthread_attr_t attr;
	char name[16];
	int r;

	*vcpu->control = (struct guest_control){ .count = count };
	vcpu->result = (struct guest_result){};
	vcpu->status = 0;
	vcpu->tid = 0;
	pthread_attr_init(&attr);
	r = vcpu_pin(vcpu, &attr);
	if (!r)
		r = -pthread_create(&vcpu->thread, &attr, vcpu_thread, vcpu);
	pthread_attr_destroy(&attr);
	if (r)
		return err_r(r, "cannot start vCPU %u's thread: %s", vcpu->id, strerror(-r));
	vcpu->started = true;
	snprintf(name, sizeof(name), "CPU %u/KVM", vcpu->id); /* as QEMU calls its own */
	pthread_setname_np(vcpu->thread, name);
	return 0;
}

static void guest_stop(struct guest *guest)
{
	for (unsigned int i = 0; i < guest->options.vcpu_cnt; i++)
		__atomic_store_n(&guest->vcpus[i].control->stop, 1, __ATOMIC_RELEASE);
}

static void kick_handler(int signal)
{
}

/* Get every vCPU out of KVM_RUN, and keep it out. To be repeated: the signal may come early. */
static void guest_kick(struct guest *guest)
{
	struct sigaction action = { .sa_handler = kick_handler };

	sigaction(KICK_SIGNAL, &action, NULL);
	for (unsigned int i = 0; i < guest->options.vcpu_cnt; i++) {
		struct guest_vcpu *vcpu = &guest->vcpus[i];

		if (!vcpu->started)
			continue;
		vcpu->kvm.run->immediate_exit = 1;
		pthread_kill(vcpu->thread, KICK_SIGNAL);
	}
}

/* The @n-th of the CPUs in @set, counted round and round. */
static unsigned int nth_cpu(const cpu_set_t *set, unsigned int n)
{
	n %= CPU_COUNT(set);
	for (unsigned int cpu = 0;; cpu++)
		if (CPU_ISSET(cpu, set) && !n--)
			return cpu;
}

uint64_t guest_move_cnt(const struct guest *guest)
{
	return guest->move_cnt;
}

/* By thread ID: glibc 2.36 takes the pthread_t of a thread that has ended for the caller. */
static void guest_move(struct guest *guest, unsigned int step)
{
	cpu_set_t set;
	pid_t tid;

	for (unsigned int i = 0; i < guest->options.vcpu_cnt; i++) {
		tid = __atomic_load_n(&guest->vcpus[i].tid, __ATOMIC_ACQUIRE);
		if (!tid)
			continue;
		CPU_ZERO(&set);
		CPU_SET(nth_cpu(&guest->cpus, i + step), &set);
		if (!sched_setaffinity(tid, sizeof(set), &set) && CPU_COUNT(&guest->cpus) > 1)
			guest->move_cnt++;
	}
}

/* Wait for @left vCPU threads to end by themselves, or make them. */
static void guest_wait(struct guest *guest, unsigned int left)
{
	struct pollfd fds[] = {
		{ .fd = guest->done_fd, .events = POLLIN },
		{ .fd = guest->options.stop_fd, .events = POLLIN }, /* poll() ignores a -1 */
	};
	uint64_t stop_ns = 0, ended;
	unsigned int step = 0;
	int timeout_ms = guest->options.move ? MOVE_INTERVAL_MS : -1;

	while (left) {
		if (!stop_ns &&
		    (fds[1].revents || __atomic_load_n(&guest->failed, __ATOMIC_ACQUIRE))) {
			guest_stop(guest);
			stop_ns = now_ns();
			fds[1].fd = -1;
			if (timeout_ms < 0)
				timeout_ms = KICK_INTERVAL_MS;
		}
		if (stop_ns && now_ns() - stop_ns > STOP_PATIENCE_MS * 1000000ULL)
			guest_kick(guest);
		if (poll(fds, ARRAY_SIZE(fds), timeout_ms) < 0)
			fds[0].revents = fds[1].revents = 0;
		if (fds[0].revents && read(guest->done_fd, &ended, sizeof(ended)) > 0)
			left -= ended;
		if (guest->options.move)
			guest_move(guest, ++step);
	}
}

/* Did @vcpu make @count iterations, and did user space and its APIC see what they should? */
static int vcpu_check(const struct guest_vcpu *vcpu, uint64_t count)
{
	const struct guest_workload *workload = vcpu->guest->options.workload;
	const struct guest_result *result = &vcpu->result;
	uint64_t seen = workload->event == GUEST_EVENT_NONE ? 0 : result->iterations;
	uint64_t taken = workload->features & GUEST_INTERRUPT ? result->iterations : 0;
	uint64_t twice = taken / 1000 + 2;

	if (vcpu->status)
		return vcpu->status;
	if (result->user_exits != seen)
		return err_r(-EPROTO,
			     "%s: vCPU %u made %" PRIu64 " iterations, but %" PRIu64
			     " exits came to user space instead of %" PRIu64,
			     workload->name, vcpu->id, result->iterations, result->user_exits,
			     seen);
	/*
	 * None may be missing. Seen on an emulated host, once in 50,000: one comes twice, where
	 * the host has one of its own just then.
	 */
	if (result->interrupts < taken || result->interrupts > (taken ? taken + twice : 0))
		return err_r(-EPROTO,
			     "%s: vCPU %u made %" PRIu64 " iterations and took %" PRIu64
			     " interrupts instead of %" PRIu64,
			     workload->name, vcpu->id, result->iterations, result->interrupts,
			     taken);
	return result->iterations < count ? -EINTR : 0;
}

static int guest_check(struct guest *guest, uint64_t count)
{
	uint64_t iterations = 0, writes;
	int r, first = 0;

	for (unsigned int i = 0; i < guest->options.vcpu_cnt; i++) {
		r = vcpu_check(&guest->vcpus[i], count);
		if (r && (!first || first == -EINTR))
			first = r;
		iterations += guest->vcpus[i].result.iterations;
	}
	if (first && first != -EINTR)
		return first;
	writes = machine_device_writes(guest->machine);
	if (guest->options.workload->device != GUEST_NO_DEVICE && writes != iterations)
		return err_r(-EPROTO,
			     "%s: the guest made %" PRIu64
			     " writes, but the eventfd counted %" PRIu64,
			     guest->options.workload->name, iterations, writes);
	return first;
}

int guest_run(struct guest *guest, uint64_t count, struct guest_result *results)
{
	const unsigned int cnt = guest->options.vcpu_cnt;
	unsigned int started;
	int r = 0;

	guest->failed = false;
	for (started = 0; started < cnt && !r; started += !r)
		r = vcpu_start(&guest->vcpus[started], count);
	if (r)
		guest->failed = true;
	guest_wait(guest, started);
	for (unsigned int i = 0; i < cnt; i++) {
		if (guest->vcpus[i].started)
			pthread_join(guest->vcpus[i].thread, NULL);
		guest->vcpus[i].started = false;
		results[i] = guest->vcpus[i].result;
	}
	return r ? r : guest_check(guest, count);
}
