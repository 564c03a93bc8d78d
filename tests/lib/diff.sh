# SPDX-License-Identifier: GPL-2.0
# What tests of 'exitgraph diff' have in common. To be sourced, with $exitgraph set.

# slower FROM TO PER_CENT FUNCTION: a copy of the profile FROM in which the calls of a function take
# so much longer in the exits for CPUID, and so do the calls around them and the exits. A function
# that is called in one place.
slower() {
	cp "$1" "$2"
	sqlite3 "$2" "
		CREATE TEMP TABLE slow AS SELECT node.id, node.exit, inclusive_ns * $3 / 100 AS more
			FROM node JOIN named ON named.id = node.id JOIN exit ON exit.id = node.exit
			WHERE named.name = '$4' AND exit.reason = 'CPUID';
		CREATE TEMP TABLE above AS WITH RECURSIVE up (id, more) AS (
			SELECT id, more FROM slow UNION ALL
			SELECT node.parent, up.more FROM up JOIN node ON node.id = up.id
			WHERE node.parent IS NOT NULL) SELECT * FROM up;
		UPDATE exit SET max_ns = max_ns + slow.more / exit.count,
			total_ns = total_ns + slow.more, cycle_ns = cycle_ns + slow.more
			FROM slow WHERE slow.exit = exit.id;
		UPDATE node SET min_ns = min_ns * (100 + $3) / 100, max_ns = max_ns * (100 + $3) / 100,
			histogram = (SELECT json_group_object(CAST(key AS INTEGER) + 1, value)
				FROM json_each(histogram))
			WHERE id IN (SELECT id FROM slow);
		UPDATE node SET inclusive_ns = inclusive_ns + above.more
			FROM above WHERE above.id = node.id"
}

# cell FILE ROW PATH COLUMN [REASON]: of what --csv printed; PATH ends like that.
cell() {
	awk -F, -v row="$2" -v path="$3" -v column="$4" -v reason="${5-}" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		NR > 1 && $at["row"] == row && (reason == "" || $at["reason"] == reason) &&
		substr($at["path"], length($at["path"]) - length(path) + 1) == path {
			print $at[column]
			exit
		}' "$1"
}

# between NUMBER LEAST MOST: 1 if it is.
between() {
	awk -v x="$1" -v least="$2" -v most="$3" 'BEGIN { print (x != "" && x >= least && x <= most) }'
}

# significant FILE: what --csv calls significant, by path.
significant() {
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		NR > 1 && ($at["differs"] == "yes" || $at["self_differs"] == "yes") {
			print $at["reason"] " " $at["row"] " " $at["path"] $at["phase_a"]
		}' "$1"
}
