/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every way in which a recording can be less than whole, counted by kind and shown with
 * every report. A LOSS makes numbers incomplete; a NOTE is counted so that totals can be
 * explained, and is normal (a cycle is always under way when a recording ends).
 *
 *	X(kind, "name in exports", LOSS or NOTE, "what it means")
 *
 * The kernel counts those up to LAST_KERNEL per vCPU; user space counts the others.
 */
#ifndef EXITGRAPH_XG_LOSS_H
#define EXITGRAPH_XG_LOSS_H

#define XG_LOSS_KERNEL_KINDS(X)                                                                    \
	X(MISMATCH, "cycles_mismatched", LOSS,                                                     \
	  "cycles dropped from the trees: a return did not match the open call")                   \
	X(SKIPPED, "cycles_skipped", LOSS,                                                         \
	  "cycles dropped from the trees: the kernel skipped a probe, which was running already")  \
	X(LOG_FULL, "cycles_log_full", LOSS,                                                       \
	  "cycles dropped from the trees: more calls in one cycle than the log holds")             \
	X(DEPTH, "cycles_too_deep", LOSS,                                                          \
	  "cycles dropped from the trees: calls nested deeper than the stack holds")               \
	X(NODES_FULL, "cycles_nodes_full", LOSS,                                                   \
	  "cycles dropped from the trees: no room for a new tree node")                            \
	X(REASONS_FULL, "exits_reasons_full", LOSS,                                                \
	  "exits not counted: more distinct exit reasons on one vCPU than its table holds")        \
	X(HIST_FULL, "values_hist_full", LOSS,                                                     \
	  "values missing in histograms (calls and times are whole): no room for buckets")         \
	X(ENTRY_WITHOUT_EXIT, "entries_without_exit", LOSS,                                        \
	  "cycles dropped: the vCPU was entered again and its exit was not seen")                  \
	X(VCPU_MOVED, "cycles_vcpu_moved", LOSS,                                                   \
	  "cycles dropped: the vCPU was taken over by another thread in the middle")               \
	X(KEEP_NO_ROOM, "kept_no_room", LOSS,                                                      \
	  "cycles to be kept whole that were not: the buffer to user space was full")              \
	X(KEEP_DROPPED, "kept_dropped", LOSS,                                                      \
	  "cycles to be kept whole that were not: dropped from the trees, or begun in other calls")               \
	X(KEEP_LIMIT, "kept_over_limit", LOSS,                                                     \
	  "cycles to be kept whole that were not: there were too many, or they took too much memory")              \
	X(INTERRUPTED_PROBE, "probes_interrupted", NOTE,                                           \
	  "clock readings put in order: an interrupt ran traced functions inside a probe")         \
	X(BEGUN_INSIDE, "cycles_begun_inside", NOTE,                                               \
	  "cycles dropped from the trees: KVM_RUN was entered before the probes were attached")    \
	X(UNFINISHED, "cycles_unfinished", NOTE,                                                   \
	  "cycles under way when the recording or the vCPU ended")                                 \
	X(PROBE_NS, "probe_ns", NOTE,                                                              \
	  "nanoseconds that the accounting took at the boundaries; in no call's time")

#define XG_LOSS_USER_KINDS(X)                                                                      \
	X(VCPU_SLOTS, "entries_without_slot", LOSS,                                                \
	  "entries of vCPUs that found no free slot (see --max-vcpus)")                            \
	X(RECURSION_MISSES, "recursion_misses", LOSS,                                              \
	  "probe runs that the kernel skipped because the probe was running on that CPU")          \
	X(SNAPSHOT_BUSY, "vcpus_read_while_busy", LOSS,                                            \
	  "vCPUs read at the end although their accounting was still under way")                   \
	X(KEEP_UNSOUND, "kept_unsound", LOSS,                                                      \
	  "cycles to be kept whole that were not: their records did not fit together")             \
	X(CALLS_UNFINISHED, "calls_unfinished", LOSS,                                              \
	  "calls whose return is not in the trace; what returned in them is in the trees")         \
	X(CALLS_ORPHANED, "calls_orphaned", LOSS,                                                  \
	  "returns whose call is not in the trace; they are in no tree")                           \
	X(EVENTS_LOST, "events_lost", LOSS,                                                        \
	  "events that the tracer lost, at least: its buffer was full (see buffer_size_kb)")       \
	X(CALLS_OVERRUN, "calls_overrun", LOSS,                                                    \
	  "calls that the tracer left out: nested deeper than it follows")                         \
	X(CALLS_NO_ROOM, "calls_no_room", LOSS,                                                    \
	  "calls of the trace not in the trees: too deep, or too many different ones")             \
	X(CALLS_UNTIMED, "calls_untimed", LOSS,                                                    \
	  "calls without a duration, counted as 0 ns: traced without funcgraph-duration")          \
	X(LINES_DAMAGED, "lines_damaged", LOSS,                                                    \
	  "lines of the trace that cannot be read: cut off, too long, or not text")                \
	X(LINES_OTHER, "lines_other", NOTE,                                                        \
	  "lines in the trace that are no function call: other events, text")

enum xg_loss {
#define X(kind, name, sort, text) XG_LOSS_##kind,
	XG_LOSS_KERNEL_KINDS(X) XG_LOSS_KERNEL_COUNT,
	XG_LOSS_BEFORE_USER = XG_LOSS_KERNEL_COUNT - 1,
	XG_LOSS_USER_KINDS(X)
#undef X
	XG_LOSS_COUNT,
};

#endif
