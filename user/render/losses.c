// SPDX-License-Identifier: GPL-2.0
#include "render/losses.h"

#include "profile/losses.h"
#include "render/table.h"
#include "render/units.h"
#include "util/cleanup.h"

static int print_kinds(const u64 losses[XG_LOSS_COUNT], bool notes, const char *heading,
		       const char *none, FILE *out)
{
	_cleanup_(table_free) struct table *table = NULL;
	char buffer[UNITS_MAX];
	bool any = false;
	int err;

	err = table_new("rll", &table);
	if (err)
		return err;
	for (int i = 0; i < XG_LOSS_COUNT; i++) {
		const struct loss_kind *kind = loss_kind(i);

		if (!losses[i] || kind->is_note != notes)
			continue;
		any = true;
		table_cell(table, units_count(losses[i], buffer));
		table_cell(table, kind->name);
		table_cell(table, kind->text);
	}
	fputs(any ? heading : none, out);
	return table_print(table, 2, out);
}

int losses_print(const u64 losses[XG_LOSS_COUNT], FILE *out)
{
	int err = print_kinds(losses, false, "losses:\n", "losses: none\n", out);

	return err ? err : print_kinds(losses, true, "notes (no loss):\n", "", out);
}
