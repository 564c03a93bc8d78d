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
		cat instances/*/current_tracer 2>/dev/null
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

# While exitgraph records: the tracing is as it was by then, and the signal counts no less.
rm -rf measured
(measure 2000) &
until [ -e measured/recording.guest ] || ! kill -0 $! 2>/dev/null; do
	usleep 10000
done
kill -TERM $!
wait $!
[ $? = 1 ] && [ -e measured/recording.guest ]
verdict $? "a signal ends it while exitgraph records"
unchanged "after a signal while exitgraph records"

# refused WHAT: it does not measure, and says why
refused() {
	state >before
	(measure 50)
	[ $? = 1 ] && [ "$(wc -l <err)" = 1 ] && grep -q 'in use' err
	verdict $? "$1 is in its way, which it says"
	unchanged "after $1"
}

other=$tracing/instances/other
mkdir $other
echo orderly_poweroff >$tracing/set_ftrace_filter
echo orderly_poweroff >$other/set_ftrace_filter

# Another tracer is in its way where function_graph has the top level only, and not else.
echo function >$tracing/current_tracer
if grep -qw function_graph $other/available_tracers; then
	state >before
	(measure 50)
	verdict $? "another's function tracer is not in its way"
	unchanged "after another's function tracer"
else
	refused "another's function tracer"
fi

# function_graph itself is, wherever that runs: its options are everybody's.
echo function_graph >$tracing/current_tracer
refused "another's function_graph"
echo nop >$tracing/current_tracer
echo >$tracing/set_ftrace_filter
if grep -qw function_graph $other/available_tracers; then
	echo function_graph >$other/current_tracer
	refused "function_graph in another's instance"
	echo nop >$other/current_tracer
fi
rmdir $other

# And when they have gone it measures again.
state >before
(measure 50)
verdict $? "measures when they have gone"
unchanged "after them"
