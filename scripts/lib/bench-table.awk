# SPDX-License-Identifier: GPL-2.0
# Prints what tracing costs on a host, in instructions: a row for every way of tracing, what a
# task that is no vCPU pays, and where exitgraph's instructions go. With bench-figures.awk, and
# -v host=NAME.

# A cell, if there is a value, and its share of function_graph's, if there is that.
function against(value, of_graph)
{
	if (value == "")
		return sprintf("%9s%6s", "-", "")
	return sprintf("%9.0f%6s", value, of_graph > 0 ? sprintf("%.2f", value / of_graph) : "")
}

# row(NAME, TITLE, BASE): BASE is what was traced anyway, "" if this row traces no calls. What
# was asked for and could not be had has a line, too, and what was not asked for has none.
function row(name, title, base,    call_, all, leaf, line)
{
	if (name in missing) {
		printf "%-36s n/a: %s\n", title, missing[name]
		return
	}
	if (!(name in exit_))
		return
	if (base != "")
		call_ = per_call(name, base)
	if (base != "" && base != "all but one")
		all = all_in(name)
	if (name in least)
		leaf = least[name]
	line = sprintf("%-36s%9.0f", title, per_exit(name))
	line = line against(call_, graph) against(all, graph) against(leaf, graph_leaf)
	sub(/ +$/, "", line)
	print line
}

# A pair of probes on one function.
function one_call(name, title)
{
	calls["all but one"] = calls["exitgraph"] - 1
	exit_["all but one"] = exit_["untraced"]
	row(name, title, "all but one")
}

function part(title, value)
{
	printf "  %-34s%9.0f\n", title, value
}

function table(    i, mechanisms)
{
	graph = "function_graph" in exit_ ? per_call("function_graph", "untraced") : 0
	graph_leaf = "function_graph" in least ? least["function_graph"] : 0
	printf "%s: an untraced exit takes %.0f instructions; %.1f calls traced in it\n", host,
		exit_["untraced"], calls["exitgraph"]
	printf "%-36s%9s%9s%6s%9s%6s%9s%6s\n", "instructions (of fg: of its own)", "per exit", "per call",
		"of fg", "all in", "of fg", "leaf", "of fg"
	row("exitgraph", "exitgraph" ("exitgraph" in by ? ", " by["exitgraph"] : ""), "boundaries")
	for (i = 1; i <= split("multi fsession.multi fsession fentry kprobe", mechanisms); i++)
		row("attach-" mechanisms[i], "exitgraph --attach " mechanisms[i], "boundaries")
	row("keep-none", "exitgraph --over 10s, none kept", "boundaries")
	row("keep-samples", "exitgraph --samples 100", "boundaries")
	row("boundaries", "exitgraph, boundaries only", "")
	row("exits-only", "exitgraph --exits-only", "")
	row("function_graph", "ftrace function_graph", "untraced")
	row("perf-kvm-stat", "perf kvm stat record", "")
	row("bpftrace-exits", "bpftrace, histogram exit to entry", "")
	one_call("bpftrace-hist", "bpftrace, one kfunc+kretfunc pair")
	row("empty", "empty fentry+fexit pairs", "untraced")
	row("clock", "  reading the clock once each", "untraced")
	row("account", "  floor: one vCPU, no tree", "untraced")
	row("boundary-empty", "empty kvm_exit+kvm_entry pair", "")
	row("boundary-clock", "  reading the clock once each", "")
	row("boundary-account", "  floor: one vCPU, one reason", "")
}

# Rows with all calls and with the boundaries' only tell what a call takes and what an exit
# takes anyway; probe[] is what of it the programs at the boundaries measured themselves.
function where_exitgraph(    n, pair, clock, account, log_, boundary)
{
	n = calls["exitgraph"]
	pair = per_call("empty", "untraced")
	clock = per_call("clock", "untraced") - pair
	account = (probe["exitgraph"] - probe["boundaries"]) / (n - calls["boundaries"])
	log_ = per_call("exitgraph", "boundaries") - pair - clock - account
	boundary = probe["exitgraph"] - n * account
	print "where exitgraph's instructions go, per exit"
	part(sprintf("trampolines, %.1f x %.0f", n, pair), n * pair)
	part(sprintf("two clock readings, %.1f x %.0f", n, clock), n * clock)
	part(sprintf("state and log, %.1f x %.0f", n, log_), n * log_)
	part(sprintf("accounting for calls, %.1f x %.0f", n, account), n * account)
	part("accounting for the exit", boundary)
	part("to the boundaries and back", per_exit("exitgraph") - n * (pair + clock + log_ + account) - boundary)
	part("all", per_exit("exitgraph"))
}

function where_exits_only(    empty, clock, reason)
{
	empty = per_exit("boundary-empty")
	clock = per_exit("boundary-clock") - empty
	reason = per_exit("boundary-reason") - clock - empty
	print "where those of --exits-only go, per exit"
	part("two tracepoint programs", empty)
	part("two clock readings", clock)
	part("reading the reason", reason)
	part("state and accounting", per_exit("exits-only") - empty - clock - reason)
	part("all", per_exit("exits-only"))
}

function no_vcpu()
{
	print "a task that is no vCPU, beyond an empty probe, per probe"
	part("in a recording, on average", outside_recording())
	if ("exitgraph-entry" in missing)
		printf "  %-34s n/a: %s\n", "each alone", missing["exitgraph-entry"]
	if ("exitgraph-entry" in call && "exitgraph-return" in call) {
		part("fentry alone", outside("entry"))
		part("fexit alone, reads the clock first", outside("return"))
	}
}

# Was all of it measured? NAMES are of rows.
function have(names,    n, list, i)
{
	n = split(names, list)
	for (i = 1; i <= n; i++)
		if (!(list[i] in exit_))
			return 0
	return 1
}

END {
	if (!(calls["exitgraph"] > calls["boundaries"])) {
		print "bench-overhead: exitgraph traced no calls on " host > "/dev/stderr"
		exit 1
	}
	table()
	if (have("exitgraph boundaries empty clock"))
		where_exitgraph()
	if (have("exits-only boundary-empty boundary-clock boundary-reason"))
		where_exits_only()
	no_vcpu()
	print ""
}
