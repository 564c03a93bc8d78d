#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in an emulated host: makes recordings of every kind and leaves them in /out, each as
# NAME.xg with NAME.out, NAME.err and NAME.status. tests/lab/verify judges them outside.
#
#	inside.sh [by=MECHANISM] SCENARIO...
#
# All recordings attach by MECHANISM if it is given.
#
# Detaching goes on after a recording has ended, and what is in a call meanwhile may lose its
# return (that is counted). Most tests want no loss, so each waits until it is over.
here=$PWD
cd /out || exit 1

settle() {
	while pidof xg-detach >/dev/null; do
		sleep 0.1
	done
}

# Where a run stands, for whoever watches one of a slow host.
progress() {
	echo "$(cut -d ' ' -f 1 /proc/uptime) $1" >&2
}

# record_default NAME ARGUMENT...: with the default functions.
record_default() {
	name=$1
	shift
	settle
	progress "$name"
	exitgraph record -o "$name.xg" ${by:+--attach "$by"} "$@" >"$name.out" 2>"$name.err"
	echo $? >"$name.status"
}

# record NAME ARGUMENT...: with a few functions, since attaching and detaching take their time.
record() {
	name=$1
	shift
	record_default "$name" --functions-file "$here/functions" "$@"
}

# What the tests of vCPUs, threads and signals need: a call and its caller.
few=kvm_vcpu_ioctl,kvm_emulate_cpuid,kvm_cpuid,kvm_io_bus_write

record_few() {
	name=$1
	shift
	record_default "$name" --functions "$few" "$@"
}

# How many functions have anything attached. The lab's tracefs is where it belongs.
attached() {
	settle
	wc -l </sys/kernel/tracing/enabled_functions
}

# run NAME COMMAND...: any command, its output and status.
run() {
	name=$1
	shift
	"$@" >"$name.out" 2>"$name.err"
	echo $? >"$name.status"
}

scenario_workloads() {
	record_default cpuid -- exitgraph guest cpuid --count 5000
	record workloads -- sh -c 'exitgraph guest pio-eventfd --count 5000
		for workload in pio mmio mmio-eventfd msr hypercall hlt; do
			exitgraph guest $workload --count 500
		done'
}

scenario_many() {
	record_few two-vms -- sh -c 'exitgraph guest cpuid --count 2000 &
		exitgraph guest pio --count 1000; wait'
	record_few two-vcpus -- exitgraph guest cpuid --count 2000 --vcpus 2
	# Slots are fewer than vCPUs over time: they are used again.
	record_few respawn --max-vcpus 4 -- sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do
		exitgraph guest cpuid --count 200; sleep 0.2; done'
	record_few respawn-inside -- exitgraph guest cpuid --count 200 --respawn 10
	record_few no-slot --max-vcpus 1 -- exitgraph guest cpuid --count 2000 --vcpus 2
}

# The limit is where a bucket of the histograms begins: that tells how many are above it.
scenario_keep() {
	record keep --samples 10 --slowest 3 --over 262143ns -- sh -c \
		'exitgraph guest pio-eventfd --count 3000; exitgraph guest pio --count 300'
}

# The same twice, and two workloads that go one way until the bus finds somebody for the port.
scenario_diff() {
	for name in diff-a diff-b; do
		record $name -- exitgraph guest cpuid --count 3000
	done
	record diff-pio -- exitgraph guest pio --count 1000
	record diff-eventfd -- exitgraph guest pio-eventfd --count 1000
}

scenario_exits_only() {
	record_default exits-only --exits-only -- exitgraph guest cpuid --count 5000 --vcpus 2
	attached >exits-only.attached
}

scenario_move() {
	record move -- exitgraph guest pio-eventfd --count 20000 --move
}

