# SPDX-License-Identifier: GPL-2.0
# function_graph's text -> calls by path, in the cycles that exitgraph counts them in: one goes from
# a guest entry to the next of that vCPU's thread, belongs to the reason of the exit in it, and has
# the calls that return in it. For scripts/compare-function-graph, which has the text made with
# the task column and, for the reasons, with KVM's own events:
#
#	 0)  CPU 0/K-169   |               |      svm_vcpu_run [kvm_amd]() {
#	 0)  CPU 0/K-169   |               |        /* kvm_entry: vcpu 0, rip 0x7026 */
#	 0)  CPU 0/K-169   |   0.679 us    |        kvm_get_cr8 [kvm]();
#	 0)  CPU 0/K-169   |   8.479 us    |      }
#
# In a text without events a cycle begins where the run function is called, which is where the
# event is but for what that function does before, and the reason is "-".
#
# Prints lines "exits,REASON,COUNT" and "calls,REASON,PATH,CALLS,NS"; or, with
# status 1, what is wrong with the text.

function fail(what)
{
	print FILENAME ":" FNR ": " what > "/dev/stderr"
	failed = 1
	exit 1
}

# "CPU 0/K-169" of " 0)  CPU 0/K-169   "
function task_of(field)
{
	sub(/^[^)]*\) */, "", field)
	sub(/ *$/, "", field)
	return field
}

# The cycle under way is over: its calls are its reason's.
function cycle_end(task,    i, reason, key)
{
	reason = events ? cycle_reason[task] : "-"
	if (!reason)
		fail("an entry without an exit before it")
	exits[reason]++
	for (i = 1; i <= logged[task]; i++) {
		key = reason "," log_path[task, i]
		calls[key]++
		ns[key] += log_ns[task, i]
	}
}

function entry(task)
{
	if (begun[task])
		cycle_end(task)
	begun[task] = 1
	logged[task] = 0
	cycle_reason[task] = ""
}

function event(task, text,    word)
{
	if (text ~ /kvm_entry:/) {
		if (!events)
			fail("an event where none was to be")
		entry(task)
	} else if (text ~ /kvm_exit:/) {
		sub(/.* reason /, "", text)
		split(text, word, " ")
		cycle_reason[task] = word[1]
	}
}

# Add the innermost open call, which took that long.
function returned(task, duration,    i, d)
{
	gsub(/[^0-9.]/, "", duration)
	d = depth[task]--
	# Other calls than KVM_RUN of the thread are no vCPU's.
	if (begun[task] && (d > 1 || ran[task])) {
		i = ++logged[task]
		log_path[task, i] = path[task, d]
		log_ns[task, i] = 1000 * duration
	}
}

function called(task, text,    name, d)
{
	name = text
	sub(/^ */, "", name)
	sub(/[ (].*/, "", name)
	d = ++depth[task]
	path[task, d] = d > 1 ? path[task, d - 1] ";" name : name
	# Preempted where it hands over a return, a kernel that can be shows the scheduler too deep.
	if ((match(text, /[^ ]/) - 1) / 2 != d && path[task, d] !~ /;kvm_sched_in(;|$)/)
		fail("a call at another depth than those before it: " text)
	if (d == 1)
		ran[task] = 0
	if (name ~ /^(svm|vmx)_vcpu_run$/) {
		ran[task] = 1
		if (!events)
			entry(task)
	}
}

BEGIN { FS = "|" }

/LOST|buffer started/ { fail("events were lost") }

NF < 3 || /^#/ { next }

{
	task = task_of($1)
	if ($3 ~ /\/\*.*: /)
		event(task, $3)
	else if ($3 ~ /^ *[}]/) {
		if (!depth[task])
			fail("a return without a call")
		returned(task, $2)
	} else if ($3 ~ /\);/) {
		called(task, $3)
		returned(task, $2)
	} else if ($3 ~ /\) [{]/)
		called(task, $3)
}

END {
	if (failed)
		exit 1
	for (reason in exits)
		printf "exits,%s,%d\n", reason, exits[reason]
	for (key in calls)
		printf "calls,%s,%d,%.0f\n", key, calls[key], ns[key]
}
