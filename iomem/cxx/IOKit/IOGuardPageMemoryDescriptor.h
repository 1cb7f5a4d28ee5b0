/* iomem/IOGuardPageMemoryDescriptor.h documents each call. */
#ifndef IOKIT_IOGUARDPAGEMEMORYDESCRIPTOR_H
#define IOKIT_IOGUARDPAGEMEMORYDESCRIPTOR_H

#include "iomem/IOGuardPageMemoryDescriptor.h"
#include "iomem/cxx/IOKit/IOMemoryDescriptor.h"

struct IOGuardPageMemoryDescriptor : IOGeneralMemoryDescriptor {
    static IOGuardPageMemoryDescriptor *withSize(vm_size_t size)
    {
        return IOGuardPageMemoryDescriptorCreateWithSize(size);
    }
};

#endif
