# SPDX-License-Identifier: GPL-2.0
# How tests say what came out: a line each, "ok - ...", "not ok - ..." or "skip - ...",
# which scripts/check counts. To be sourced.

tap_ok() { echo "ok - $*"; }

tap_fail() { echo "not ok - $*"; }

tap_skip() { echo "skip - $*"; }

# tap DESCRIPTION COMMAND...: the test passes if COMMAND succeeds; its output is shown if not.
tap() {
	local what=$1 output

	shift
	if output=$("$@" 2>&1); then
		tap_ok "$what"
	else
		tap_fail "$what"
		printf '%s\n' "$output" | sed 's/^/#   /' | head -n 40
	fi
}

# is DESCRIPTION GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		tap_ok "$1"
	else
		tap_fail "$1 (got '$2', wanted '$3')"
	fi
}

# at_least DESCRIPTION GOT MINIMUM
at_least() {
	if [ -n "$2" ] && [ "$2" -ge "$3" ]; then
		tap_ok "$1 ($2)"
	else
		tap_fail "$1 (got '$2', wanted at least $3)"
	fi
}

# has DESCRIPTION FILE PATTERN: the file has a line that matches the extended expression.
has() {
	if grep -Eq -- "$3" "$2"; then
		tap_ok "$1"
	else
		tap_fail "$1 (no line matches '$3')"
		sed 's/^/#   /' "$2" | head -n 20
	fi
}
