/* iomem/IOBufferMemoryDescriptor.h documents each call. */
#ifndef IOKIT_IOBUFFERMEMORYDESCRIPTOR_H
#define IOKIT_IOBUFFERMEMORYDESCRIPTOR_H

#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/cxx/IOKit/IOMemoryDescriptor.h"

typedef IOAddressRange IOAddressSegment; /* DriverKit's name for it */

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
    /* IOKit's tags say which account the memory is on: here there is none. */
    static IOBufferMemoryDescriptor *inTaskWithOptions(task_t inTask, IOOptionBits options, vm_size_t capacity,
                                                       vm_offset_t alignment, uint32_t, uint32_t)
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
    static IOBufferMemoryDescriptor *withCopy(task_t inTask, IOOptionBits options, task_t sourceTask,
                                              mach_vm_address_t source, mach_vm_size_t size)
    {
        return IOBufferMemoryDescriptorCreateWithCopy(inTask, options, sourceTask, source, size);
    }
    bool initWithPhysicalMask(task_t inTask, IOOptionBits options, mach_vm_size_t capacity, mach_vm_address_t alignment,
                              mach_vm_address_t physicalMask)
    {
        return IOBufferMemoryDescriptorInitWithPhysicalMask(this, inTask, options, capacity, alignment, physicalMask);
    }
    bool initWithOptions(IOOptionBits options, vm_size_t capacity, vm_offset_t alignment, task_t inTask = kernel_task)
    {
        return IOBufferMemoryDescriptorInitWithOptions(this, options, capacity, alignment, inTask);
    }
    bool initWithBytes(const void *bytes, vm_size_t length, IODirection direction, bool contiguous = false)
    {
        return IOBufferMemoryDescriptorInitWithBytes(this, bytes, length, direction, contiguous);
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

    /* DriverKit's. */
    static kern_return_t Create(uint64_t options, uint64_t capacity, uint64_t alignment,
                                IOBufferMemoryDescriptor **memory)
    {
        return IOBufferMemoryDescriptorCreateDK(options, capacity, alignment, memory);
    }
    kern_return_t SetLength(uint64_t length)
    {
        return IOBufferMemoryDescriptorSetLengthDK(this, length);
    }
    kern_return_t GetAddressRange(IOAddressSegment *range)
    {
        range->address = reinterpret_cast<uintptr_t>(getBytesNoCopy());
        range->length = getLength();
        return kIOReturnSuccess;
    }
};

#endif
