#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in an emulated host: scripts/lib/compare-measure leaves the kernel's tracing as it was,
# however it ends, and lets alone what somebody uses.
tracing=/sys/kernel/tracing
functions=kvm_vcpu_ioctl,kvm_emulate_cpuid,kvm_cpuid

# All that it could have changed of the top level.
state() {
	(
		cd $tracing || exit
		for file in current_tracer tracing_on trace_clock buffer_size_kb set_ftrace_filter \
			per_cpu/cpu0/buffer_size_kb set_ftrace_pid set_event trace options/*; do
			echo "$file: $(sed '/^#/d' $file)"
		done
		ls instances
	)
}

measure() {
	rm -rf measured
	mkdir measured
	exec ./compare-measure measured "$1" 0 16384 "$functions" cpuid 2>err
}

# verdict STATUS WHAT
verdict() {
	if [ "$1" = 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		sed 's/^/#   /' err differences
	fi
}

unchanged() {
	state >after
	diff before after >differences
	verdict $? "tracing is as it was: $1"
}

# What a tracer's first use changes is not looked at: its buffers get their size then.
echo function >$tracing/current_tracer
echo nop >$tracing/current_tracer
echo >$tracing/trace
touch differences err
state >before

(measure 50)
verdict $? "measures"
unchanged "after that"

(measure 1000000) &
until cat $tracing/current_tracer $tracing/instances/*/current_tracer 2>/dev/null |
	grep -qx function_graph; do
	usleep 10000
done
usleep 100000
# The guest must end first: a shell takes a signal when the program that it waits for has ended.
kill -TERM $!
killall exitgraph 2>/dev/null
wait $!
[ $? = 1 ]
verdict $? "a signal ends it"
unchanged "after a signal"

echo orderly_poweroff >$tracing/set_ftrace_filter
echo function >$tracing/current_tracer
state >before
if (measure 50); then
	verdict 0 "another's tracer is not in its way"
else
	grep -q 'in use' err
	verdict $? "another's tracer is in its way, which it says"
fi
unchanged "after another's tracer"