has_vcpu() {
	for fd in "/proc/$1/fd"/*; do
		case $(readlink "$fd") in *kvm-vcpu*) return 0 ;; esac
	done
	return 1
}

# A VMM that runs already: recorded by its pid, then with all others.
scenario_running() {
	exitgraph guest cpuid --forever >guest.out 2>&1 &
	guest=$!
	exitgraph guest pio --forever >other.out 2>&1 &
	other=$!
	# They spin; on one CPU, what is recorded should not be waited for threefold.
	renice 19 -p $guest -p $other
	until has_vcpu $guest && has_vcpu $other; do
		sleep 0.1
	done
	echo $guest >guest.pid
	record_few pid -p $guest -d 2s
	record_few all -d 2s
	: >vmm-ends.err
	record_few vmm-ends --verbose -p $guest &
	until grep -q armed vmm-ends.err || [ -s vmm-ends.status ]; do
		sleep 0.1
	done
	sleep 1
	kill $guest
	wait $!
	kill $other
	wait
}

# end_by NAME SIGNAL: a recording ended by a signal while it records.
end_by() {
	settle
	progress "$1"
	exitgraph record -o "$1.xg" ${by:+--attach "$by"} --functions "$few" \
		-- sh -c "renice 19 -p \$\$; echo \$\$ >$1.guest; exec exitgraph guest cpuid --forever" \
		>"$1.out" 2>"$1.err" &
	recorder=$!
	# A second after the guest was started, which is when all is armed.
	until [ -s "$1.guest" ]; do
		sleep 0.1
	done
	sleep 1
	kill "-$2" $recorder
	wait $recorder
	echo $? >"$1.status"
	kill "$(cat "$1.guest")" 2>/dev/null
	attached >"$1.attached"
	ls -A >"$1.files"
}

scenario_signals() {
	end_by int INT
	end_by term TERM
	end_by kill KILL
	# The host is well: the next recording is like the first.
	record_few after -- exitgraph guest cpuid --count 500
	# While it attaches: nothing is written.
	settle
	exitgraph record -o attaching.xg --functions 'kvm_*' -d 60s >attaching.out 2>attaching.err &
	recorder=$!
	sleep 1
	kill -INT $recorder
	wait $recorder
	echo $? >attaching.status
	attached >attaching.attached
}

scenario_errors() {
	mkdir -p /tmp/full /tmp/readonly
	mount -t tmpfs -o size=16k tmpfs /tmp/full
	mount -t tmpfs -o ro tmpfs /tmp/readonly
	run full exitgraph record -o /tmp/full/x.xg --functions "$few" -- exitgraph guest cpuid --count 100
	ls -A /tmp/full >full.files
	run unwritable exitgraph record -o /tmp/readonly/x.xg -- exitgraph guest cpuid --count 100
	run no-directory exitgraph record -o /nowhere/x.xg -- exitgraph guest cpuid --count 100
	run no-vm exitgraph record -o no-vm.xg -p 1 -d 1s
	run no-process exitgraph record -o no-process.xg -p 999999 -d 1s
	run no-command exitgraph record -o no-command.xg --functions "$few" -- /nowhere/command
	run no-root su nobody -c 'exitgraph record -o /tmp/no-root.xg -d 1s'
	run check-no-root su nobody -c 'exitgraph check'
	run no-exits exitgraph record -o no-exits.xg --functions "$few" -- sleep 0.1
	run bad-glob exitgraph record -o bad-glob.xg --functions no_such_function -d 1s
	run denied exitgraph record -o denied.xg --functions kvm_guest_state -d 1s
	run bad-workload exitgraph guest no-such-workload
	run command-fails exitgraph record -o command-fails.xg --functions "$few" -- sh -c 'exit 3'
	umount /tmp/full /tmp/readonly
}

scenario_commands() {
	run check exitgraph check
	run list exitgraph list
	run list-glob exitgraph list 'kvm_emulate_*'
	run report exitgraph report cpuid.xg
	run report-json exitgraph report --json cpuid.xg
	run export exitgraph export --format csv cpuid.xg
	for table in exits functions losses; do
		run "export-$table" exitgraph export --format csv --table "$table" cpuid.xg
	done
	run export-merge exitgraph export --format csv --merge two-vcpus.xg
}

# Functions outside of KVM's BTF. What ftrace counted of the same workload is there to compare with.
scenario_outside_btf() {
	record also --also 'eventfd_signal*,try_to_wake_up' -- exitgraph guest pio-eventfd --count 5000
	record clones --clones --functions 'segmented_*,linearize' -- \
		exitgraph guest mmio --count 500
	attached >clones.attached
	cat /sys/kernel/debug/kprobes/list >clones.kprobes
	count_by_ftrace linearize.isra.0 exitgraph guest mmio --count 500 >clones.ftrace
	run list-also exitgraph list --also 'eventfd_signal*,update_rq_clock'
	run list-clones exitgraph list --clones linearize
	run list-needs-clones exitgraph list linearize
	run also-denied exitgraph record -o also-denied.xg --also 'ktime_get*' -d 1s
	run also-all exitgraph record -o also-all.xg --also '*' -d 1s
	run also-nothing exitgraph record -o also-nothing.xg --also 'no_such_*' -d 1s
	run also-kvm exitgraph record -o also-kvm.xg --also kvm_cpuid -d 1s
}

# count_by_ftrace FUNCTION COMMAND...: how often it ran, by the function tracer of an instance.
count_by_ftrace() {
	dir=/sys/kernel/tracing/instances/count
	mkdir $dir
	echo "$1" >$dir/set_ftrace_filter
	shift
	echo function >$dir/current_tracer
	"$@" >/dev/null
	grep -vc '^#' $dir/trace
	rmdir $dir
}

# The shell that recorded is killed with all of its session, as when a terminal goes away;
# detaching goes on, and 'exitgraph check' shows it. Then what a hangup does to a recording.
scenario_ending() {
	settle
	progress ending
	# $0 is the list of functions
	# shellcheck disable=SC2016
	setsid sh -c 'echo $$ >ending.shell
		exitgraph record --report -o ending.xg --functions-file "$0" \
			-- exitgraph guest cpuid --count 500 >ending.out 2>ending.err
		echo $? >ending.status
		exec sleep 60' "$here/functions" &
	shell=$!
	until [ -s ending.status ]; do
		sleep 0.1
	done
	run ending-check exitgraph check
	run ending-check-json exitgraph check --json
	kill -HUP "-$(cat ending.shell)"
	kill -KILL "-$(cat ending.shell)" 2>/dev/null
	wait $shell
	pidof xg-detach | wc -w >ending.detaching
	# Ended by these, it could not be seen any more.
	kill -HUP "$(pidof xg-detach)"
	kill -INT "$(pidof xg-detach)"
	kill -TERM "$(pidof xg-detach)"
	pidof xg-detach | wc -w >>ending.detaching
	attached >ending.attached
	run ending-settled exitgraph check
	hang_up hangup
	# as nohup has it
	hang_up nohup ignored
}

# hang_up NAME [ignored]: a recording of two seconds that is hung up as soon as it records.
hang_up() {
	settle
	name=$1
	progress "$name"
	: >"$name.err"
	(
		[ "${2-}" != ignored ] || trap '' HUP
		exec exitgraph record --verbose -o "$name.xg" --functions "$few" -d 2s
	) >"$name.out" 2>"$name.err" &
	recorder=$!
	until grep -q armed "$name.err" || ! kill -0 $recorder; do
		sleep 0.1
	done
	kill -HUP $recorder
	wait $recorder
	echo $? >"$name.status"
}

# What a recording takes of memory, by itself and by the kernel; and that it takes no more with time.
scenario_memory() {
	settle
	grep VmallocUsed /proc/meminfo >memory.before
	record memory -- sh -c 'grep VmallocUsed /proc/meminfo >memory.during
		exitgraph guest cpuid --count 200'
	record_few vcpus-256 --max-vcpus 256 -- exitgraph guest cpuid --count 500 --vcpus 2
	settle
	for vcpus in 1000 4096; do
		run "vcpus-$vcpus" exitgraph record -o "vcpus-$vcpus.xg" --max-vcpus $vcpus \
			--functions "$few" -d 1s
	done
	record_few short --slowest 3 -- exitgraph guest cpuid --count 500
	record_few long --slowest 3 -- exitgraph guest cpuid --count 30000
	settle
	# The kernel gives it back in the background.
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		grep VmallocUsed /proc/meminfo >memory.after
		[ "$(awk '{ print $2 }' memory.after)" -gt $(($(awk '{ print $2 }' memory.before) + 1024)) ] || break
		sleep 1
	done
}

# What a user of the kernel's tracing has set, and what is on.
tracing_state() {
	(
		cd /sys/kernel/tracing || exit
		for file in current_tracer tracing_on trace_clock buffer_size_kb set_ftrace_filter \
			set_ftrace_notrace set_ftrace_pid set_event options/*; do
			echo "$file: $(cat $file)"
		done
	)
}

# tracer_end_by NAME SIGNAL guardian|'' COMMAND…: what has a tracer of its own is ended while it
# has, and so may be its guardian.
tracer_end_by() {
	name=$1 signal=$2 guardian=$3
	shift 3
	"$@" >"$name.out" 2>"$name.err" &
	watcher=$!
	until grep -qx function /sys/kernel/tracing/instances/exitgraph.*/current_tracer 2>/dev/null; do
		sleep 0.1
	done
	# shellcheck disable=SC2046  # as many words as there are
	[ -z "$guardian" ] || kill -STOP $(pidof xg-guardian)
	kill "-$signal" $watcher
	wait $watcher
	echo $? >"$name.status"
	# shellcheck disable=SC2046
	[ -z "$guardian" ] || kill -KILL $(pidof xg-guardian)
	while pidof xg-guardian >/dev/null; do
		sleep 0.1
	done
	ls /sys/kernel/tracing/instances >"$name.instances"
}

