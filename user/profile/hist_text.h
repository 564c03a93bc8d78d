/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A histogram as it stands in a profile: JSON with the values in each bucket that has some,
 * by the bucket's number (include/xg_hist.h), in order:
 *
 *	{"67":19920,"70":65}
 */
#ifndef EXITGRAPH_PROFILE_HIST_TEXT_H
#define EXITGRAPH_PROFILE_HIST_TEXT_H

#include "profile/hist.h"

/* A bucket takes two quotes, a colon, a comma, 3 digits and 20. */
#define HIST_TEXT_MAX (XG_HIST_BUCKETS * 27 + 3)

/* Write @hist to @text. Returns @text. */
const char *hist_format(const struct hist *hist, char text[HIST_TEXT_MAX]);

/*
 * Read it into @hist, which is empty. 0, -ENOMEM, or -EINVAL if the text is not as above,
 * letter by letter: a number below 2^63 and above 0 for each bucket, larger buckets later.
 */
int hist_parse(const char *text, struct hist *hist);

#endif
