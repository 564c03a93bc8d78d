# SPDX-License-Identifier: GPL-2.0
# Has anything grown by more than a tenth? Reads the baseline, then what was measured, both in
# lines of host,what,instructions; prints a line of a test for each that was measured, and fails
# for what only the baseline has of the host.
#
#	awk -v host=NAME -f bench-judge.awk baseline.csv measured.csv

BEGIN { FS = "," }

FNR == 1 { file++ }
/^#/ || $1 != host { next }
file == 1 { baseline[$2] = $3; next }

{
	measured[$2] = 1
	if (!($2 in baseline))
		printf "not ok - %s: %.0f instructions, and no baseline\n", $2, $3
	else if ($3 > 1.1 * baseline[$2])
		printf "not ok - %s: %.0f instructions, baseline %.0f: more than 10 %% above it\n", $2, $3, baseline[$2]
	else
		printf "ok - %s: %.0f instructions, baseline %.0f\n", $2, $3, baseline[$2]
}

END {
	for (what in baseline)
		if (!(what in measured))
			printf "not ok - %s: not measured, baseline %.0f\n", what, baseline[what]
}
