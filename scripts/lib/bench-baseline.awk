# SPDX-License-Identifier: GPL-2.0
# What exitgraph costs, in lines of tests/bench/baseline.csv: host,what,instructions.
# With bench-figures.awk, and -v host=NAME.

function tell(what, value)
{
	printf "%s,%s,%.1f\n", host, what, value
}

END {
	tell("exitgraph per call", per_call("exitgraph", "boundaries"))
	tell("exitgraph per call with all in", all_in("exitgraph"))
	tell("boundaries per exit", per_exit("boundaries"))
	tell("exits-only per exit", per_exit("exits-only"))
	tell("leaf", least["exitgraph"])
	tell("no vCPU per probe", outside_recording())
}
