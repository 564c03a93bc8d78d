# SPDX-License-Identifier: GPL-2.0
# One workload's calls as exitgraph and as function_graph have them -> a table, and a verdict on
# each call. For scripts/compare-function-graph.
#
#	awk -v workload=W -v brief=0 -f compare-judge.awk \
#		input=exits EXITS.csv input=tree TREE.csv input=trace TRACE.csv
#
# EXITS.csv and TREE.csv are exitgraph's exports, TRACE.csv comes from compare-trace.awk. Compared
# are the cycles of one exit reason: that which exitgraph has the most exits of, and in the trace
# those that the handlers of this reason stand for.
#
# Calls: every path of calls must occur equally often on both sides, to the call. When the host
# preempts the vCPU's thread is chance, though, so where it did
#  - the scheduler's calls into KVM (kvm_sched_out, kvm_sched_in, and below) are shown, but not
#    compared. function_graph never shows kvm_sched_out: its filter by process id changes at the
#    event sched_switch, which is before that call.
#  - KVM goes through its way to the next entry once more. Calls on that way (below the caller of
#    the run function, and neither in that nor in the exit handler) may differ by as many as
#    there were preemptions in both runs.
# So it does where it gives up an entry, all prepared, for work that has come up for the thread, be it
# only to find that no other thread wants the CPU. It puts back what it would have injected then: calls
# of that outside of the run function count like preemptions.
#
# Durations: no call's mean may be above function_graph's, time off the CPU taken out of both (the tracer's
# option sleep-time is off). Calls that stay open across entries are compared where they return once
# in each cycle.
#
# Status 0 if all is as it must be, 1 if not.

function name_of(path)
{
	sub(/.*;/, "", path)
	return path
}

# "" of a path of one call
function parent_of(path)
{
	return sub(/;[^;]*$/, "", path) ? path : ""
}

function indent_of(path)
{
	return sprintf("%" 2 * gsub(/;/, "", path) "s", "")
}

function larger(a, b)
{
	return a > b ? a : b
}

function distance(a, b)
{
	return a > b ? a - b : b - a
}

function is_scheduler(path)
{
	return path ~ /;kvm_sched_(in|out)(;|$)/
}

# Is @path a call by which KVM gives up an entry?
function is_giving_up(path)
{
	return path ~ /;(svm_cancel_injection|vmx_cancel_injection|svm_complete_interrupts|__vmx_complete_interrupts)$/ &&
		parent_of(path) !~ /;(svm|vmx)_(vcpu_run|cancel_injection)$/
}

# Is @path on the way from an exit's handling to the next entry?
function is_way_to_entry(path)
{
	if (substr(path, 1, length(loop) + 1) != loop ";")
		return 0
	path = substr(path, length(loop) + 2)
	return path !~ /^(svm|vmx)_(vcpu_run|handle_exit)(;|$)/
}

# The verdict on the calls of @path; "" if they are as many.
function judge_calls(path,    differ)
{
	if (is_scheduler(path))
		return "preempted"
	differ = distance(our_calls[path] * their_exits, their_calls[path] * our_cycles)
	if (!differ)
		return ""
	if (is_way_to_entry(path) && differ <= (preempted + given_up) * larger(our_cycles, their_exits))
		return preempted ? "preempted" : "entry given up"
	wrong++
	if (!their_calls[path])
		return "NOT IN FUNCTION_GRAPH"
	return our_calls[path] ? "CALLS DIFFER" : "NOT IN EXITGRAPH"
}

# Are there means of @path to compare?
function is_timed(path)
{
	if (!our_calls[path] || !their_calls[path])
		return 0
	return !is_open[path] || our_calls[path] == our_cycles
}

function judge_row(path,    ours, theirs, ratio, verdict)
{
	verdict = judge_calls(path)
	ours = theirs = ratio = "-"
	if (is_timed(path)) {
		timed++
		ours = our_ns[path] / our_calls[path]
		theirs = their_ns[path] / their_calls[path]
		if (ours > theirs) {
			longer++
			verdict = (verdict ? verdict ", " : "") "LONGER"
		}
		ratio = sprintf("%.2f", ours / larger(theirs, 1))
		ours = sprintf("%.0f", ours)
		theirs = sprintf("%.0f", theirs)
	} else if (is_open[path] && !verdict)
		verdict = "stays open"
	if (brief && verdict !~ /[A-Z]/)
		return
	printf "%9.3f %9.3f %10s %9s %6s  %s%s%s\n", our_calls[path] / our_cycles,
		their_calls[path] / their_exits, ours, theirs, ratio, indent_of(path),
		name_of(path), verdict ? "  <- " verdict : ""
}

# What is open while the guest runs is open across entries; innermost is the run function.
function note_open(path)
{
	loop = parent_of(parent_of(path))
	while (path = parent_of(path))
		is_open[path] = 1
}

# A preemption: its time belongs to none of the calls around it.
function take_out(path, ns)
{
	while (path = parent_of(path))
		our_ns[path] -= ns
}

# Put @path, which exitgraph has not, behind the calls of its parent.
function insert(path,    parent, i, at)
{
	parent = parent_of(path)
	at = paths
	for (i = paths; i > 0; i--) {
		if (substr(order[i] ";", 1, length(parent) + 1) == parent ";") {
			at = i
			break
		}
	}
	for (i = ++paths; i > at + 1; i--)
		order[i] = order[i - 1]
	order[at + 1] = path
}