discover_end_by() {
	tracer_end_by "$1" "$2" "${3-}" exitgraph discover -d 60s
}

# While it attaches, function by function: it has ftrace hold them.
attach_end_by() {
	settle
	tracer_end_by "$1" "$2" '' exitgraph record -o "$1.xg" --attach fentry --functions default -d 60s
}

# A user traces all the while, some of the same functions among others.
scenario_discover() {
	tracing=/sys/kernel/tracing
	mkdir $tracing/instances/users
	echo kvm_cpuid kvm_arch_vcpu_load >$tracing/instances/users/set_ftrace_filter
	echo function >$tracing/instances/users/current_tracer
	echo kvm_emulate_cpuid vfs_read >$tracing/set_ftrace_filter
	echo function_graph >$tracing/current_tracer
	tracing_state >tracing.before
	run discover-none exitgraph discover
	exitgraph guest cpuid --forever >guest.out 2>&1 &
	guest=$!
	renice 19 -p $guest
	until has_vcpu $guest; do
		sleep 0.1
	done
	run discover exitgraph discover -p $guest -o discover.list
	ls $tracing/instances >discover.instances
	discover_end_by discover-int INT
	discover_end_by discover-kill KILL
	discover_end_by discover-both KILL guardian
	run discover-again exitgraph discover
	ls $tracing/instances >discover-again.instances
	attach_end_by held-int INT
	attach_end_by held-kill KILL
	record_default held --attach fentry --functions default -p $guest -d 1s
	ls $tracing/instances >held.instances
	tracing_state >tracing.after
	grep -c kvm_cpuid $tracing/instances/users/trace >tracing.users
	echo nop >$tracing/current_tracer
	echo >$tracing/set_ftrace_filter
	rmdir $tracing/instances/users
	record_default discovered -p $guest -d 1s
	kill $guest
	run list-discovered exitgraph list --discovered
	record_default discovered-command -- exitgraph guest cpuid --count 500
	record_default discovered-edited --functions @discover.list -- exitgraph guest cpuid --count 500
}

