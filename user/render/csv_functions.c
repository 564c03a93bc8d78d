// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "render/csv.h"
#include "render/function_sums.h"
#include "util/cleanup.h"

static void print_sum(const struct recording *recording, const struct function_sum *sum, FILE *out)
{
	csv_cell(node_name(recording, sum->example), out);
	putc(',', out);
	csv_cell(node_module(recording, sum->example), out);
	fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRId64, sum->call_cnt, sum->inclusive_ns,
		sum->self_ns);
	if (sum->call_cnt)
		fprintf(out, ",%" PRIu64 ",%" PRIu64 "\n", sum->min_ns, sum->max_ns);
	else
		fputs(",,\n", out);
}

int csv_functions(const struct view *view, bool merged, FILE *out)
{
	_cleanup_free_ struct function_sum *sums = NULL;
	size_t cnt;
	int err = function_sums_new(view, &sums, &cnt);

	if (err)
		return err;
	for (size_t i = 0; i < cnt; i++) {
		if (sums[i].example)
			print_sum(view->recording, &sums[i], out);
	}
	return 0;
}
