/* IOMemoryDescriptor and IOMemoryMap; iomem/IOMemoryDescriptor.h and iomem/IOMemoryMap.h document each call. */
#ifndef IOKIT_IOMEMORYDESCRIPTOR_H
#define IOKIT_IOMEMORYDESCRIPTOR_H

#include "iomem/IOMemoryDescriptor.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/IOSubMemoryDescriptor.h"
#include "iomem/cxx/IOKit/IOTypes.h"
#include "iomem/cxx/IOKit/OSObject.h"

struct IOMemoryDescriptor : OSObject {
    static IOMemoryDescriptor *withAddress(void *address, IOByteCount length, IODirection direction)
    {
        return IOMemoryDescriptorCreateWithAddress(address, length, direction);
    }
    static IOMemoryDescriptor *withPhysicalAddress(IOPhysicalAddress address, IOByteCount length, IODirection direction)
    {
        return IOMemoryDescriptorCreateWithPhysicalAddress(address, length, direction);
    }
    static IOMemoryDescriptor *withAddressRange(mach_vm_address_t address, mach_vm_size_t length, IOOptionBits options,
                                                task_t task)
    {
        return IOMemoryDescriptorCreateWithAddressRange(address, length, options, task);
    }
    static IOMemoryDescriptor *withAddressRanges(const IOAddressRange *ranges, UInt32 rangeCount, IOOptionBits options,
                                                 task_t task)
    {
        return IOMemoryDescriptorCreateWithAddressRanges(ranges, rangeCount, options, task);
    }
    static IOMemoryDescriptor *withOptions(void *buffers, UInt32 count, UInt32 offset, task_t task,
                                           IOOptionBits options, IOMapper *mapper = nullptr)
    {
        return IOMemoryDescriptorCreateWithOptions(buffers, count, offset, task, options, mapper);
    }
    static IOMemoryDescriptor *withSubRange(IOMemoryDescriptor *of, IOByteCount offset, IOByteCount length,
                                            IODirection direction)
    {
        return IOMemoryDescriptorCreateWithSubRange(of, offset, length, direction);
    }

    IOByteCount getLength()
    {
        return IOMemoryDescriptorGetLength(this);
    }
    IODirection getDirection()
    {
        return IOMemoryDescriptorGetDirection(this);
    }
    uint64_t getFlags()
    {
        return IOMemoryDescriptorGetFlags(this);
    }
    IOOptionBits getTag()
    {
        return IOMemoryDescriptorGetTag(this);
    }
    void setTag(IOOptionBits tag)
    {
        IOMemoryDescriptorSetTag(this, tag);
    }

    addr64_t getPhysicalSegment(IOByteCount offset, IOByteCount *length, IOOptionBits options = 0)
    {
        return IOMemoryDescriptorGetPhysicalSegment(this, offset, length, options);
    }
    addr64_t getSourceSegment(IOByteCount offset, IOByteCount *length)
    {
        return IOMemoryDescriptorGetSourceSegment(this, offset, length);
    }
    IOPhysicalAddress getPhysicalAddress()
    {
        return IOMemoryDescriptorGetPhysicalAddress(this);
    }

    IOByteCount readBytes(IOByteCount offset, void *bytes, IOByteCount length)
    {
        return IOMemoryDescriptorReadBytes(this, offset, bytes, length);
    }
    IOByteCount writeBytes(IOByteCount offset, const void *bytes, IOByteCount length)
    {
        return IOMemoryDescriptorWriteBytes(this, offset, bytes, length);
    }
    IOReturn prepare(IODirection forDirection = kIODirectionNone)
    {
        return IOMemoryDescriptorPrepare(this, forDirection);
    }
    IOReturn complete(IODirection forDirection = kIODirectionNone)
    {
        return IOMemoryDescriptorComplete(this, forDirection);
    }
    IOReturn performOperation(IOOptionBits options, IOByteCount offset, IOByteCount length)
    {
        return IOMemoryDescriptorPerformOperation(this, options, offset, length);
    }

