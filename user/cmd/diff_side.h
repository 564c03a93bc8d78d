/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which recordings the two arguments of 'exitgraph diff' mean:
 *
 *	vm.xg		the file's recordings: its only one; or, where a file holds several, each
 *			is compared with that of the other file which has the same title
 *	vm.xg:2		its second recording, as 'exitgraph report' counts them
 *	vm.xg:amd	the first one of an AMD host (or svm); vm.xg:intel (or vmx)
 *
 * A file whose name ends like that is taken for the file.
 */
#ifndef EXITGRAPH_CMD_DIFF_SIDE_H
#define EXITGRAPH_CMD_DIFF_SIDE_H

#include "profile/profile.h"

struct diff_side {
	char *path; /* owned */
	struct profile *profile;
	u32 recording; /* from 1; 0: all */
};

/* Read what @argument means. 0 or -errno, said. */
int diff_side_open(struct diff_side *side, const char *argument);
void diff_side_close(struct diff_side *side);

/*
 * The @index-th pair, from 0: *@a and *@b are the numbers of recordings. False if there is no
 * further one.
 */
bool diff_side_pair(const struct diff_side *side_a, const struct diff_side *side_b, u32 index,
		    u32 *a, u32 *b);

/* Say which recordings there are to choose from, if there is no pair. -ENOENT. */
int diff_side_none(const struct diff_side *side_a, const struct diff_side *side_b);

/* "vm.xg:2", or "vm.xg" if that says it. For the caller to free; NULL without memory. */
char *diff_side_name(const struct diff_side *side, u32 recording);

#endif
