/* The methods of IOGeneralMemoryDescriptor, one file each concern. See descriptor.h for what each does. */
#ifndef IOMEM_GENERAL_H
#define IOMEM_GENERAL_H

#include "iomem/descriptor.h"

addr64_t general_physical_segment(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount *length,
                                  IOOptionBits options);
IOReturn general_prepare(IOMemoryDescriptorRef md, IODirection direction);
IOReturn general_complete(IOMemoryDescriptorRef md, IODirection direction);
uint64_t general_preparation_id(IOMemoryDescriptorRef md);
/* A number for the physical pages behind the ranges; equal pages give equal numbers. An error: not all mapped. */
IOReturn general_backing(const struct IOGeneralMemoryDescriptor *md, uint64_t *backing);
IOReturn general_set_purgeable(IOMemoryDescriptorRef md, IOOptionBits state, IOOptionBits *old);
IOReturn general_page_counts(IOMemoryDescriptorRef md, IOByteCount *resident);
void general_drop_iova(struct IOGeneralMemoryDescriptor *md); /* the device addresses, if it has any */
IOReturn general_collect(IOMemoryDescriptorRef md, IOMemoryMapRef map, unsigned mode, uint64_t *lead);
IOReturn general_do_map(IOMemoryDescriptorRef md, IOMemoryMapRef map, IOOptionBits options);

#endif
