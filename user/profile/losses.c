// SPDX-License-Identifier: GPL-2.0
#include "profile/losses.h"

#include <string.h>

enum sort {
	LOSS,
	NOTE,
};

static const struct loss_kind kinds[] = {
#define X(kind, name_, sort_, text_) \
	[XG_LOSS_##kind] = { .name = name_, .is_note = (sort_) == NOTE, .text = text_ },
	XG_LOSS_KERNEL_KINDS(X) XG_LOSS_USER_KINDS(X)
#undef X
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == XG_LOSS_COUNT, "every kind has its text");

const struct loss_kind *loss_kind(enum xg_loss loss)
{
	return &kinds[loss];
}

int loss_find(const char *name)
{
	for (int i = 0; i < XG_LOSS_COUNT; i++) {
		if (!strcmp(kinds[i].name, name))
			return i;
	}
	return -1;
}
