/* iomem/IOMultiMemoryDescriptor.h documents each call. */
#ifndef IOKIT_IOMULTIMEMORYDESCRIPTOR_H
#define IOKIT_IOMULTIMEMORYDESCRIPTOR_H

#include "iomem/IOMultiMemoryDescriptor.h"
#include "iomem/cxx/IOKit/IOMemoryDescriptor.h"

struct IOMultiMemoryDescriptor : IOMemoryDescriptor {
    static IOMultiMemoryDescriptor *withDescriptors(IOMemoryDescriptor **descriptors, UInt32 count,
                                                    IODirection direction, bool asReference = false)
    {
        return IOMultiMemoryDescriptorCreateWithDescriptors(descriptors, count, direction, asReference);
    }
    bool initWithDescriptors(IOMemoryDescriptor **descriptors, UInt32 count, IODirection direction,
                             bool asReference = false)
    {
        return IOMultiMemoryDescriptorInitWithDescriptors(this, descriptors, count, direction, asReference);
    }
};

#endif
