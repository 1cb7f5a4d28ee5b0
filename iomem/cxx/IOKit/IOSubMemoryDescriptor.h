/* iomem/IOSubMemoryDescriptor.h documents each call. */
#ifndef IOKIT_IOSUBMEMORYDESCRIPTOR_H
#define IOKIT_IOSUBMEMORYDESCRIPTOR_H

#include "iomem/cxx/IOKit/IOMemoryDescriptor.h"

struct IOSubMemoryDescriptor : IOMemoryDescriptor {
    static IOSubMemoryDescriptor *withSubRange(IOMemoryDescriptor *of, IOByteCount offset, IOByteCount length,
                                               IOOptionBits options)
    {
        return IOSubMemoryDescriptorCreateWithSubRange(of, offset, length, options);
    }
    bool initSubRange(IOMemoryDescriptor *parent, IOByteCount offset, IOByteCount length, IODirection direction)
    {
        return IOSubMemoryDescriptorInitSubRange(this, parent, offset, length, direction);
    }
};

#endif
