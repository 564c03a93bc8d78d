# SPDX-License-Identifier: GPL-2.0
# Reads what bench-measure left, for the programs that go with it: bench-table.awk, which prints
# it, and bench-baseline.awk, which says of it what must not grow.
#
#	awk -v scale=NS -f bench-figures.awk -f bench-table.awk figures missing
#
# scale: what the host's clock calls an instruction, in nanoseconds. Everything is instructions
# from here on: exit[row], call[row], least[row], and of a profile calls[row], the calls traced in
# an exit, probe[row], what the accounting of an exit takes, and by[row], how they were attached.

FILENAME ~ /figures$/ && $1 == "exit"  { exit_[$2] = $3 / scale }
FILENAME ~ /figures$/ && $1 == "call"  { call[$2] = $3 / scale }
FILENAME ~ /figures$/ && $1 == "least" { least[$2] = $3 / scale }
FILENAME ~ /figures$/ && $1 == "probe" { probe[$2] = $3 / scale }
FILENAME ~ /figures$/ && $1 == "calls" { calls[$2] = $3 }
FILENAME ~ /figures$/ && $1 == "by"    { by[$2] = $3 }
FILENAME ~ /missing$/ { name = $1; sub(/^[^ ]* */, ""); missing[name] = $0 }

# What tracing this way adds to an exit.
function per_exit(row)
{
	return exit_[row] - exit_["untraced"]
}

# What a call more takes, where BASE is traced anyway, with calls of its own.
function per_call(row, base)
{
	return (exit_[row] - exit_[base]) / (calls["exitgraph"] - calls[base])
}

# All that tracing adds, boundaries and all, shared out among the calls.
function all_in(row)
{
	return per_exit(row) / calls["exitgraph"]
}

# What a task that is no vCPU pays in a recording for a probe beyond an empty one, on average.
function outside_recording()
{
	return (call["exitgraph"] - call["empty"]) / 2
}

# The same of one probe alone: entry or return.
function outside(side)
{
	return call["exitgraph-" side] - call["empty-" side]
}