function add_their_calls(    i, path)
{
	for (i = 1; i <= traced_cnt; i++) {
		if (!is_ours(handled_in[i]))
			continue
		path = traced_path[i]
		their_calls[path] += traced_calls[i]
		their_ns[path] += traced_ns[i]
		if (name_of(path) == "kvm_sched_in")
			preempted += traced_calls[i]
		if (is_giving_up(path))
			given_up += traced_calls[i]
		if (!(path in our_calls)) {
			our_calls[path] = 0
			insert(path)
		}
	}
}

function print_head()
{
	printf "%s: %d exits %s; %d %s in function_graph's trace", workload, our_exits, our_reason,
		their_exits, their_handlers
	if (preempted)
		printf "; %d preemption%s, both runs together", preempted, preempted == 1 ? "" : "s"
	if (given_up)
		printf "; %d entr%s given up", given_up, given_up == 1 ? "y" : "ies"
	print ""
	if (brief)
		return
	printf "%19s %20s\n", "calls/exit", "mean, ns"
	printf "%9s %9s %10s %9s %6s  %s\n", "exitgraph", "f_graph", "exitgraph", "f_graph",
		"ratio", "call"
}

# What KVM calls, or called, for an exit, on SVM and VMX: all that the built-in guest can make it
# exit for (exitgraph guest --list), and what comes in between. A name may stand for two reasons
# of different vendors, never of one.
BEGIN {
	FS = ","
	handlers["CPUID"] = "kvm_emulate_cpuid cpuid_interception handle_cpuid"
	handlers["HLT"] = "kvm_emulate_halt halt_interception handle_halt"
	handlers["IOIO"] = "io_interception"
	handlers["IO_INSTRUCTION"] = "handle_io"
	handlers["NPF"] = "npf_interception"
	handlers["EPT_MISCONFIG"] = "handle_ept_misconfig"
	handlers["EPT_VIOLATION"] = "handle_ept_violation"
	handlers["MSR"] = "kvm_emulate_wrmsr kvm_emulate_rdmsr msr_interception"
	handlers["MSR_WRITE"] = "kvm_emulate_wrmsr handle_wrmsr"
	handlers["MSR_READ"] = "kvm_emulate_rdmsr handle_rdmsr"
	handlers["VMMCALL"] = "kvm_emulate_hypercall vmmcall_interception"
	handlers["VMCALL"] = "kvm_emulate_hypercall handle_vmcall"
	handlers["INTR"] = "intr_interception"
	handlers["EXTERNAL_INTERRUPT"] = "handle_external_interrupt"
}

# Does @handler of the trace stand for exits of our reason?
function is_ours(handler)
{
	return index(" " handlers[our_reason] " ", " " handler " ") > 0
}

# No exits to compare; why.
function nothing()
{
	if (!our_cycles)
		return "exitgraph's recording has no exits"
	if (!handlers[our_reason])
		return "no handler is known of exits " our_reason ", to be found in the trace"
	return "function_graph's trace has no exits " our_reason \
		(other_handler ? " (most are " other_handler ")" : "")
}

function mine()
{
	return $1 ~ ("^[0-9]+:" workload "$")
}

input == "exits" && mine() && ($5 > our_exits) {
	our_exits = $5
	our_reason = $4
}

input == "tree" && mine() && $4 == our_reason && $9 == "guest" {
	our_cycles += $10
	note_open($6)
}

input == "tree" && mine() && $4 == our_reason && $9 == "off-cpu" {
	preempted += $10
	take_out($6, $11)
}

input == "tree" && mine() && $4 == our_reason && $9 == "call" {
	order[++paths] = $6
	our_calls[$6] += $10
	our_ns[$6] += $11
	if (is_giving_up($6))
		given_up += $10
}

input == "trace" && $1 == "exits" && is_ours($2) {
	their_exits += $3
	their_handlers = their_handlers (their_handlers ? "+" : "") $2
}

input == "trace" && $1 == "exits" && !is_ours($2) && ($3 > other_exits) {
	other_exits = $3
	other_handler = $2
}

input == "trace" && $1 == "calls" {
	handled_in[++traced_cnt] = $2
	traced_path[traced_cnt] = $3
	traced_calls[traced_cnt] = $4
	traced_ns[traced_cnt] = $5
}

END {
	if (!our_cycles || !their_exits) {
		printf "%s: DIFFERENT: %s\n\n", workload, nothing()
		exit 1
	}
	add_their_calls()
	print_head()
	if (our_exits != their_exits || our_cycles != our_exits) {
		printf "  %d exits, %d of them in exitgraph's tree, and %d  <- EXITS DIFFER\n",
			our_exits, our_cycles, their_exits
		wrong++
	}
	for (i = 1; i <= paths; i++)
		judge_row(order[i])
	if (!timed)
		wrong++
	failed = wrong || longer
	printf "%s: %s: %d paths of calls, %d differ; %d mean durations, %d above function_graph's\n\n",
		workload, failed ? "DIFFERENT" : "equal", paths, wrong, timed, longer
	exit failed
}