# The same workloads by every mechanism that this kernel has, and what is said of those it has not.
scenario_mechanisms() {
	run mechanisms exitgraph check --json
	for mechanism in fentry multi fsession.multi fsession kprobe; do
		record "by-$mechanism" --verbose --attach $mechanism -- sh -c '
			exitgraph guest cpuid --count 1000; exitgraph guest pio --count 300'
		attached >"by-$mechanism.attached"
	done
	run attach-nothing exitgraph record -o attach-nothing.xg --attach no_such -d 1s
}

# What the probes cost: measured, taken from the cache, measured again, and not asked for.
# What exits cost by the guest's own clock, and by a recording that has the probes' cost taken out:
# known from the start, and in place. The guest begins when all is attached and put away.
corrected_workloads="cpuid pio pio-eventfd msr"

scenario_corrected() {
	for workload in $corrected_workloads; do
		settle
		run "corrected-$workload-untraced" exitgraph guest "$workload" --count 20000 --json
		record_default "corrected-$workload" -- sh -c "sleep 1
			exec exitgraph guest $workload --count 20000"
		record_default "corrected-$workload-in-place" --calibrate=100ms -- \
			exitgraph guest "$workload" --count 40000
		for name in "corrected-$workload" "corrected-$workload-in-place"; do
			exitgraph report --json "$name.xg" >"$name.json" 2>>"$name.err"
		done
	done
	run corrected-short exitgraph record -o corrected-short.xg --calibrate=5s -- \
		exitgraph guest cpuid --count 100
	# Killed while the command is stopped, it leaves the command running.
	exitgraph record -q -o corrected-killed.xg --calibrate=100ms -- sleep 60 &
	recorder=$!
	for state in S T; do
		until [ "$(awk '{ print $3 }' "/proc/$(pidof sleep)/stat" 2>>corrected-killed.err)" = $state ]; do
			sleep 0.02
		done
	done
	kill -KILL $recorder
	wait $recorder
	sleep 0.5
	awk '{ print $3 }' "/proc/$(pidof sleep)/stat" >corrected-killed.state
	killall sleep
	attached >corrected.attached
}

