// SPDX-License-Identifier: GPL-2.0
#include "profile/store_calibration.h"

#include <math.h>
#include <string.h>

#include "profile/text.h"
#include "util/cleanup.h"

#define PS_PER_NS 1000.0

static u64 to_ps(double ns)
{
	return llround(ns * PS_PER_NS);
}

int store_put_calibration(struct writer *w, const struct calibration *calibration)
{
	int r = 0;

	for (size_t i = 0; !r && i < calibration->cnt; i++) {
		const struct calibration_row *row = &calibration->rows[i];

		r = store_put(w, w->calibration, "itiiiiiiii", w->recording_id, row->mechanism,
			      (s64)row->arg_cnt, to_ps(row->own.ns), to_ps(row->own.spread_ns),
			      to_ps(row->own.error_ns), to_ps(row->around.ns),
			      to_ps(row->around.spread_ns), to_ps(row->around.error_ns),
			      row->sample_cnt);
	}
	return r;
}

static double read_ns(struct reader *r, int column)
{
	return reader_number(r, column, CALIBRATION_VALUE_MAX_NS * PS_PER_NS) / PS_PER_NS;
}

static struct calibration_value read_value(struct reader *r, int column)
{
	return (struct calibration_value){
		.ns = read_ns(r, column),
		.spread_ns = read_ns(r, column + 1),
		.error_ns = read_ns(r, column + 2),
	};
}

void store_read_fixed(struct reader *r, int column, char *to, size_t size)
{
	_cleanup_free_ char *clean = text_clean(reader_text(r, column));

	*to = '\0';
	if (!clean)
		reader_no_memory(r);
	else if (strlen(clean) >= size)
		reader_damaged(r, "a text is longer than %zu bytes", size - 1);
	else
		strcpy(to, clean);
}

void store_read_calibration(struct reader *r)
{
	struct row *recording = reader_row(r, 0, &r->recordings);
	struct calibration_row row = {
		.arg_cnt = reader_number(r, 2, CALIBRATION_ARGS_MAX),
		.own = read_value(r, 3),
		.around = read_value(r, 6),
		.sample_cnt = reader_number(r, 9, INT64_MAX),
	};

	store_read_fixed(r, 1, row.mechanism, sizeof(row.mechanism));
	if (r->err)
		return;
	if (calibration_add(&recording->recording->calibration, &row))
		reader_damaged(r, "a calibration is there twice, is not whole, or one of too many");
}
