# SPDX-License-Identifier: GPL-2.0
# function_graph's text -> calls by path, in the cycles that exitgraph counts them in: one goes from
# a guest entry to the next of that vCPU's thread, and has the calls that return in it. For
# scripts/compare-function-graph, which has the text made with the task column:
#
#	 0)  CPU 0/K-169   |               |      svm_vcpu_run [kvm_amd]() {
#	 0)  CPU 0/K-169   |   0.679 us    |        kvm_get_cr8 [kvm]();
#	 0)  CPU 0/K-169   |   8.479 us    |      }
#
# A cycle begins at the call of the run function: the entry is the first thing in that. What was
# called for the exit, below *_handle_exit, stands for its reason, which the text does not tell.
# (With the events kvm_entry and kvm_exit enabled it would. But they are not without effect on
# what they are to show: on Intel kvm_exit reads the guest's rip, which calls vmx_cache_reg there,
# and not where KVM itself would have been the first to need it.)
#
# Prints lines "exits,HANDLER,COUNT" and "calls,HANDLER,PATH,CALLS,NS"; or, with status 1, what is
# wrong with the text.

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

# An entry: the cycle under way is over, if there is one, and its calls are that exit's.
function entry(task,    i, key, handled)
{
	handled = handler[task] ? handler[task] : "-"
	if (begun[task]) {
		exits[handled]++
		for (i = 1; i <= logged[task]; i++) {
			key = handled "," log_path[task, i]
			calls[key]++
			ns[key] += log_ns[task, i]
		}
	}
	begun[task] = 1
	logged[task] = 0
	handler[task] = ""
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
		entry(task)
	}
	if (path[task, d] ~ /_handle_exit;(svm_invoke_exit_handler;)?[^;]+$/ &&
	    name !~ /^(svm_invoke_exit_handler|kvm_sched_in)$/)
		handler[task] = (handler[task] ? handler[task] "+" : "") name
}

# The innermost open call, after that time.
function returned(task, duration,    i, d)
{
	gsub(/[^0-9.]/, "", duration)
	d = depth[task]--
	# Of the thread's ioctls only KVM_RUN is a vCPU's.
	if (begun[task] && (d > 1 || ran[task])) {
		i = ++logged[task]
		log_path[task, i] = path[task, d]
		log_ns[task, i] = 1000 * duration
	}
}

BEGIN { FS = "|" }

/LOST|buffer started/ { fail("events were lost") }

NF < 3 || /^#/ { next }

{
	task = task_of($1)
	if ($3 ~ /^ *[}]/) {
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
	for (handled in exits)
		printf "exits,%s,%d\n", handled, exits[handled]
	for (key in calls)
		printf "calls,%s,%d,%.0f\n", key, calls[key], ns[key]
}
