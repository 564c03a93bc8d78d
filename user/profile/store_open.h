/* SPDX-License-Identifier: GPL-2.0 */
/* Opening a .xg file that somebody else may have made. */
#ifndef EXITGRAPH_PROFILE_STORE_OPEN_H
#define EXITGRAPH_PROFILE_STORE_OPEN_H

#include <sqlite3.h>

/*
 * Open @path for reading as a profile. Afterwards the b-trees are sound, the tables are
 * those of store_schema.h, and reading them runs no code of the file's. What the rows say
 * is still to be judged. 0, -ENOENT, -EINVAL (no profile), -EPROTO (unknown version),
 * -ENOMEM or -EIO, all said. Close with store_close().
 */
int store_open(const char *path, sqlite3 **out);
void store_close(sqlite3 **db);

/*
 * Say that @path is damaged, and how; @what may quote the file, and is made safe to print.
 * Returns -EINVAL.
 */
int store_damaged(const char *path, const char *what);

/* Say why reading @db, opened from @path, failed; returns the -errno. */
int store_read_failed(sqlite3 *db, const char *path);

#endif
