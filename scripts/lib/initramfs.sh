# SPDX-License-Identifier: GPL-2.0
# The lab host's root file system: a static busybox, the modules of one kernel that the run needs,
# exitgraph, the files added and COMMAND, packed into an initramfs. It is made anew for every run
# (a fraction of a second), small, and uncompressed: unpacking it would be the emulated CPU's work.
# shellcheck shell=bash

# What it takes to hand the results over: both emulators have the same disk controller (see result.sh).
readonly DISK_MODULES=(ata_piix sd_mod)

# shell_quote WORD…: the words so that any POSIX shell reads them back exactly (printf %q is bash's own)
shell_quote()
{
	local word

	for word in "$@"; do
		printf " '%s'" "${word//\'/\'\\\'\'}"
	done
}

# module_unsign FILE: cut off what is appended to a signed module. Checking it is half of the work of
# loading one: 110 instructions a byte, seconds of an emulated CPU. It taints the kernel (E), no more.
# The end of FILE is: signature, 8 bytes of its kind, its length (big-endian, 4 bytes), marker.
module_unsign()
{
	local marker='~Module signature appended~' length

	[ "$(tail -c 28 "$1" | tr -d '\0')" = "$marker" ] || return 0
	length=$(tail -c 32 "$1" | od -An -N4 -tx1 | tr -d ' ')
	truncate -s "-$((28 + 12 + 16#$length))" "$1"
}

# initramfs_modules TREE KERNEL NAME…: the modules, what they depend on and an index for modprobe
initramfs_modules()
{
	local tree=$1 kernel=$2
	local version name path plain

	shift 2
	version=$(< "$kernel/version")
	for name in "$@"; do
		modprobe -d "$kernel" -S "$version" --show-depends "$name" ||
			die "$STATUS_LAB" "kernel $version has no module $name"
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u | while read -r path; do
		plain=$tree/${path#"$kernel/"}
		mkdir -p "${plain%/*}"
		case $path in
		*.xz) plain=${plain%.xz}; xz -dc "$path" > "$plain" ;;
		*.zst) plain=${plain%.zst}; zstd -qdc "$path" > "$plain" ;;
		*) cp "$path" "$plain" ;;
		esac
		module_unsign "$plain"
	done
	cp "$kernel/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} "$tree/lib/modules/$version/"
	depmod -b "$tree" "$version"
}

# initramfs_make TREE KERNEL: fill TREE for what the command line asked for
# (kvm_module, load_kvm, add, command)
initramfs_make()
{
	local tree=$1 kernel=$2
	local file name

	mkdir -p "$tree"/{bin,dev,etc,lab,out,proc,root,run,sys,tmp,usr/bin}
	cp "$(command -v busybox)" "$tree/bin/busybox"
	ln -s busybox "$tree/bin/sh"
	cp "$libdir/lab-init" "$tree/init"
	chmod 755 "$tree/init" "$tree/bin/busybox"
	printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/sh' \
		> "$tree/etc/passwd"
	echo 'root:x:0:' > "$tree/etc/group"

	# msr is there for those who load it
	initramfs_modules "$tree" "$kernel" "${DISK_MODULES[@]}" "$kvm_module" msr
	printf '%s\n' "${DISK_MODULES[@]}" > "$tree/lab/modules"
	[ "$load_kvm" -eq 0 ] || echo "$kvm_module" >> "$tree/lab/modules"

	if [ -x "$topdir/build/exitgraph" ]; then
		cp "$topdir/build/exitgraph" "$tree/usr/bin/"
	fi
	for file in "${add[@]}"; do
		name=$(basename "$file")
		[ ! -e "$tree/root/$name" ] || die "$STATUS_USAGE" "--add: there are two files of the name $name"
		cp -RL --preserve=mode,timestamps "$file" "$tree/root/$name"
	done
	echo "exec$(shell_quote "${command[@]}")" > "$tree/lab/command"
	date +%s > "$tree/lab/date"
}

# initramfs_pack TREE: the archive, to stdout
initramfs_pack()
{
	(cd "$1" && find . -mindepth 1 | sort | cpio --quiet -o -H newc -R 0:0)
}
