/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The place of an output file, at which there is a whole file or what was there before:
 * the file is written under a temporary name in the same directory, synced, and renamed.
 *
 *	place_new()     can a file be put there? Asked before any work is done for it.
 *	place_open()    the temporary file
 *	place_commit()  sync, rename, sync the directory
 *	place_free()    removes what was not committed
 */
#ifndef EXITGRAPH_PROFILE_PLACE_H
#define EXITGRAPH_PROFILE_PLACE_H

struct place;

/*
 * The place @path: nothing yet, or a regular file that may be written. Nothing is left there
 * now, so that a program killed later leaves nothing. 0 or -errno (said, with the remedy).
 */
int place_new(const char *path, struct place **out);

/*
 * Create the empty temporary file, mode 0644 less the umask. The descriptor in *@fd is the
 * caller's to close. 0 or -errno (said).
 */
int place_open(struct place *place, int *fd);

/* The temporary file's path; valid until place_commit(). */
const char *place_temporary(const struct place *place);

/* Put the temporary file, open as @fd, in place, and sync both. 0 or -errno (said). */
int place_commit(struct place *place, int fd);

/* Say that writing to @place failed with @err (a -errno), and what to do. Returns @err. */
int place_failed(const struct place *place, int err);

void place_free(struct place **place);

#endif
