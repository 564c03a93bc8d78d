/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tables of a .xg file. Times are ns; counts and times are below 2^63; an exit code is
 * the 64 bits of the vendor's code as SQLite's signed integer (SVM's ERR is -1).
 *
 *	recording > vm
 *	          > function
 *	          > loss
 *	          > calibration
 *	          > window
 *	          > vcpu > exit > node
 *	                 > cycle > cycle_span
 *	bench, bench_workload > bench_exit
 *	                      > bench_round
 *
 * A histogram is a column (profile/hist_text.h), since a table of all nodes' buckets would be
 * by far the largest: a million rows for 512 vCPUs. The views exit_histogram and
 * node_histogram show them as such a table.
 *
 * A reader takes a file only if the text of every table is the one below, letter by letter:
 * so a file can smuggle in no view, generated column or virtual table under these names.
 * Whoever changes a letter raises STORE_VERSION. The views are for people with the sqlite3
 * shell; exitgraph never reads them.
 */
#ifndef EXITGRAPH_PROFILE_STORE_SCHEMA_H
#define EXITGRAPH_PROFILE_STORE_SCHEMA_H

#define STORE_APPLICATION_ID 0x65786772 /* "exgr" */
#define STORE_VERSION	     5

struct store_table {
	const char *name;
	const char *sql;
};

static const struct store_table store_tables[] = {
	{ "recording", "CREATE TABLE recording (\n"
		       "  id INTEGER PRIMARY KEY,\n"
		       "  started_unix_ns INTEGER NOT NULL,\n"
		       "  duration_ns INTEGER NOT NULL,\n"
		       "  title TEXT NOT NULL,\n"
		       "  host TEXT NOT NULL,\n"
		       "  kernel TEXT NOT NULL,\n"
		       "  cpu_model TEXT NOT NULL,\n"
		       "  version TEXT NOT NULL, -- of exitgraph\n"
		       "  mechanism TEXT NOT NULL, -- how functions were attached\n"
		       "  exit_boundary TEXT NOT NULL, -- where an exit is first seen\n"
		       "  kernel_bytes INTEGER NOT NULL,\n"
		       "  user_bytes INTEGER NOT NULL, -- of the recorder, at most\n"
		       "  source TEXT NOT NULL, -- of an imported trace: the file\n"
		       "  first_line INTEGER NOT NULL, -- of an imported trace, in it\n"
		       "  last_line INTEGER NOT NULL,\n"
		       "  window_ns INTEGER NOT NULL, -- of table window; 0: there was none\n"
		       "  calibrated_unix_ns INTEGER NOT NULL, -- 0: was not\n"
		       "  not_calibrated TEXT NOT NULL -- what was not, and why\n"
		       ")" },
	{ "vm", "CREATE TABLE vm (\n"
		"  recording INTEGER NOT NULL REFERENCES recording (id),\n"
		"  number INTEGER NOT NULL, -- 0, 1, ... in the recording\n"
		"  pid INTEGER NOT NULL,\n"
		"  name TEXT NOT NULL,\n"
		"  PRIMARY KEY (recording, number)) WITHOUT ROWID" },
	{ "function", "CREATE TABLE function (\n"
		      "  recording INTEGER NOT NULL REFERENCES recording (id),\n"
		      "  number INTEGER NOT NULL, -- 0, 1, ... in the recording\n"
		      "  name TEXT NOT NULL,\n"
		      "  module TEXT NOT NULL,\n"
		      "  mechanism TEXT NOT NULL, -- by which it was attached\n"
		      "  arguments INTEGER NOT NULL, -- registers that they take, if known\n"
		      "  PRIMARY KEY (recording, number)) WITHOUT ROWID" },
	{ "loss", "CREATE TABLE loss (\n"
		  "  recording INTEGER NOT NULL REFERENCES recording (id),\n"
		  "  kind TEXT NOT NULL,\n"
		  "  count INTEGER NOT NULL,\n"
		  "  meaning TEXT NOT NULL,\n"
		  "  PRIMARY KEY (recording, kind)) WITHOUT ROWID" },
	{ "calibration", "CREATE TABLE calibration ( -- what the probes of a call cost\n"
			 "  recording INTEGER NOT NULL REFERENCES recording (id),\n"
			 "  mechanism TEXT NOT NULL,\n"
			 "  arguments INTEGER NOT NULL, -- of the function\n"
			 "  own_ps INTEGER NOT NULL, -- in the call's own time, 1/1000 ns\n"
			 "  own_spread_ps INTEGER NOT NULL, -- between quartiles\n"
			 "  own_error_ps INTEGER NOT NULL, -- of own_ps, a standard deviation\n"
			 "  around_ps INTEGER NOT NULL, -- in its callers' time only\n"
			 "  around_spread_ps INTEGER NOT NULL,\n"
			 "  around_error_ps INTEGER NOT NULL,\n"
			 "  samples INTEGER NOT NULL,\n"
			 "  PRIMARY KEY (recording, mechanism, arguments)) WITHOUT ROWID" },
	{ "window", "CREATE TABLE window ( -- exits while only the boundaries were traced\n"
		    "  recording INTEGER NOT NULL REFERENCES recording (id),\n"
		    "  code INTEGER NOT NULL,\n"
		    "  count INTEGER NOT NULL, -- exits\n"
		    "  busy_ns INTEGER NOT NULL, -- their latency, as far as on the CPU\n"
		    "  spread_ns INTEGER NOT NULL, -- standard deviation of the latency\n"
		    "  calls INTEGER NOT NULL, -- traced calls in it, all the same\n"
		    "  PRIMARY KEY (recording, code)) WITHOUT ROWID" },
	{ "vcpu", "CREATE TABLE vcpu (\n"
		  "  id INTEGER PRIMARY KEY,\n"
		  "  recording INTEGER NOT NULL REFERENCES recording (id),\n"
		  "  vm INTEGER NOT NULL, -- vm.number\n"
		  "  vcpu_id INTEGER NOT NULL, -- KVM's\n"
		  "  tid INTEGER NOT NULL,\n"
		  "  isa TEXT NOT NULL -- VMX, SVM, unknown\n"
		  ")" },
	{ "exit", "CREATE TABLE exit ( -- one row per vCPU and exit reason\n"
		  "  id INTEGER PRIMARY KEY,\n"
		  "  vcpu INTEGER NOT NULL REFERENCES vcpu (id),\n"
		  "  code INTEGER NOT NULL,\n"
		  "  reason TEXT NOT NULL, -- the code's name\n"
		  "  count INTEGER NOT NULL, -- exits; their latency, exit to next entry:\n"
		  "  total_ns INTEGER NOT NULL,\n"
		  "  min_ns INTEGER, -- NULL if count is 0\n"
		  "  max_ns INTEGER,\n"
		  "  cycles INTEGER NOT NULL, -- cycles in the tree, entry to next entry\n"
		  "  cycle_ns INTEGER NOT NULL,\n"
		  "  guest_calls INTEGER NOT NULL, -- calls in the cycles' guest phases\n"
		  "  histogram TEXT NOT NULL, -- of latency; see exit_histogram\n"
		  "  UNIQUE (vcpu, code))" },
	{ "node", "CREATE TABLE node ( -- of the call tree of an exit\n"
		  "  id INTEGER PRIMARY KEY, -- larger than parent; siblings in order of "
		  "occurrence\n"
		  "  exit INTEGER NOT NULL REFERENCES exit (id),\n"
		  "  parent INTEGER REFERENCES node (id), -- NULL on the first level\n"
		  "  kind TEXT NOT NULL, -- call, guest, userspace, off-cpu\n"
		  "  function INTEGER, -- function.number; of calls only\n"
		  "  calls INTEGER NOT NULL, -- that returned\n"
		  "  inclusive_ns INTEGER NOT NULL,\n"
		  "  min_ns INTEGER, -- NULL if calls is 0\n"
		  "  max_ns INTEGER,\n"
		  "  histogram TEXT NOT NULL -- of the calls' time; see node_histogram\n"
		  ")" },
	{ "cycle", "CREATE TABLE cycle ( -- single cycles kept whole\n"
		   "  id INTEGER PRIMARY KEY,\n"
		   "  vcpu INTEGER NOT NULL REFERENCES vcpu (id),\n"
		   "  code INTEGER NOT NULL,\n"
		   "  reason TEXT NOT NULL, -- the code's name\n"
		   "  why INTEGER NOT NULL, -- kept: 1 a sample, 2 slowest, 4 over the limit\n"
		   "  started_unix_ns INTEGER NOT NULL, -- the entry\n"
		   "  started_mono_ns INTEGER NOT NULL,\n"
		   "  latency_ns INTEGER NOT NULL, -- exit to next entry\n"
		   "  duration_ns INTEGER NOT NULL, -- entry to next entry\n"
		   "  cpu INTEGER NOT NULL, -- at the start\n"
		   "  tid INTEGER NOT NULL, -- the thread that ran the vCPU\n"
		   "  rip INTEGER, -- these are NULL if not known\n"
		   "  next_rip INTEGER,\n"
		   "  info1 INTEGER, -- VMX exit qualification, SVM EXITINFO1\n"
		   "  info2 INTEGER,\n"
		   "  intr_info INTEGER)" },
	{ "cycle_span", "CREATE TABLE cycle_span ( -- what happened in a cycle\n"
			"  cycle INTEGER NOT NULL REFERENCES cycle (id),\n"
			"  number INTEGER NOT NULL, -- 0, 1, ... in order of beginning\n"
			"  depth INTEGER NOT NULL, -- in how many others\n"
			"  kind TEXT NOT NULL, -- call, off-cpu, exit\n"
			"  function INTEGER, -- function.number; of calls only\n"
			"  from_ns INTEGER, -- since the entry; NULL: before it\n"
			"  to_ns INTEGER, -- NULL: after the next entry\n"
			"  cpu INTEGER, -- of off-cpu: where it went on\n"
			"  PRIMARY KEY (cycle, number)) WITHOUT ROWID" },
	{ "bench", "CREATE TABLE bench ( -- one row, of exitgraph bench\n"
		   "  id INTEGER PRIMARY KEY,\n"
		   "  started_unix_ns INTEGER NOT NULL,\n"
		   "  host TEXT NOT NULL,\n"
		   "  kernel TEXT NOT NULL,\n"
		   "  cpu_model TEXT NOT NULL,\n"
		   "  version TEXT NOT NULL, -- of exitgraph\n"
		   "  isa TEXT NOT NULL,\n"
		   "  mechanism TEXT NOT NULL, -- how functions were attached\n"
		   "  functions INTEGER NOT NULL, -- that were\n"
		   "  cpu INTEGER NOT NULL, -- that ran the vCPU\n"
		   "  tsc_khz INTEGER NOT NULL, -- of the guest's clock; 0: KVM does not know\n"
		   "  measured_khz INTEGER NOT NULL, -- the same against the host's clock\n"
		   "  constant INTEGER NOT NULL -- 1: the CPU says that it keeps its rate\n"
		   ")" },
	{ "bench_workload", "CREATE TABLE bench_workload (\n"
			    "  id INTEGER PRIMARY KEY, -- 1 is the loop of nothing\n"
			    "  name TEXT NOT NULL,\n"
			    "  note TEXT NOT NULL,\n"
			    "  recording INTEGER REFERENCES recording (id), -- as traced\n"
			    "  counted_iterations INTEGER NOT NULL -- with these exits:\n"
			    ")" },
	{ "bench_exit", "CREATE TABLE bench_exit (\n"
			"  workload INTEGER NOT NULL REFERENCES bench_workload (id),\n"
			"  number INTEGER NOT NULL, -- 0, 1, ... of the workload\n"
			"  reason TEXT NOT NULL,\n"
			"  expected INTEGER NOT NULL, -- of an iteration\n"
			"  count INTEGER NOT NULL, -- of counted_iterations\n"
			"  PRIMARY KEY (workload, number)) WITHOUT ROWID" },
	{ "bench_round", "CREATE TABLE bench_round (\n"
			 "  workload INTEGER NOT NULL REFERENCES bench_workload (id),\n"
			 "  mode TEXT NOT NULL, -- untraced, boundaries, traced\n"
			 "  number INTEGER NOT NULL, -- 0, 1, ... of the mode\n"
			 "  iterations INTEGER NOT NULL,\n"
			 "  cycles INTEGER NOT NULL, -- of the guest's clock, of all of them\n"
			 "  wall_ns INTEGER NOT NULL, -- of the host's\n"
			 "  PRIMARY KEY (workload, mode, number)) WITHOUT ROWID" },
};

/* A bucket's edges from its number, as include/xg_hist.h has them. The upper one is inclusive. */
#define STORE_BUCKETS                                                                         \
	"  iif(b.key < 16, +b.key, 8 + b.key % 8 << b.key / 8 - 1) AS lower_ns,\n"           \
	"  iif(b.key < 16, +b.key, (9 + b.key % 8 << b.key / 8 - 1) - 1) AS upper_ns,\n"     \
	"  b.count\n"
#define STORE_HISTOGRAM(table)                                                                \
	"(SELECT " table ".id, CAST(json.key AS INTEGER) AS key, json.value AS count\n"          \
	"  FROM " table ", json_each(" table ".histogram) AS json) AS b"

/* sqlite3 vm.xg 'SELECT * FROM exits' */
static const char store_views[] =
	"CREATE VIEW bench_costs AS -- the loop's own included; bench_workload 1 is that\n"
	"SELECT name AS workload, mode, count(*) AS rounds, iterations,\n"
	"  min(1.0 * cycles / iterations) AS min_cycles,\n"
	"  avg(1.0 * cycles / iterations) AS mean_cycles,\n"
	"  max(1.0 * cycles / iterations) AS max_cycles\n"
	"FROM bench_round JOIN bench_workload ON bench_workload.id = workload\n"
	"GROUP BY bench_workload.id, mode ORDER BY bench_workload.id, min_cycles;\n"
	"CREATE VIEW exit_histogram AS -- of exit latency\n"
	"SELECT b.id AS exit,\n" STORE_BUCKETS "FROM " STORE_HISTOGRAM("exit") ";\n"
	"CREATE VIEW node_histogram AS -- of the calls' time\n"
	"SELECT b.id AS node,\n" STORE_BUCKETS "FROM " STORE_HISTOGRAM("node") ";\n"
	"CREATE VIEW exits AS\n"
	"SELECT vcpu.recording, vm.pid, vm.name AS vm, vcpu.vcpu_id AS vcpu, vcpu.isa, reason,\n"
	"  count, total_ns, min_ns, total_ns / nullif(count, 0) AS mean_ns, max_ns\n"
	"FROM exit JOIN vcpu ON vcpu.id = exit.vcpu\n"
	"JOIN vm ON vm.recording = vcpu.recording AND vm.number = vcpu.vm\n"
	"ORDER BY vcpu.recording, vm.pid, vcpu.vcpu_id, total_ns DESC;\n"
	"CREATE VIEW tree AS\n"
	"WITH RECURSIVE t (node, depth, path, name) AS (\n"
	"  SELECT n.id, 0, name, name FROM named AS n WHERE n.parent IS NULL\n"
	"  UNION ALL\n"
	"  SELECT n.id, t.depth + 1, t.path || ';' || n.name, n.name\n"
	"  FROM t JOIN named AS n ON n.parent = t.node)\n"
	"SELECT vcpu.recording, vm.pid, vm.name AS vm, vcpu.vcpu_id AS vcpu, exit.reason, "
	"t.depth,\n"
	"  t.path, node.calls, node.inclusive_ns,\n"
	"  node.inclusive_ns - (SELECT coalesce(sum(inclusive_ns), 0) FROM node AS child\n"
	"    WHERE child.parent = node.id) AS self_ns,\n"
	"  node.inclusive_ns / nullif(exit.cycles, 0) AS ns_per_exit,\n"
	"  node.min_ns, node.max_ns\n"
	"FROM t JOIN node ON node.id = t.node JOIN exit ON exit.id = node.exit\n"
	"JOIN vcpu ON vcpu.id = exit.vcpu\n"
	"JOIN vm ON vm.recording = vcpu.recording AND vm.number = vcpu.vm\n"
	"ORDER BY node.id;\n"
	"CREATE VIEW named AS -- nodes with their function's name\n"
	"SELECT node.id, node.parent, CASE node.kind WHEN 'call' THEN function.name\n"
	"  ELSE '<' || node.kind || '>' END AS name\n"
	"FROM node JOIN exit ON exit.id = node.exit JOIN vcpu ON vcpu.id = exit.vcpu\n"
	"LEFT JOIN function ON function.recording = vcpu.recording\n"
	"  AND function.number = node.function;\n"
	"CREATE INDEX node_parent ON node (parent);\n"
	"CREATE VIEW cycles AS\n"
	"SELECT vcpu.recording, cycle.id AS cycle, vm.pid, vm.name AS vm, vcpu.vcpu_id AS vcpu,\n"
	"  reason, replace(trim(iif(why & 1, 'sample ', '') || iif(why & 2, 'slowest ', '')\n"
	"    || iif(why & 4, 'over', '')), ' ', ',') AS why,\n"
	"  strftime('%Y-%m-%d %H:%M:%S', started_unix_ns / 1000000000, 'unixepoch')\n"
	"    || printf('.%06d', started_unix_ns / 1000 % 1000000) AS started_utc,\n"
	"  latency_ns, duration_ns, cycle.cpu, iif(rip IS NULL, NULL, printf('0x%llx', rip)) AS rip,\n"
	"  iif(info1 IS NULL, NULL, printf('0x%llx', info1)) AS info1,\n"
	"  iif(info2 IS NULL, NULL, printf('0x%llx', info2)) AS info2\n"
	"FROM cycle JOIN vcpu ON vcpu.id = cycle.vcpu\n"
	"JOIN vm ON vm.recording = vcpu.recording AND vm.number = vcpu.vm\n"
	"ORDER BY vcpu.recording, reason, latency_ns DESC;\n"
	"CREATE VIEW cycle_calls AS -- of a cycle: WHERE cycle = 1\n"
	"SELECT s.cycle, s.number, s.from_ns, s.to_ns,\n"
	"  coalesce(s.to_ns, cycle.duration_ns) - coalesce(s.from_ns, 0) AS ns,\n"
	"  printf('%*s%s', 2 * s.depth, '', coalesce(function.name, '<' || s.kind || '>')) AS call\n"
	"FROM cycle_span AS s JOIN cycle ON cycle.id = s.cycle JOIN vcpu ON vcpu.id = cycle.vcpu\n"
	"LEFT JOIN function ON function.recording = vcpu.recording\n"
	"  AND function.number = s.function;\n";

#endif
