// SPDX-License-Identifier: GPL-2.0
#include "util/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "util/cleanup.h"

/* Then: the key's length, the body's, the checksum of both; a newline; key; body. */
#define HEADER	    "exitgraph cache 1 %zu %zu %08lx\n"
#define HEADER_SIZE 96

static int cache_path(char *path, size_t size)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int n;

	if (!geteuid())
		n = snprintf(path, size, "/var/cache/exitgraph");
	else if (base && *base == '/')
		n = snprintf(path, size, "%s/exitgraph", base);
	else if (home && *home == '/')
		n = snprintf(path, size, "%s/.cache/exitgraph", home);
	else
		return -ENOENT;
	return n < (int)size ? 0 : -ENAMETOOLONG;
}

/* The directories above are as others are; the last one is this user's alone. */
static int make_path(char *path)
{
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(path, 0755) && errno != EEXIST) {
			int r = -errno;

			*p = '/';
			return r;
		}
		*p = '/';
	}
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

static bool is_ours_alone(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

int cache_open(int create)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];
	struct stat st;
	int r;

	r = cache_path(path, sizeof(path));
	if (!r && create)
		r = make_path(path);
	if (r)
		return r;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	return is_ours_alone(&st) ? TAKE_FD(fd) : -EPERM;
}

static int read_all(int fd, char *text, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read(fd, text + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EBADMSG;
		done += n;
	}
	return 0;
}

static int write_all(int fd, const char *text, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, text + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += n;
	}
	return 0;
}

static unsigned long checksum(const char *key, size_t key_size, const char *body, size_t size)
{
	unsigned long sum = crc32(0, (const unsigned char *)key, key_size);

	return crc32(sum, (const unsigned char *)body, size);
}

static int read_entry(int dir, const char *name, char **text_out, size_t *size_out)
{
	_cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || !is_ours_alone(&st))
		return -EPERM;
	if (st.st_size > CACHE_ENTRY_MAX)
		return -EBADMSG;
	text = malloc(st.st_size + 1);
	if (!text)
		return -ENOMEM;
	r = read_all(fd, text, st.st_size);
	if (r)
		return r;
	text[st.st_size] = '\0';
	*text_out = TAKE_PTR(text);
	*size_out = st.st_size;
	return 0;
}

int cache_read(int dir, const char *name, const char *key, char **body_out, size_t *size_out)
{
	_cleanup_free_ char *text = NULL;
	size_t total = 0, header, key_size, size;
	char expected[HEADER_SIZE];
	unsigned long sum;
	int r;

	r = read_entry(dir, name, &text, &total);
	if (r)
		return r;
	/* To be exactly what cache_write() would have written in its place. */
	if (sscanf(text, HEADER, &key_size, &size, &sum) != 3 || key_size > total || size > total)
		return -EBADMSG;
	header = snprintf(expected, sizeof(expected), HEADER, key_size, size, sum);
	if (header >= sizeof(expected) || header + key_size + size != total ||
	    memcmp(text, expected, header) ||
	    checksum(text + header, key_size, text + header + key_size, size) != sum)
		return -EBADMSG;
	if (key_size != strlen(key) || memcmp(text + header, key, key_size))
		return -ESTALE;
	memmove(text, text + header + key_size, size);
	text[size] = '\0';
	*body_out = TAKE_PTR(text);
	*size_out = size;
	return 0;
}

int cache_write(int dir, const char *name, const char *key, const char *body, size_t size)
{
	char header[HEADER_SIZE], temporary[NAME_MAX + 1];
	_cleanup_close_ int fd = -1;
	int r;

	if (strlen(key) + size + sizeof(header) > CACHE_ENTRY_MAX)
		return -EFBIG;
	r = snprintf(temporary, sizeof(temporary), ".%s.%d", name, getpid());
	if (r >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	/* Left by one that died with our number. */
	unlinkat(dir, temporary, 0);
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	snprintf(header, sizeof(header), HEADER, strlen(key), size,
		 checksum(key, strlen(key), body, size));
	r = write_all(fd, header, strlen(header));
	if (!r)
		r = write_all(fd, key, strlen(key));
	if (!r)
		r = write_all(fd, body, size);
	if (!r && renameat(dir, temporary, dir, name))
		r = -errno;
	if (r)
		unlinkat(dir, temporary, 0);
	return r;
}

int cache_kernel_name(const char *prefix, char *name, size_t size)
{
	struct utsname system;

	if (uname(&system))
		return -errno;
	if (strchr(system.release, '/') ||
	    snprintf(name, size, "%s-%s", prefix, system.release) >= (int)size)
		return -EINVAL;
	return 0;
}
