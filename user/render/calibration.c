// SPDX-License-Identifier: GPL-2.0
#include "render/calibration.h"

#include <inttypes.h>
#include <string.h>

#include "render/csv.h"
#include "render/json_number.h"
#include "render/units.h"

static bool is_of_boundaries(const struct calibration_row *row)
{
	return !strcmp(row->mechanism, CALIBRATION_BOUNDARY);
}

bool calibration_is_known(const struct calibration *calibration)
{
	return calibration->cnt || *calibration->why_not;
}

/* Of a mechanism, the row of the fewest arguments that are more than @more. */
static const struct calibration_row *next_row(const struct calibration *calibration,
					      const char *mechanism, s64 more)
{
	const struct calibration_row *found = NULL;

	for (size_t i = 0; i < calibration->cnt; i++) {
		const struct calibration_row *row = &calibration->rows[i];

		if (!strcmp(row->mechanism, mechanism) && row->arg_cnt > more &&
		    (!found || row->arg_cnt < found->arg_cnt))
			found = row;
	}
	return found;
}

static bool is_first_of_mechanism(const struct calibration *calibration, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (!strcmp(calibration->rows[j].mechanism, calibration->rows[i].mechanism))
			return false;
	return true;
}

/*
 * "169 ns in a call's own time and 293 ns in its callers' (1 argument; 6: 174 ns, 298 ns), by
 * fentry+fexit"
 */
static void print_mechanism(const struct calibration *calibration, const char *mechanism, FILE *out)
{
	const struct calibration_row *row = next_row(calibration, mechanism, -1);
	char own[UNITS_MAX], around[UNITS_MAX];

	if (is_of_boundaries(row)) {
		fprintf(out,
			"%s from one boundary's last reading of the clock to the next one's first",
			units_duration(row->around.ns, around));
		return;
	}
	fprintf(out, "%s in a call's own time and %s in its callers' (%u argument%s",
		units_duration(row->own.ns, own), units_duration(row->around.ns, around),
		row->arg_cnt, row->arg_cnt == 1 ? "" : "s");
	while ((row = next_row(calibration, mechanism, row->arg_cnt)))
		fprintf(out, "; %u: %s, %s", row->arg_cnt, units_duration(row->own.ns, own),
			units_duration(row->around.ns, around));
	fprintf(out, "), by %s", mechanism);
}

void calibration_text(const struct calibration *calibration, const char *next, FILE *out)
{
	const char *before = "";

	/* The boundaries last. */
	for (size_t i = 0; i < 2 * calibration->cnt; i++) {
		const struct calibration_row *row = &calibration->rows[i % calibration->cnt];

		if (is_of_boundaries(row) != (i >= calibration->cnt) ||
		    !is_first_of_mechanism(calibration, row - calibration->rows))
			continue;
		fputs(before, out);
		print_mechanism(calibration, row->mechanism, out);
		before = next;
	}
	if (*calibration->why_not)
		fprintf(out, "%snot calibrated: %s", before, calibration->why_not);
}

static void set_value(struct builder *b, json_t *object, const struct calibration_value *value,
		      const char *const keys[3])
{
	set(b, object, keys[0], json_real(value->ns));
	set(b, object, keys[1], json_real(value->spread_ns));
	set(b, object, keys[2], json_real(value->error_ns));
}

json_t *calibration_json(struct builder *b, const struct calibration *calibration)
{
	static const char *const own_keys[] = { "own_ns", "own_spread_ns", "own_error_ns" };
	static const char *const around_keys[] = { "around_ns", "around_spread_ns",
						   "around_error_ns" };
	json_t *object = json_object(), *calls = json_array();

	if (calibration->measured_unix_ns)
		set(b, object, "measured_unix_ns", number(calibration->measured_unix_ns));
	if (*calibration->why_not)
		set(b, object, "not_calibrated", json_string(calibration->why_not));
	for (size_t i = 0; i < calibration->cnt; i++) {
		const struct calibration_row *row = &calibration->rows[i];
		json_t *item = json_object();

		set(b, item, "mechanism", json_string(row->mechanism));
		set(b, item, "arguments", number(row->arg_cnt));
		set_value(b, item, &row->own, own_keys);
		set_value(b, item, &row->around, around_keys);
		set(b, item, "samples", number(row->sample_cnt));
		append(b, calls, item);
	}
	set(b, object, "calls", calls);
	return object;
}

static void print_value(const struct calibration_value *value, FILE *out)
{
	fprintf(out, ",%.3f,%.3f,%.3f", value->ns, value->spread_ns, value->error_ns);
}

int calibration_csv(const struct view *view, bool merged, FILE *out)
{
	const struct calibration *calibration = &view->recording->calibration;

	for (size_t i = 0; i < calibration->cnt; i++) {
		const struct calibration_row *row = &calibration->rows[i];

		csv_cell(row->mechanism, out);
		fprintf(out, ",%u", row->arg_cnt);
		print_value(&row->own, out);
		print_value(&row->around, out);
		fprintf(out, ",%" PRIu64 "\n", row->sample_cnt);
	}
	return 0;
}
