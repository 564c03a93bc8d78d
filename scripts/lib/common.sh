# SPDX-License-Identifier: GPL-2.0
# Words and exits that every script here shares.
# shellcheck shell=bash

# without this, set -e ends at every $(…)
shopt -s inherit_errexit

# exit statuses of scripts/lab beyond COMMAND's own; tests rely on them
# shellcheck disable=SC2034  # the files that source this one use them
readonly STATUS_USAGE=2 STATUS_KERNEL=3 STATUS_TIMEOUT=4 STATUS_LAB=5

prog=${0##*/}
verbose=0

# say TEXT…: progress, for people: on a terminal or when asked for, never in a pipe or a log
say()
{
	if [ "$verbose" -gt 0 ] || [ -t 2 ]; then
		printf '%s: %s\n' "$prog" "$*" >&2
	fi
}

warn()
{
	printf '%s: %s\n' "$prog" "$*" >&2
}

# die STATUS TEXT…
die()
{
	local status=$1

	shift
	warn "$@"
	exit "$status"
}
