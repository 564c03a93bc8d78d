// SPDX-License-Identifier: GPL-2.0
#include "target/btf_find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/host.h"
#include "util/cleanup.h"

/* The offset of @name in @strings, which begin with the empty one; 0 = it is not there. */
static u32 find_string(const char *strings, size_t size, const char *name)
{
	char wanted[128] = ""; /* between the end of the one before and its own */
	size_t length = strlen(name);
	const char *found;

	if (length + 2 > sizeof(wanted))
		return 0;
	memcpy(wanted + 1, name, length);
	found = memmem(strings, size, wanted, length + 2);
	return found ? found + 1 - strings : 0;
}

static bool read_at(int fd, void *to, size_t size, off_t at)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = pread(fd, (char *)to + done, size - done, at + done);

		if (n <= 0)
			return false;
		done += n;
	}
	return true;
}

static int read_strings(struct btf_strings *strings)
{
	_cleanup_close_ int fd = open(TARGET_VMLINUX_PATH, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	struct btf_header header;

	if (fd < 0 || !read_at(fd, &header, sizeof(header), 0) || header.magic != BTF_MAGIC)
		return -ENODATA;
	text = malloc(header.str_len);
	if (!text)
		return -ENOMEM;
	if (!read_at(fd, text, header.str_len, (off_t)header.hdr_len + header.str_off))
		return -EIO;
	strings->text = strings->own = TAKE_PTR(text);
	strings->size = header.str_len;
	return 0;
}

int btf_strings_get(const struct btf *vmlinux, struct btf_strings *out)
{
	const struct btf_header *header;
	u32 size;

	*out = (struct btf_strings){ 0 };
	if (!vmlinux)
		return read_strings(out);
	header = btf__raw_data(vmlinux, &size);
	if (!header)
		return -ENODATA;
	out->text = (const char *)header + header->hdr_len + header->str_off;
	out->size = header->str_len;
	return 0;
}

bool btf_strings_have(const struct btf_strings *strings, const char *name)
{
	return find_string(strings->text, strings->size, name);
}

void btf_strings_put(struct btf_strings *strings)
{
	free(strings->own);
	*strings = (struct btf_strings){ 0 };
}

static u32 find_own_string(const struct btf *btf, const char *name)
{
	u32 size;
	const struct btf_header *header = btf__raw_data(btf, &size);

	return header ? find_string((const char *)header + header->hdr_len + header->str_off,
				    header->str_len, name)
		      : 0;
}

/* A split BTF's strings are numbered behind its base's, in which a string may be, too. */
static u32 find_string_of(const struct btf *btf, const char *name)
{
	const struct btf *base = btf__base_btf(btf);
	const struct btf_header *header;
	u32 size, offset;

	if (!base)
		return find_own_string(btf, name);
	offset = find_own_string(base, name);
	if (offset)
		return offset;
	header = btf__raw_data(base, &size);
	offset = find_own_string(btf, name);
	return header && offset ? header->str_len + offset : 0;
}

u32 btf_find_own(const struct btf *btf, const char *name, u32 kind)
{
	const struct btf *base = btf__base_btf(btf);
	u32 offset = find_string_of(btf, name), cnt = btf__type_cnt(btf);

	for (u32 id = base ? btf__type_cnt(base) : 1; offset && id < cnt; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (t->name_off == offset && btf_kind(t) == kind)
			return id;
	}
	return 0;
}
