// SPDX-License-Identifier: GPL-2.0
#include "profile/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "util/log.h"

struct place {
	char *path; /* with symbolic links followed */
	char *directory;
	char *temporary; /* NULL while there is none */
};

/* What to do about @err; for those not in here, its text has to do. */
static const char *remedy(int err)
{
	switch (-err) {
	case ENOSPC:
	case EDQUOT:
		return "; free some or give another place with -o";
	case ENOENT:
	case ENOTDIR:
		return "; create the directory or give another place with -o";
	case EACCES:
	case EPERM:
	case EROFS:
		return "; give a place that you may write to with -o";
	case EFBIG:
		return "; raise the limit (ulimit -f) or give another place with -o";
	default:
		return "";
	}
}

int place_failed(const struct place *place, int err)
{
	return err_r(err, "cannot write %s: %s%s", place->path, strerror(-err), remedy(err));
}

/* May what is at the place now, if anything, be replaced by a file? */
static int check_target(const struct place *place)
{
	size_t length = strlen(place->path);
	struct stat st;

	if (!length || place->path[length - 1] == '/')
		return err_r(-EISDIR, "cannot write '%s': give the name of a file with -o",
			     place->path);
	if (stat(place->path, &st))
		return errno == ENOENT ? 0 : place_failed(place, -errno);
	if (S_ISDIR(st.st_mode))
		return err_r(-EISDIR, "cannot write %s: it is a directory; name a file with -o",
			     place->path);
	if (!S_ISREG(st.st_mode))
		return err_r(-EINVAL,
			     "cannot write %s: it is no regular file, and the output is put in "
			     "place by renaming; name another file with -o",
			     place->path);
	/* Renaming would replace a file that its owner protected. */
	if (faccessat(AT_FDCWD, place->path, W_OK, AT_EACCESS))
		return place_failed(place, -errno);
	return 0;
}

int place_open(struct place *place, int *fd)
{
	_cleanup_free_ char *name = NULL;

	/* Names that a killed process of the same number left are passed over. */
	for (int i = 0; i < 1000; i++) {
		int opened;

		free(name);
		if (asprintf(&name, "%s/.exitgraph-%d-%d.tmp", place->directory, getpid(), i) < 0) {
			name = NULL;
			return place_failed(place, -ENOMEM);
		}
		opened = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (opened >= 0) {
			place->temporary = TAKE_PTR(name);
			*fd = opened;
			return 0;
		}
		if (errno != EEXIST)
			break;
	}
	return place_failed(place, -errno);
}

const char *place_temporary(const struct place *place)
{
	return place->temporary;
}

static void remove_temporary(struct place *place)
{
	if (place->temporary)
		unlink(place->temporary);
	free(place->temporary);
	place->temporary = NULL;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, slash - path);
}

int place_new(const char *path, struct place **out)
{
	_cleanup_(place_free) struct place *place = calloc(1, sizeof(*place));
	_cleanup_close_ int fd = -1;
	int err;

	if (!place)
		return err_r(-ENOMEM, "cannot write %s: out of memory", path);
	/* A link stays a link: the file behind it is replaced. */
	place->path = realpath(path, NULL);
	if (!place->path || path[strlen(path) - 1] == '/') {
		free(place->path);
		place->path = strdup(path);
	}
	place->directory = place->path ? directory_of(place->path) : NULL;
	if (!place->directory)
		return err_r(-ENOMEM, "cannot write %s: out of memory", path);
	err = check_target(place);
	if (err)
		return err;
	err = place_open(place, &fd);
	if (err)
		return err;
	remove_temporary(place);
	*out = TAKE_PTR(place);
	return 0;
}

int place_commit(struct place *place, int fd)
{
	_cleanup_close_ int directory = -1;

	if (fsync(fd) || rename(place->temporary, place->path))
		return place_failed(place, -errno);
	free(place->temporary);
	place->temporary = NULL;
	directory = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Some file systems cannot sync a directory: the file itself is safe. */
	if (directory >= 0 && fsync(directory) && errno == EIO)
		return place_failed(place, -errno);
	return 0;
}

void place_free(struct place **place)
{
	if (!*place)
		return;
	remove_temporary(*place);
	free((*place)->path);
	free((*place)->directory);
	free(*place);
	*place = NULL;
}
