/* iomem/IOInterleavedMemoryDescriptor.h documents each call. */
#ifndef IOKIT_IOINTERLEAVEDMEMORYDESCRIPTOR_H
#define IOKIT_IOINTERLEAVEDMEMORYDESCRIPTOR_H

#include "iomem/IOInterleavedMemoryDescriptor.h"
#include "iomem/cxx/IOKit/IOMemoryDescriptor.h"

struct IOInterleavedMemoryDescriptor : IOMemoryDescriptor {
    static IOInterleavedMemoryDescriptor *withCapacity(IOByteCount capacity, IODirection direction)
    {
        return IOInterleavedMemoryDescriptorCreateWithCapacity(capacity, direction);
    }
    bool setMemoryDescriptor(IOMemoryDescriptor *descriptor, IOByteCount offset, IOByteCount length)
    {
        return IOInterleavedMemoryDescriptorSetMemoryDescriptor(this, descriptor, offset, length);
    }
    void clearMemoryDescriptors(IODirection direction = kIODirectionNone)
    {
        IOInterleavedMemoryDescriptorClearMemoryDescriptors(this, direction);
    }
};

#endif
