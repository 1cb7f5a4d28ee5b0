/* Inside IOMultiMemoryDescriptor. */
#ifndef IOMEM_MULTI_H
#define IOMEM_MULTI_H

#include "iomem/IOMultiMemoryDescriptor.h"
#include "iomem/descriptor.h"

struct IOMultiMemoryDescriptor {
    struct IOMemoryDescriptor base;
    IOMemoryDescriptorRef *children; /* each retained */
    uint32_t count;
    bool as_reference; /* the array is the caller's */
};

/* The child that holds offset, which becomes the offset in it; NULL past the end. */
IOMemoryDescriptorRef multi_child_at(IOMemoryDescriptorRef md, IOByteCount *offset);

IOReturn multi_do_map(IOMemoryDescriptorRef md, IOMemoryMapRef map, IOOptionBits options);

#endif
