/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers as people read them. All write to @buffer and return it. */
#ifndef EXITGRAPH_RENDER_UNITS_H
#define EXITGRAPH_RENDER_UNITS_H

#include "xg_types.h"

#define UNITS_MAX 32

/*
 * A duration with three significant digits in the unit that suits: "80.3 ns", "4.28 us",
 * "1.23 ms", "12.3 s", "4398 s". Below 1000 ns a whole number stays one: "8 ns". May be
 * negative.
 */
const char *units_duration(double ns, char buffer[UNITS_MAX]);

/* A count with thousands separated: "1,234,567". */
const char *units_count(u64 count, char buffer[UNITS_MAX]);

/* @part of @whole in per cent: "100.00%", "2.41%", "<0.01%", "0.00%"; "-" if @whole is 0. */
const char *units_share(double part, double whole, char buffer[UNITS_MAX]);

/* Something per exit or second: "1.00", "12.50", "1,234"; "<0.01" when rare. */
const char *units_ratio(double ratio, char buffer[UNITS_MAX]);

/* Bytes of memory: "812 B", "3.25 MiB". */
const char *units_bytes(u64 bytes, char buffer[UNITS_MAX]);

#endif
