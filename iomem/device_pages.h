/* What IOMallocContiguous gives, with an address, where there is a system mapper. */
#ifndef IOMEM_DEVICE_PAGES_H
#define IOMEM_DEVICE_PAGES_H

#include "iomem/IOTypes.h"

/*
 * Zero-filled kernel memory, contiguous for the CPU, too; align is a power of two up to 2^32. *device is where devices
 * find it, all of it below 4 GiB. NULL: no memory, or the mapper does not show it so; *device is as it was.
 */
void *device_pages_alloc(uint64_t size, uint64_t align, IOPhysicalAddress *device);

/* false: it is not from here. */
bool device_pages_free(const void *memory);

#endif
