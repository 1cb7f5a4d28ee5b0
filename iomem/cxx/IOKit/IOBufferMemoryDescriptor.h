/* iomem/IOBufferMemoryDescriptor.h documents each call. */
#ifndef IOKIT_IOBUFFERMEMORYDESCRIPTOR_H
#define IOKIT_IOBUFFERMEMORYDESCRIPTOR_H

#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/cxx/IOKit/IOMemoryDescriptor.h"

struct IOBufferMemoryDescriptor : IOGeneralMemoryDescriptor {
    static IOBufferMemoryDescriptor *withOptions(IOOptionBits options, vm_size_t capacity, vm_offset_t alignment = 1)
    {
        return IOBufferMemoryDescriptorCreateWithOptions(options, capacity, alignment);
    }
    static IOBufferMemoryDescriptor *inTaskWithOptions(task_t inTask, IOOptionBits options, vm_size_t capacity,
                                                       vm_offset_t alignment = 1)
    {
        return IOBufferMemoryDescriptorCreateInTaskWithOptions(inTask, options, capacity, alignment);
    }
    static IOBufferMemoryDescriptor *inTaskWithPhysicalMask(task_t inTask, IOOptionBits options,
                                                            mach_vm_size_t capacity, mach_vm_address_t physicalMask)
    {
        return IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(inTask, options, capacity, physicalMask);
    }
    static IOBufferMemoryDescriptor *inTaskWithGuardPages(task_t inTask, IOOptionBits options, mach_vm_size_t capacity)
    {
        return IOBufferMemoryDescriptorCreateInTaskWithGuardPages(inTask, options, capacity);
    }
    static IOBufferMemoryDescriptor *withCapacity(vm_size_t capacity, IODirection direction, bool contiguous = false)
    {
        return IOBufferMemoryDescriptorCreateWithCapacity(capacity, direction, contiguous);
    }
    static IOBufferMemoryDescriptor *withBytes(const void *bytes, vm_size_t length, IODirection direction,
                                               bool contiguous = false)
    {
        return IOBufferMemoryDescriptorCreateWithBytes(bytes, length, direction, contiguous);
    }

    vm_size_t getCapacity()
    {
        return IOBufferMemoryDescriptorGetCapacity(this);
    }
    void setLength(vm_size_t length)
    {
        IOBufferMemoryDescriptorSetLength(this, length);
    }
    void setDirection(IODirection direction)
    {
        IOBufferMemoryDescriptorSetDirection(this, direction);
    }
    bool appendBytes(const void *bytes, vm_size_t length)
    {
        return IOBufferMemoryDescriptorAppendBytes(this, bytes, length);
    }
    void *getBytesNoCopy()
    {
        return IOBufferMemoryDescriptorGetBytesNoCopy(this);
    }
    void *getBytesNoCopy(vm_size_t start, vm_size_t length)
    {
        return IOBufferMemoryDescriptorGetBytesNoCopyRange(this, start, length);
    }
};

#endif
