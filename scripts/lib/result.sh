# SPDX-License-Identifier: GPL-2.0
# What comes out of a lab host, and whether it can be believed.
#
# The disk (written by lab-init) has one header sector,
#
#	exitgraph-lab STATUS SIZE SHA256
#
# then SIZE bytes of tar: ./dmesg and ./out/…. The header is written last, so a host that died or was
# killed leaves none, and a truncated archive does not match it.
# shellcheck shell=bash

# What no healthy host says. "cut here" opens every WARN and BUG; the line after it says which.
readonly KERNEL_TROUBLE='cut here|WARNING: (CPU|[^ ]+:[0-9]+ at|possible|suspicious)|BUG:|kernel BUG at|Oops:|general protection|rcu.* stall|rcu.*detected.*stall|soft lockup|hard LOCKUP|Kernel panic|blocked for more than|INFO: task .* hung|UBSAN:|invalid opcode:|unable to handle'

# result_archive DISK SIZE: the archive, to stdout
result_archive()
{
	dd if="$1" bs=64K iflag=skip_bytes,count_bytes skip=512 count="$2" status=none
}

# result_read DISK DIR: unpack the archive into DIR and print COMMAND's exit status; fails when it is not whole
result_read()
{
	local disk=$1 dir=$2
	local magic status size sum found

	read -r magic status size sum < <(head -c 512 "$disk" | tr -d '\0') || true
	[ "$magic" = exitgraph-lab ] || return 1
	found=$(result_archive "$disk" "$size" | sha256sum)
	[ "${found%% *}" = "$sum" ] || return 1
	mkdir -p "$dir"
	result_archive "$disk" "$size" | tar -x -C "$dir" || return 1
	echo "$status"
}

# kernel_log FILE: what the kernel said since COMMAND was started, or all when it was not
kernel_log()
{
	if grep -aq 'lab: COMMAND starts' "$1"; then
		sed '0,/lab: COMMAND starts/d' "$1"
	else
		cat "$1"
	fi | tr -d '\r\0'
}

# kernel_trouble FILE: print what the kernel complained about, with what follows it; false when there is nothing
kernel_trouble()
{
	local text

	[ -f "$1" ] || return 1
	text=$(kernel_log "$1" | grep -a -E -A 40 "$KERNEL_TROUBLE") || return 1
	head -n 120 <<< "$text"
}