    IOMemoryMap *createMappingInTask(task_t intoTask, mach_vm_address_t atAddress, IOOptionBits options,
                                     mach_vm_size_t offset = 0, mach_vm_size_t length = 0)
    {
        return IOMemoryDescriptorCreateMappingInTask(this, intoTask, atAddress, options, offset, length);
    }
    IOMemoryMap *map(IOOptionBits options = 0)
    {
        return IOMemoryDescriptorMap(this, options);
    }
    IOMemoryMap *setMapping(task_t task, IOVirtualAddress mapAddress, IOOptionBits options = 0)
    {
        return IOMemoryDescriptorSetMapping(this, task, mapAddress, options);
    }
    IOReturn redirect(task_t safeTask, bool redirected)
    {
        return IOMemoryDescriptorRedirect(this, safeTask, redirected);
    }

    uint64_t getPreparationID()
    {
        return IOMemoryDescriptorGetPreparationID(this);
    }
    uint64_t getDescriptorID()
    {
        return IOMemoryDescriptorGetDescriptorID(this);
    }
    uint64_t getDMAMapLength(uint64_t *offset = nullptr)
    {
        return IOMemoryDescriptorGetDMAMapLength(this, offset);
    }
    OSObject *copyContext()
    {
        return IOMemoryDescriptorCopyContext(this);
    }
    void setContext(OSObject *context)
    {
        IOMemoryDescriptorSetContext(this, context);
    }
    void setMapperOptions(uint16_t options)
    {
        IOMemoryDescriptorSetMapperOptions(this, options);
    }
    uint16_t getMapperOptions()
    {
        return IOMemoryDescriptorGetMapperOptions(this);
    }
};

struct IOGeneralMemoryDescriptor : IOMemoryDescriptor {
};

struct IOMemoryMap : OSObject {
    mach_vm_address_t getAddress()
    {
        return IOMemoryMapGetAddress(this);
    }
    IOVirtualAddress getVirtualAddress()
    {
        return IOMemoryMapGetVirtualAddress(this);
    }
    IOByteCount getLength()
    {
        return IOMemoryMapGetLength(this);
    }
    mach_vm_size_t getSize()
    {
        return IOMemoryMapGetSize(this);
    }
    task_t getAddressTask()
    {
        return IOMemoryMapGetAddressTask(this);
    }
    IOOptionBits getMapOptions()
    {
        return IOMemoryMapGetMapOptions(this);
    }
    IOMemoryDescriptor *getMemoryDescriptor()
    {
        return IOMemoryMapGetMemoryDescriptor(this);
    }

    IOPhysicalAddress getPhysicalSegment(IOByteCount offset, IOByteCount *length, IOOptionBits options = 0)
    {
        return IOMemoryMapGetPhysicalSegment(this, offset, length, options);
    }
    IOPhysicalAddress getPhysicalAddress()
    {
        return IOMemoryMapGetPhysicalAddress(this);
    }

    IOReturn unmap()
    {
        return IOMemoryMapUnmap(this);
    }
    void taskDied()
    {
        IOMemoryMapTaskDied(this);
    }
    IOReturn userClientUnmap()
    {
        return IOMemoryMapUserClientUnmap(this);
    }
    IOReturn redirect(IOMemoryDescriptor *newBackingMemory, IOOptionBits options, mach_vm_size_t offset = 0)
    {
        return IOMemoryMapRedirect(this, newBackingMemory, options, offset);
    }
    IOReturn redirect(task_t safeTask, bool redirected)
    {
        return IOMemoryMapRedirectTask(this, safeTask, redirected);
    }
    IOReturn wireRange(uint32_t options, mach_vm_size_t offset, mach_vm_size_t length)
    {
        return IOMemoryMapWireRange(this, options, offset, length);
    }
};

#endif
