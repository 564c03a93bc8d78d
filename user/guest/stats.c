// SPDX-License-Identifier: GPL-2.0
/*
 * The descriptor gives a header, then a description of each counter, then their values; see
 * Documentation/virt/kvm/api.rst, 4.133 KVM_GET_STATS_FD.
 */
#include "guest/stats.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "util/cleanup.h"

static const struct {
	const char *name;
	size_t offset;
} wanted[] = {
	{ "exits", offsetof(struct guest_stats, exits) },
	{ "irq_exits", offsetof(struct guest_stats, interrupts) },
	{ "pf_taken", offsetof(struct guest_stats, faults) },
	{ "pf_mmio_spte_created", offsetof(struct guest_stats, mmio_pages) },
};

static int read_at(int fd, void *buffer, size_t size, off_t offset)
{
	ssize_t n = pread(fd, buffer, size, offset);

	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

/*
 * If @desc is one of the wanted, put its value into *@out. Returns 1 when it is, 0 when not,
 * or -errno.
 */
static int counter_read(int fd, const struct kvm_stats_header *header,
			const struct kvm_stats_desc *desc, struct guest_stats *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		uint64_t *value = (uint64_t *)((char *)out + wanted[i].offset);

		if (strncmp(desc->name, wanted[i].name, header->name_size) || desc->size != 1)
			continue;
		return read_at(fd, value, sizeof(*value), header->data_offset + desc->offset) ?: 1;
	}
	return 0;
}

void guest_stats_read(int vcpu_fd, struct guest_stats *out)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ struct kvm_stats_desc *desc = NULL;
	struct kvm_stats_header header;
	size_t desc_size, found = 0;
	int r;

	*out = (struct guest_stats){};
	fd = ioctl(vcpu_fd, KVM_GET_STATS_FD, NULL);
	if (fd < 0 || read_at(fd, &header, sizeof(header), 0))
		return;
	desc_size = sizeof(*desc) + header.name_size;
	desc = malloc(desc_size);
	if (!desc)
		return;
	for (uint32_t i = 0; i < header.num_desc; i++) {
		r = read_at(fd, desc, desc_size, header.desc_offset + (off_t)i * desc_size);
		if (!r)
			r = counter_read(fd, &header, desc, out);
		if (r < 0)
			break;
		found += r;
	}
	if (found == ARRAY_SIZE(wanted))
		out->known = true;
	else
		*out = (struct guest_stats){};
}

struct guest_stats guest_stats_since(const struct guest_stats *earlier,
				     const struct guest_stats *later)
{
	return (struct guest_stats){
		.known = earlier->known && later->known,
		.exits = later->exits - earlier->exits,
		.interrupts = later->interrupts - earlier->interrupts,
		.faults = later->faults - earlier->faults,
		.mmio_pages = later->mmio_pages - earlier->mmio_pages,
	};
}
