# SPDX-License-Identifier: GPL-2.0
# Kernels to run in the lab: Debian's packages, downloaded once, unpacked into the cache, never installed.
#
# Exact kernel versions leave the archive within weeks, so nothing here names one: a kernel is asked
# for by its suite's metapackage and apt resolves it. apt gets a private root (lists, archives and
# sources of its own), for the suites are not the machine's, and needs no right beyond writing there.
# The archive's address comes from the machine's own sources: mirrors and proxies keep working.
# shellcheck shell=bash

# the version asked for → the suite that has it
declare -rA KERNEL_SUITE=([5.10]=bullseye [6.1]=bookworm [6.12]=trixie [7.2]=sid)

readonly DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
readonly KERNEL_METAPACKAGE=linux-image-cloud-amd64
# What of the metapackage's dependencies is kernel: one package up to 6.12, later three.
readonly KERNEL_PARTS='^linux-(image|binary|modules|base)-[0-9][^ ]*cloud-amd64'

# the versions on offer, for messages
kernel_versions()
{
	printf '%s\n' "${!KERNEL_SUITE[@]}" | sort -V | paste -sd ' '
}

kernel_own_suite()
{
	# shellcheck source=/dev/null
	. /etc/os-release && echo "${VERSION_CODENAME:-}"
}

# kernel_sites SUFFIX: addresses of the Debian archive in the machine's sources, for SUFFIX "" or "-security"
kernel_sites()
{
	# a format of its own, expanded by apt
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' |
		awk -v suite="$(kernel_own_suite)$1" -v stable="stable$1" '$2 == suite || $2 == stable { print $1; exit }'
}

# kernel_apt_root DIR SUITE KEYRING: give apt a root of its own in DIR with the sources of SUITE
kernel_apt_root()
{
	local dir=$1 suite=$2 keyring=$3
	local site security

	site=$(kernel_sites "")
	security=$(kernel_sites -security)
	[ -n "$site" ] ||
		die "$STATUS_LAB" "apt's sources name no Debian archive for this machine's own suite: add one to /etc/apt/sources.list"

	mkdir -p "$dir"/{lists,archives}/partial
	echo "deb [arch=amd64 signed-by=$keyring] $site $suite main" > "$dir/sources.list"
	# sid has no security suite: updates go into it directly
	if [ -n "$security" ] && [ "$suite" != sid ]; then
		echo "deb [arch=amd64 signed-by=$keyring] $security $suite-security main" >> "$dir/sources.list"
	fi
	# The machine's own settings (a proxy, say) stay; its hooks do not: they refresh other tools' caches.
	# Lists past their date (a mirror that lags) will do for a kernel to test on; signatures are checked.
	cat > "$dir/apt.conf" <<-CONF
		Dir::State "$dir";
		Dir::State::Lists "$dir/lists";
		Dir::State::status "/dev/null";
		Dir::Cache "$dir";
		Dir::Cache::Archives "$dir/archives";
		Dir::Etc::SourceList "$dir/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::Preferences "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
		APT::Sandbox::User "root";
		APT::Architecture "amd64";
		APT::Get::List-Cleanup "false";
		Acquire::Languages "none";
		Acquire::Retries "3";
		Acquire::Check-Valid-Until "false";
		#clear APT::Update;
		#clear DPkg::Post-Invoke;
	CONF
}

# kernel_keyring DIR: a newer keyring than the machine's: a suite's keys come into the one before it with
# an update of that package, whose signature the machine's keyring can check
kernel_keyring()
{
	local dir=$1

	kernel_apt_root "$dir" "$(kernel_own_suite)" "$DEBIAN_KEYRING"
	apt-get -c="$dir/apt.conf" -qq update >&2
	(cd "$dir" && apt-get -c=apt.conf -qq download debian-archive-keyring && dpkg-deb -x debian-archive-keyring_*.deb .) >&2
	echo "$dir/$DEBIAN_KEYRING"
}

# kernel_lists DIR SUITE: the suite's package lists, in an apt root in DIR; false when they cannot be had
kernel_lists()
{
	local dir=$1 suite=$2 keyring

	kernel_apt_root "$dir" "$suite" "$DEBIAN_KEYRING"
	apt-get -c="$dir/apt.conf" -qq update && return
	say "this machine's keyring may be too old for $suite: looking for a newer one"
	keyring=$(kernel_keyring "$dir/keyring") || return
	kernel_apt_root "$dir" "$suite" "$keyring"
	apt-get -c="$dir/apt.conf" -qq update
}

# kernel_parts APT_CONF: the packages that make up the suite's newest kernel
kernel_parts()
{
	apt-cache -c="$1" depends --recurse --important "$KERNEL_METAPACKAGE" 2>/dev/null |
		awk '!/^ / { print $1 }' | grep -E "$KERNEL_PARTS" | sort -u | paste -sd ' '
}

# kernel_unpack DIR SUITE: download the suite's kernel and leave DIR/vmlinuz, DIR/version, DIR/lib/modules
kernel_unpack()
{
	local dir=$1 suite=$2
	local apt=$dir/apt log=$dir/apt.log root=$dir/root
	local parts version deb

	kernel_lists "$apt" "$suite" > "$log" 2>&1 ||
		die "$STATUS_LAB" "cannot read the package lists of Debian $suite: $(grep '^[EW]:' "$log" | tail -n 1)"
	parts=$(kernel_parts "$apt/apt.conf") ||
		die "$STATUS_LAB" "Debian $suite has no $KERNEL_METAPACKAGE"

	say "downloading $parts"
	# shellcheck disable=SC2086  # a list of package names
	(cd "$apt/archives" && apt-get -c="$apt/apt.conf" -qq download $parts) > "$log" 2>&1 ||
		die "$STATUS_LAB" "cannot download $parts: $(grep '^[EW]:' "$log" | tail -n 1)"
	for deb in "$apt"/archives/*.deb; do
		dpkg-deb -x "$deb" "$root"
	done

	# newer packages have no /lib and no /boot of their own
	[ -d "$root/lib/modules" ] || ln -s usr/lib "$root/lib"
	version=$(ls "$root/lib/modules")
	if [ ! -e "$root/boot/vmlinuz-$version" ]; then
		mkdir -p "$root/boot"
		ln -s "../lib/modules/$version/vmlinuz" "$root/boot/vmlinuz-$version"
	fi
	depmod -b "$root" "$version"

	ln -s "root/boot/vmlinuz-$version" "$dir/vmlinuz"
	ln -s root/lib "$dir/lib"
	echo "$version" > "$dir/version"
	rm -rf "$apt" "$log"
}

# kernel_get VERSION: print the directory of a kernel in $cache, downloaded when it is not there yet.
# A directory with that name is complete: it is filled under another one and renamed.
kernel_get()
{
	local wanted=$1
	local dir=$cache/kernel-$wanted lock tmp

	if [ ! -d "$dir" ]; then
		mkdir -p "$cache"
		exec {lock}> "$cache/lock"
		flock "$lock"
		if [ ! -d "$dir" ]; then
			say "kernel $wanted is not in $cache yet"
			rm -rf "$cache/partial"
			tmp=$cache/partial/kernel-$wanted
			mkdir -p "$tmp"
			kernel_unpack "$tmp" "${KERNEL_SUITE[$wanted]}"
			mv "$tmp" "$dir"
			rmdir "$cache/partial"
		fi
		exec {lock}>&-
	fi
	echo "$dir"
}
