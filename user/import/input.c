// SPDX-License-Identifier: GPL-2.0
/*
 * Reading a text. By read() and not by mmap(): a file that shrinks meanwhile is then no
 * signal, a pipe is no special case, and the buffer stays in the cache.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/import.h"
#include "util/cleanup.h"
#include "util/log.h"

#define BUFFER_SIZE (512 * 1024)
#define AHEAD_SIZE  (64 * 1024 * 1024) /* how far to look for switch blocks */

struct input {
	struct import *import;
	const char *name;
	int fd;
	off_t offset; /* of the buffer's end */
	char *buffer; /* BUFFER_SIZE, and IMPORT_PAD */
	size_t used;
	bool in_long_line;
	bool any; /* something was read */
};

#define UTF16 "UTF-16: iconv -f UTF-16 -t UTF-8 FILE | exitgraph import -"

/* Files that people give by mistake, and what to do with them. */
static const struct {
	const char *magic;
	size_t length;
	const char *what;
} known[] = {
	{ "\x17\x08\x44tracing", 10, "a trace.dat: give what 'trace-cmd report' prints of it" },
	{ "PERFILE2", 8, "a perf.data: give what 'perf ftrace' or 'perf script' prints" },
	{ "SQLite format 3", 15, "a profile already: 'exitgraph report' shows it" },
	{ "\x1f\x8b", 2, "compressed: zcat FILE | exitgraph import -" },
	{ "\x28\xb5\x2f\xfd", 4, "compressed: zstdcat FILE | exitgraph import -" },
	{ "\xfd"
	  "7zXZ",
	  5, "compressed: xzcat FILE | exitgraph import -" },
	{ "\xff\xfe", 2, UTF16 },
	{ "\xfe\xff", 2, UTF16 },
	{ "\x7f"
	  "ELF",
	  4, "a program" },
};

/* Is every other byte 0, from the first (@zero 0) or the second one on, and the others not? */
static bool is_wide(const char *text, size_t length, size_t zero)
{
	if (length < 16)
		return false;
	for (size_t i = 0; i < 16; i++) {
		if (!text[i] != (i % 2 == zero))
			return false;
	}
	return true;
}

static int check_magic(const struct input *in)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (in->used >= known[i].length &&
		    !memcmp(in->buffer, known[i].magic, known[i].length))
			return err_r(-EINVAL, "%s is %s", in->name, known[i].what);
	}
	if (is_wide(in->buffer, in->used, 0))
		return err_r(-EINVAL,
			     "%s is UTF-16: iconv -f UTF-16BE -t UTF-8 FILE | exitgraph import -",
			     in->name);
	if (is_wide(in->buffer, in->used, 1))
		return err_r(-EINVAL,
			     "%s is UTF-16: iconv -f UTF-16LE -t UTF-8 FILE | exitgraph import -",
			     in->name);
	return 0;
}

/* The mark that some editors put in front of UTF-8 is no part of the text. */
static void skip_mark(struct input *in)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t length = strlen(mark);

	if (in->used < length || memcmp(in->buffer, mark, length))
		return;
	in->used -= length;
	memmove(in->buffer, in->buffer + length, in->used);
}

static ssize_t read_some(int fd, char *buffer, size_t size)
{
	ssize_t n;

	do {
		n = read(fd, buffer, size);
	} while (n < 0 && errno == EINTR);
	return n;
}

/*
 * Look further ahead than the buffer, where the file allows it: a piece at a time, of which
 * the last line is read again with the next piece.
 */
static void look_ahead(const struct input *in, const char *text, const char *end)
{
	off_t from = in->offset - (off_t)(in->buffer + in->used - end), limit = from + AHEAD_SIZE;
	_cleanup_free_ char *piece = NULL;
	bool more = import_ahead(in->import, text, end);
	struct stat st;

	if (!more || fstat(in->fd, &st) || !S_ISREG(st.st_mode))
		return;
	piece = malloc(BUFFER_SIZE + IMPORT_PAD);
	while (piece && more && from < limit) {
		ssize_t n = pread(in->fd, piece, BUFFER_SIZE, from);
		const char *last = n > 0 ? memrchr(piece, '\n', n) : NULL;

		if (!last)
			return;
		more = import_ahead(in->import, piece, last + 1);
		from += last + 1 - piece;
	}
}

/* Give the lines from @text to @end; where a trace begins, look ahead. */
static int give_lines(const struct input *in, const char *text, const char *end)
{
	int err = 0;

	while (text < end && !err) {
		text = import_lines(in->import, text, end, &err);
		if (!err && import_wants_ahead(in->import))
			look_ahead(in, text, end);
	}
	return err;
}

/* Give all whole lines in the buffer, and keep the rest. */
static int take_buffer(struct input *in)
{
	char *last = memrchr(in->buffer, '\n', in->used), *text = in->buffer;
	int err = 0;

	if (in->in_long_line && last) {
		text = (char *)memchr(in->buffer, '\n', in->used) + 1;
		in->in_long_line = false;
	}
	if (last) {
		if (text <= last)
			err = give_lines(in, text, last + 1);
		in->used -= last + 1 - in->buffer;
		memmove(in->buffer, last + 1, in->used);
	} else if (in->used == BUFFER_SIZE || in->in_long_line) {
		if (!in->in_long_line)
			import_skipped_line(in->import);
		in->in_long_line = true;
		in->used = 0;
	}
	return err;
}

static int read_all(struct input *in)
{
	ssize_t n;
	int err = 0;

	while (!err) {
		n = read_some(in->fd, in->buffer + in->used, BUFFER_SIZE - in->used);
		if (n < 0)
			return err_r(-errno, "cannot read %s: %s", in->name, strerror(errno));
		if (!n)
			break;
		in->used += n;
		in->offset += n;
		if (!in->any) {
			err = check_magic(in);
			skip_mark(in);
		}
		in->any = true;
		if (err)
			return err;
		err = take_buffer(in);
	}
	/* The last line may lack its newline. */
	if (!err && in->used && !in->in_long_line)
		err = give_lines(in, in->buffer, in->buffer + in->used);
	return err;
}

int import_file(struct import *import, int fd, const char *name, u32 *recordings_out)
{
	_cleanup_free_ char *buffer = calloc(1, BUFFER_SIZE + IMPORT_PAD);
	struct input in = { .import = import, .name = name, .fd = fd, .buffer = buffer };
	int err = buffer ? import_begin(import, name) : -ENOMEM, end_err;

	if (err)
		return err_r(err, "%s: out of memory", name);
	err = read_all(&in);
	end_err = import_end(import, recordings_out);
	if (err || end_err)
		return err ?: end_err;
	if (!in.any)
		return err_r(-EINVAL, "%s is empty", name);
	if (!*recordings_out)
		return err_r(-EINVAL, "%s holds no line of function_graph", name);
	return 0;
}
