// SPDX-License-Identifier: GPL-2.0
#include "render/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * As many decimals as make three significant digits. Decided on the rounded text's side of
 * each power of ten: 9.996 is "10.0".
 */
static int decimals(double value)
{
	if (value < 9.995)
		return 2;
	return value < 99.95 ? 1 : 0;
}

const char *units_duration(double ns, char buffer[UNITS_MAX])
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	double value = fabs(ns);
	size_t i = 0;

	/* 999.7 ns is "1.00 us". */
	while (i < 3 && value / units[i].ns >= 999.5)
		i++;
	value /= units[i].ns;
	snprintf(buffer, UNITS_MAX, "%s%.*f %s", ns < 0 ? "-" : "",
		 i == 0 && value == floor(value) ? 0 : decimals(value), value, units[i].unit);
	return buffer;
}

const char *units_count(u64 count, char buffer[UNITS_MAX])
{
	char digits[UNITS_MAX], *out = buffer;
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, count);

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = '\0';
	return buffer;
}

const char *units_share(double part, double whole, char buffer[UNITS_MAX])
{
	double share = 100 * part / whole;

	if (!(whole > 0))
		snprintf(buffer, UNITS_MAX, "-");
	else if (share > 0 && share < 0.01)
		snprintf(buffer, UNITS_MAX, "<0.01%%");
	else
		snprintf(buffer, UNITS_MAX, "%.2f%%", share);
	return buffer;
}

const char *units_ratio(double ratio, char buffer[UNITS_MAX])
{
	if (ratio >= 999.5)
		return units_count(llround(ratio), buffer);
	if (ratio > 0 && ratio < 0.01)
		snprintf(buffer, UNITS_MAX, "<0.01");
	else
		snprintf(buffer, UNITS_MAX, "%.2f", ratio);
	return buffer;
}

const char *units_bytes(u64 bytes, char buffer[UNITS_MAX])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double value = (double)bytes;
	size_t i = 0;

	for (; i < 4 && value >= 999.5; i++)
		value /= 1024;
	snprintf(buffer, UNITS_MAX, "%.*f %s", i ? decimals(value) : 0, value, units[i]);
	return buffer;
}
