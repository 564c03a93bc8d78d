/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One trace while it is read: its CPUs, the tasks on them, each task's stack of open calls,
 * and what was added up.
 *
 * Stacks belong to tasks: a task goes to another CPU in the middle of a call without a word
 * in the trace. Which task a line is of says, in this order:
 *  1. the line, if it has a task column;
 *  2. the latest switch block of its CPU, "A => B". What came before the first block of a CPU
 *     was A's; until that is known (it is looked up ahead, see lookahead.h) the CPU's lines
 *     are those of a task without a name;
 *  3. such a task without a name may be any other, come from another CPU (join.h).
 */
#ifndef EXITGRAPH_IMPORT_TRACE_H
#define EXITGRAPH_IMPORT_TRACE_H

#include "import/contexts.h"
#include "import/exit_rows.h"
#include "xg_loss.h"

#define STACK_MAX     200  /* open calls; the kernel follows fewer than 100 */
#define LOG_MAX	      4096 /* calls of a cycle that wait for their exit reason */
#define ENTERED_MAX   50   /* deeper, the kernel does not name returns (FTRACE_RETFUNC_DEPTH) */
#define TASK_MAX      1024
#define CPU_MAX	      8192
#define TASK_NAME_MAX 32 /* of a task: comm is at most 15 bytes */

/* No line may have more, and all lines together: so nothing overflows. */
#define DURATION_MAX_NS (1ULL << 50) /* 13 days */
#define CHARGED_MAX_NS	(1ULL << 60)

/* A call that returned; or (part) time of one that did not, or that was charged before (< 0). */
struct result {
	struct context *context; /* NULL: there was no room for one */
	s64 ns : 63;
	u64 part : 1;
};

/* An open call. */
struct frame {
	struct context *context;
	u64 child_ns; /* calls in it that returned, since the cycle began */
	u64 part_ns;  /* of its time, what was charged to earlier cycles */
	u64 since_us; /* when it was entered, or its cycle began; 0: no times in the trace */
	u32 depth;    /* as the trace has it: half the spaces before its name */
	u32 watch;    /* ROLE_RUN; ROLE_GUEST: the cycle's guest_ns is in it */
};

/* How sure an exit reason is; see calls.h. */
enum rank {
	RANK_UNKNOWN,
	RANK_SURE_HANDLER,
	RANK_ROOT,
	RANK_BELOW_EXIT,
	RANK_EVENT,
};

/* What is known of the cycle under way. */
struct trace_cycle {
	u32 row; /* the exit reason so far */
	enum rank rank;
	u32 sticky;   /* calls of this cycle were charged already, to sticky - 1 */
	bool entered; /* vcpu_enter_guest was called in it, */
	bool ran;     /* and *_vcpu_run */
	bool damaged; /* a call or a return is missing */

	/* Of one that begins and ends at kvm_entry (boundary.h): */
	bool begun, exited, ended;	 /* kvm_entry, kvm_exit, and the next kvm_entry came, */
	u64 begun_us, exit_us, ended_us; /* and when; 0: not known */
	u64 guest_ns;			 /* waits for the call that it is in to return */
	u64 root_ns;			 /* roots that returned, or their parts in it */
};

/* The exits of a task for one reason. */
struct exits {
	struct stat latency;
	u64 cycle_cnt;
	u64 cycle_ns;
};

struct task {
	struct task *next;
	struct task *same; /* known to be that one: all that comes later is that one's */
	s64 pid;	   /* -1: not known; the idle task of CPU n is -2 - n */
	char name[TASK_NAME_MAX];
	u32 first_cpu;
	u32 roles; /* ROLE_VMX, ROLE_SVM: functions seen */
	struct context *root;
	struct context *last; /* the context entered last */
	struct trace_cycle cycle;
	bool pending; /* the root returned, but may prove to be a part of something else */
	u64 pending_ns;
	u32 joint; /* depth of roots that may belong below another task's calls; 0: none do */
	u64 mark;  /* task_mark() when another one's joint began */
	u32 overruns;
	u32 log_cnt, log_room;
	struct result *log;
	bool bounded;	/* kvm_entry came: its cycles begin and end there */
	bool any_exits; /* kvm_exit came */
	struct exits *exits[EXIT_ROWS];
	u32 depth; /* open calls */
	struct frame stack[STACK_MAX];
};

struct cpu {
	struct task *task;
	u32 number;
	bool named; /* the task is known by a switch block, or a block to come */
	/* What was entered last at each depth: a return without a name there is that one's. */
	const struct symbol *entered[ENTERED_MAX];
};

struct trace {
	u32 number; /* from 1, in the import */
	struct contexts contexts;
	struct symbols *symbols; /* the import's */
	struct task *tasks;	 /* in order of appearance, */
	struct task *last_task;
	u32 task_cnt;
	struct task *by_pid[2 * TASK_MAX]; /* hashed; a task without a pid is not here */
	struct cpu **cpus;		   /* by number + 1; cpus[0] is for lines without a CPU */
	u32 cpu_room;
	struct exit_rows rows;
	struct symbol *guest; /* <guest>, no function; NULL until there is some */
	u64 clock_us;	      /* of the latest line that has an effect in time; 0: none has */
	bool exported;	      /* our own writer's: each cycle has a head */
	u32 head_row;	      /* the exit reason that the latest head says */
	u64 losses[XG_LOSS_COUNT];
	u64 charged_ns; /* all durations, nested ones again */
	int err;	/* -ENOMEM: nothing that follows counts */
};

int trace_new(u32 number, struct symbols *symbols, u32 stat_max, struct trace **out);
void trace_free(struct trace **trace);

/* The CPU of that @number (-1: lines have none). NULL beyond CPU_MAX or without memory. */
struct cpu *trace_cpu(struct trace *trace, int32_t number);

/* The task "comm-pid" in @text, which runs on @cpu; NULL when there is no room. */
struct task *trace_task(struct trace *trace, const char *text, size_t length, struct cpu *cpu);

/* The task that runs on @cpu, or a new one without a name; NULL when there is no room. */
struct task *trace_cpu_task(struct trace *trace, struct cpu *cpu);

/* What will be known later: the task on @cpu up to its first switch block is "comm-pid". */
void trace_expect(struct trace *trace, struct cpu *cpu, const char *text, size_t length);

/* A switch block: on @cpu, the task named @from gave way to the task named @to. */
void trace_switch(struct trace *trace, struct cpu *cpu, const char *from, size_t from_length,
		  const char *to, size_t to_length);

/* What a line says about its task's stack. */
enum event {
	EVENT_ENTRY, /* name() { */
	EVENT_LEAF,  /* name(); */
	EVENT_CLOSE, /* } */
};

/* The place of @pid's task in by_pid, which is never full: it has two places for each task. */
struct task **trace_pid_slot(struct trace *trace, s64 pid);

/* The trace is over: all that is open is unfinished. */
void trace_end(struct trace *trace);

/* Does a task have an open call? */
bool trace_is_open(const struct trace *trace);

/* Is an event at @depth what @task's stack lets one expect? */
static inline bool task_fits(const struct task *task, enum event event, u32 depth)
{
	if (event == EVENT_CLOSE)
		return task->depth && task->stack[task->depth - 1].depth == depth;
	return !task->depth || task->stack[task->depth - 1].depth + 1 == depth;
}

#endif
