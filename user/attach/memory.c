// SPDX-License-Identifier: GPL-2.0
#include "attach/memory.h"

#include <bpf/bpf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"

/* A field of a file of "name: number" lines; false if it is not there. */
static bool read_field(const char *path, const char *name, u64 *out)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	size_t length = strlen(name);
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, name, length) || line[length] != ':')
			continue;
		return sscanf(line + length + 1, "%" SCNu64, out) == 1;
	}
	return false;
}

static u64 round_to_page(u64 bytes)
{
	u64 page = sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

u64 memory_of_map(int fd)
{
	struct bpf_map_info info = { 0 };
	u32 size = sizeof(info);
	u64 accounted = 0, least;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	read_field(path, "memlock", &accounted);
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return accounted;
	/* Linux 6.1 does not account for ring buffers. */
	least = info.type == BPF_MAP_TYPE_RINGBUF
			? info.max_entries
			: (u64)info.max_entries * (info.key_size + info.value_size);
	return accounted > least ? accounted : round_to_page(least);
}

u64 memory_of_program(int fd)
{
	struct bpf_prog_info info = { 0 };
	u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return 0;
	/* What is loaded takes whole pages; compiled programs share theirs. */
	return round_to_page(info.xlated_prog_len) + info.jited_prog_len;
}

u64 memory_own_peak(u64 mapped_bytes)
{
	static const char status[] = "/proc/self/status";
	u64 peak_kib = 0, file_kib = 0, shared_kib = 0, mapped_kib = mapped_bytes >> 10;

	read_field(status, "VmHWM", &peak_kib);
	read_field(status, "RssFile", &file_kib);
	read_field(status, "RssShmem", &shared_kib);
	/* Less a page or two: a ring buffer that nobody reads is not mapped. */
	if (file_kib + shared_kib + 64 >= mapped_kib && peak_kib > mapped_kib)
		peak_kib -= mapped_kib;
	return peak_kib << 10;
}

u64 memory_available(void)
{
	u64 kib;

	return read_field("/proc/meminfo", "MemAvailable", &kib) ? kib << 10 : ~0ULL;
}
