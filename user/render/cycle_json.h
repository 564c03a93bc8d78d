/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Single cycles as JSON, in ns since the entry:
 *
 *	[ { "reason", "code", "kept": [ "slowest" ], "pid", "vm", "vcpu_id", "tid", "isa",
 *	    "started_unix_ns", "started_mono_ns", "guest_ns", "latency_ns", "duration_ns",
 *	    "self_ns", "hidden_nodes", "cpu", "rip": "0x...", "next_rip", "info1", "info2",
 *	    "intr_info",                                        null if not known
 *	    "tree": [ { "function", "module", "kind", "from_ns", "inclusive_ns", "self_ns",
 *	                "latency_ns", "open_before", "open_after", "children": [ ... ] } ] } ]
 *
 * A line's latency_ns is what of it is after the exit. open_before and open_after tell a part
 * of a call.
 */
#ifndef EXITGRAPH_RENDER_CYCLE_JSON_H
#define EXITGRAPH_RENDER_CYCLE_JSON_H

#include <jansson.h>

#include "render/report.h"

/* The cycles of @view that @options ask for; NULL when there is no memory. */
json_t *cycle_json(const struct view *view, const struct report_options *options);

#endif
