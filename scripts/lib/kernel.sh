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

# kernel_keyring DIR LOG: print a newer keyring than the machine's. A suite's keys come into the one before
# it with an update of that package, whose signature the machine's keyring can check.
kernel_keyring()
{
	local dir=$1 log=$2

	kernel_apt_root "$dir" "$(kernel_own_suite)" "$DEBIAN_KEYRING"
	(
		cd "$dir" || exit
		apt-get -c=apt.conf -qq update || true
		apt-get -c=apt.conf -qq download debian-archive-keyring
		dpkg-deb -x debian-archive-keyring_*.deb .
	) >> "$log" 2>&1
	echo "$dir$DEBIAN_KEYRING"
}

# kernel_parts DIR LOG: print the packages that make up the newest kernel of the suite that DIR is an apt
# root for; false when there is none. One source that fails is no failure while another one has it:
# old suites leave the mirrors in parts.
kernel_parts()
{
	local dir=$1 log=$2

	apt-get -c="$dir/apt.conf" -qq update >> "$log" 2>&1 || true
	apt-cache -c="$dir/apt.conf" depends --recurse --important "$KERNEL_METAPACKAGE" 2>> "$log" |
		awk '!/^ / { print $1 }' | grep -E "$KERNEL_PARTS" | sort -u | paste -sd ' '
}

# kernel_unpack DIR SUITE: download the suite's kernel and leave DIR/vmlinuz, DIR/version, DIR/lib/modules
kernel_unpack()
{
	local dir=$1 suite=$2
	local apt=$dir/apt log=$dir/apt.log root=$dir/root
	local parts keyring version deb

	kernel_apt_root "$apt" "$suite" "$DEBIAN_KEYRING"
	if ! parts=$(kernel_parts "$apt" "$log") && grep -q NO_PUBKEY "$log"; then
		say "this machine's keyring is too old for $suite: looking for a newer one"
		keyring=$(kernel_keyring "$apt/keyring" "$log")
		kernel_apt_root "$apt" "$suite" "$keyring"
		parts=$(kernel_parts "$apt" "$log") || true
	fi
	[ -n "$parts" ] ||
		die "$STATUS_LAB" "no $KERNEL_METAPACKAGE from Debian $suite: $(grep -m 1 '^[EW]:' "$log")"

	say "downloading $parts"
	# shellcheck disable=SC2086  # a list of package names
	(cd "$apt/archives" && apt-get -c="$apt/apt.conf" -qq download $parts) >> "$log" 2>&1 ||
		die "$STATUS_LAB" "cannot download $parts: $(grep '^E:' "$log" | tail -n 1)"
	for deb in "$apt"/archives/*.deb; do
		dpkg-deb -x "$deb" "$root" || die "$STATUS_LAB" "cannot unpack ${deb##*/}"
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
		mkdir -p "$cache" || die "$STATUS_LAB" "no place for the kernels: set EXITGRAPH_CACHE"
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