# The same function with it alone traced, and with ever more others: corrected, it takes the same.
scenario_nodes() {
	exitgraph list --default --traceable 2>/dev/null | awk '{ print $1 }' |
		grep -xE '[a-z_0-9]+' | grep -vx kvm_emulate_cpuid >nodes.all
	for cnt in 1 10 50 1000; do
		{
			echo kvm_emulate_cpuid
			head -n $((cnt - 1)) nodes.all
		} >nodes.functions
		record_default "nodes-$cnt" --calibrate=100ms --functions-file nodes.functions -- \
			exitgraph guest cpuid --count 30000
		run "nodes-$cnt-tree" exitgraph export --format csv --merge --reason CPUID \
			"nodes-$cnt.xg"
	done
}

scenario_calibration() {
	rm -rf /var/cache/exitgraph
	for name in calibration-first calibration-cached calibration-again calibration-none; do
		case $name in
		*-again) set -- --no-cache ;;
		*-none) set -- --no-calibrate ;;
		*) set -- ;;
		esac
		record $name --verbose "$@" -- exitgraph guest cpuid --count 500
		attached >$name.attached
	done
	record_default calibration-exits --verbose --exits-only -- exitgraph guest cpuid --count 500
	run calibration-check exitgraph check --json
	run calibration-report exitgraph report calibration-first.xg
	run calibration-csv exitgraph export --format csv --table calibration calibration-first.xg
}

# Four busy vCPUs on one CPU, where a kernel that preempts everywhere skips probes; and what a SIGKILL
# leaves of programs that serve many functions.
scenario_busy() {
	record busy -- exitgraph guest cpuid --count 3000 --vcpus 4
	end_by busy-kill KILL
}

# Every function of KVM in one recording.
scenario_all_functions() {
	record_default all-functions --functions '*' -- exitgraph guest cpuid --count 300
	attached >all-functions.attached
}

# All workloads, with few functions for the sake of time; then some with all that they run.
scenario_bench() {
	settle
	progress bench
	run bench exitgraph bench --rounds 7 --count 100 --functions "$few" --json -o bench.xg
	settle
	run bench-report exitgraph report --recording 1 bench.xg
	run bench-table exitgraph report bench.xg
	progress bench-tree
	run bench-tree exitgraph bench cpuid pio mov_to_cr8 self_ipi_sti_nop --rounds 7 --count 100 --tree
	settle
	run bench-csv exitgraph bench --untraced --csv --rounds 11 --count 200 \
		cpuid msr pio pio-eventfd mov_to_cr8
	run bench-again exitgraph bench --untraced --csv --rounds 11 --count 200 \
		cpuid msr pio pio-eventfd mov_to_cr8
	run bench-no-root su nobody -c 'exitgraph bench cpuid'
	bench_busy
	attached >bench.attached
}

