# SPDX-License-Identifier: GPL-2.0
# The Intel host: Bochs, whose emulated CPU has VMX with EPT. It interprets some 70 million
# instructions a second and its clock counts them (100 million are a second), so every instruction
# saved at boot and every character printed less is waited for less.
# shellcheck shell=bash

# noxsave: Bochs 2.7's XSAVE does not hold up
readonly BOCHS_APPEND="nokaslr noxsave clocksource=tsc tsc=reliable"

# bochs_iso: kernel and initramfs on a CD that boots
bochs_iso()
{
	local dir=$tmp/iso

	mkdir "$dir"
	cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$kernel/vmlinuz" "$dir/"
	mv "$tmp/initrd" "$dir/"
	cat > "$dir/isolinux.cfg" <<-CFG
		default lab
		label lab
		linux vmlinuz
		append initrd=initrd $KERNEL_APPEND $BOCHS_APPEND $append
	CFG
	xorriso -as mkisofs -quiet -o "$tmp/lab.iso" \
		-b isolinux.bin -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table "$dir" \
		> "$tmp/emulator.log" 2>&1 || die "$STATUS_LAB" "xorriso: $(tail -n 1 "$tmp/emulator.log")"
}

# bochs_machine ARRAY: the emulator's command line, into the array of that name
bochs_machine()
{
	local -n bochs=$1

	bochs_iso
	# The display is one of a terminal that Bochs opens for itself; nobody looks. (The other one, rfb,
	# would listen on the network.) The models after Broadwell do not boot.
	cat > "$tmp/bochsrc" <<-RC
		display_library: term
		megs: $memory
		cpu: model=corei7_haswell_4770, count=$cpus, ips=100000000, reset_on_triple_fault=0, ignore_bad_msrs=1
		romimage: file=/usr/share/bochs/BIOS-bochs-latest
		vgaromimage: file=/usr/share/vgabios/vgabios.stdvga.bin
		ata0: enabled=1
		ata0-master: type=disk, path=$tmp/disk, mode=flat, cylinders=0
		ata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15
		ata1-master: type=cdrom, path=$tmp/lab.iso, status=inserted
		boot: cdrom
		com1: enabled=1, mode=file, dev=$tmp/console
		com2: enabled=1, mode=file, dev=$tmp/stdout
		com3: enabled=1, mode=file, dev=$tmp/stderr
		sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
		clock: sync=none, time0=utc
		panic: action=fatal
		log: $tmp/bochs.log
	RC
	# Debian's Bochs is a debugger: "c" lets the machine go
	echo c > "$tmp/bochs.go"
	bochs=(env TERM=vt100 bochs -q -f "$tmp/bochsrc" -unlock -rc "$tmp/bochs.go")
}
