/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A profile as a SQLite file (.xg): self-describing, to be queried with the sqlite3 shell,
 * whole or not there at all: it is written under a temporary name beside its place and
 * renamed when it is complete and synced.
 */
#ifndef EXITGRAPH_PROFILE_STORE_H
#define EXITGRAPH_PROFILE_STORE_H

#include "profile/profile.h"

struct store;

/*
 * Make sure now that a profile can be written to @path later, before any work is done for
 * it: creates the temporary file, and removes it again (profile/place.h). 0, or -errno (said,
 * with the remedy). The file at @path is untouched until store_commit(); an existing one is
 * replaced only by that.
 */
int store_create(const char *path, struct store **out);

/* Write @profile and put it in place. 0 or -errno (said: a full disk, ...; nothing is left). */
int store_commit(struct store *store, const struct profile *profile);

/* Forget about it, committed or not. */
void store_free(struct store **store);

/*
 * Read the profile at @path, treated as untrusted: any content gives a well-formed profile or
 * an error (said), never a crash. 0, -ENOENT, -EINVAL for what is no profile, -EPROTO for a
 * schema that this version does not know, -ENOMEM.
 */
int store_read(const char *path, struct profile **out);

#endif