# EFER (0xc0000080) of the first CPU: its bytes, the lowest first; and the other way.
efer_read() {
	dd if=/dev/cpu/0/msr bs=8 count=1 skip=402653200 2>/dev/null | hexdump -v -e '/1 "%d "'
}

efer_write() {
	for byte; do
		# an escape for printf
		# shellcheck disable=SC2059
		printf "\\$(printf %o "$byte")"
	done | dd of=/dev/cpu/0/msr ibs=1 obs=8 seek=402653200 conv=notrunc 2>/dev/null
}

# Another hypervisor has the CPU, as kvm_amd sees it: EFER.SVME is set. Not where KVM itself
# has it from the start, as from Linux 6.12 on, nor on Intel, where it is in CR4.
bench_busy() {
	modprobe msr allow_writes=on || return
	# shellcheck disable=SC2046  # the bytes
	set -- $(efer_read)
	if [ ! -d /sys/module/kvm_amd ] || [ $(($2 & 16)) != 0 ]; then
		rmmod msr
		return
	fi
	efer_write "$1" $(($2 | 16)) "$3" "$4" "$5" "$6" "$7" "$8"
	run bench-busy exitgraph bench -o busy.xg cpuid
	efer_write "$@"
	rmmod msr
}

# bench_end_by NAME SIGNAL LINE: ended as soon as it has said LINE.
bench_end_by() {
	name=$1
	settle
	progress "$name"
	: >"$name.err"
	exitgraph bench -v --functions "$few" --time 800ms -o "$name.xg" cpuid >"$name.out" 2>"$name.err" &
	bench=$!
	until grep -q "$3" "$name.err" || ! kill -0 $bench; do
		sleep 0.1
	done
	kill "-$2" $bench
	wait $bench
	echo $? >"$name.status"
	# at once: what detaches in the background has none either
	for fd in /proc/[0-9]*/fd/*; do
		readlink "$fd"
	done 2>/dev/null | grep -c kvm-v >"$name.vms"
	attached >"$name.attached"
	ls -A >"$name.files"
	ls /sys/kernel/tracing/instances >"$name.instances"
}

scenario_bench_signals() {
	bench_end_by bench-int-untraced INT 'measuring untraced'
	bench_end_by bench-term-boundaries TERM 'measuring boundaries'
	bench_end_by bench-kill-boundaries KILL 'measuring boundaries'
	bench_end_by bench-int-traced INT 'measuring traced'
	bench_end_by bench-term-traced TERM 'measuring traced'
	bench_end_by bench-kill-traced KILL 'measuring traced'
	progress bench-discovering
	tracer_end_by bench-int-discovering INT '' exitgraph bench --discover 60s --rounds 1 --count 1 cpuid
	tracer_end_by bench-kill-discovering KILL '' exitgraph bench --discover 60s --rounds 1 --count 1 cpuid
	run bench-after exitgraph bench --rounds 6 --count 50 --functions "$few" cpuid
}

# The same on a slow host.
scenario_bench_few() {
	settle
	progress bench
	run bench exitgraph bench --rounds 6 --count 20 --functions "$few" --json -o bench.xg \
		cpuid vmcall mov_to_cr8 inl_from_kernel inl_from_qemu self_ipi_sti_nop \
		self_ipi_tpr wr_tsc_adjust_msr mmio-no-eventfd mmio-wildcard-eventfd portio-no-eventfd
	run bench-table exitgraph report bench.xg
	attached >bench.attached
}

# For hosts that cannot be profiled.
scenario_refusal() {
	run check exitgraph check
	run list exitgraph list
	run record exitgraph record -o refused.xg -d 1s
	run bench exitgraph bench -o refused.xg cpuid
	ls -A >refusal.files
}

by=
case $1 in by=*)
	by=${1#by=}
	shift
	;;
esac
wc -l </sys/kernel/tracing/enabled_functions >before.attached
for scenario; do
	"scenario_$scenario"
done
settle
wc -l </sys/kernel/tracing/enabled_functions >at-end.attached
