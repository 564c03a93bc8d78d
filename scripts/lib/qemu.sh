# SPDX-License-Identifier: GPL-2.0
# The AMD host: QEMU without acceleration, whose emulated CPU has SVM with nested paging.
# shellcheck shell=bash

# qemu_machine ARRAY: the emulator's command line, into the array of that name
qemu_machine()
{
	local -n qemu=$1
	local stream cpu=max,+svm

	# QEMU 7.2 may lose the flags of a cmpxchg16b when an interrupt comes right after it: Linux then
	# dies in kmalloc's jne, at any time, booting included. Without CX16 it uses none. 7.2's kmalloc
	# rarely does, and task storage is not to be had there without it.
	# shellcheck disable=SC2154
	[ "$wanted" = 7.2 ] || cpu+=,-cx16
	qemu=(qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none -monitor none
	      -cpu "$cpu" -smp "$cpus" -m "$memory"
	      -kernel "$kernel/vmlinuz" -initrd "$tmp/initrd" -append "$KERNEL_APPEND $append"
	      -drive "file=$tmp/disk,format=raw,if=ide,cache=unsafe")
	for stream in console stdout stderr; do
		qemu+=(-chardev "file,id=$stream,path=$tmp/$stream" -serial "chardev:$stream")
	done
	if [ "$icount" -eq 1 ]; then
		# a nanosecond of the host's time is one instruction; idle time costs nothing
		qemu+=(-accel "tcg,thread=single" -icount "shift=0,sleep=off")
	else
		# CPUs take turns on one thread. With a thread each, the host locks up or a guest's
		# state is lost when kernel text is patched (by ftrace alone, too) as a guest runs.
		qemu+=(-accel "tcg,thread=single")
	fi
}
