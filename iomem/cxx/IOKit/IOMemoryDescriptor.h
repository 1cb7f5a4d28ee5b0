/* iomem/IOMemoryDescriptor.h documents each call; IOMemoryMap comes with it, as in IOKit. */
#ifndef IOKIT_IOMEMORYDESCRIPTOR_H
#define IOKIT_IOMEMORYDESCRIPTOR_H

#include "iomem/IOMapper.h"
#include "iomem/IOMemoryDescriptor.h"
#include "iomem/IOMultiMemoryDescriptor.h"
#include "iomem/IOSubMemoryDescriptor.h"
#include "iomem/cxx/IOKit/IOMemoryMap.h"
#include "iomem/cxx/IOKit/IOTypes.h"
#include "iomem/cxx/IOKit/OSObject.h"

struct IOMemoryDescriptor : OSObject {
    static void initialize()
    {
        IOMemoryDescriptorInitialize();
    }
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
    static IOMemoryDescriptor *withPersistentMemoryDescriptor(IOMemoryDescriptor *original)
    {
        return IOMemoryDescriptorCreateWithPersistentMemoryDescriptor(original);
    }
    bool initWithOptions(void *buffers, UInt32 count, UInt32 offset, task_t task, IOOptionBits options,
                         IOMapper *mapper = nullptr)
    {
        return IOMemoryDescriptorInitWithOptions(this, buffers, count, offset, task, options, mapper);
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
    IOReturn setPurgeable(IOOptionBits newState, IOOptionBits *oldState)
    {
        return IOMemoryDescriptorSetPurgeable(this, newState, oldState);
    }
    IOReturn setOwnership(task_t newOwner, int newLedgerTag, IOOptionBits newLedgerOptions)
    {
        return IOMemoryDescriptorSetOwnership(this, newOwner, newLedgerTag, newLedgerOptions);
    }
    IOReturn getPageCounts(IOByteCount *residentPageCount, IOByteCount *dirtyPageCount)
    {
        return IOMemoryDescriptorGetPageCounts(this, residentPageCount, dirtyPageCount);
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
    IOMemoryMap *makeMapping(IOMemoryDescriptor *owner, task_t intoTask, IOMemoryMap *mapping, IOOptionBits options,
                             IOByteCount offset, IOByteCount length)
    {
        return IOMemoryDescriptorMakeMapping(this, owner, intoTask, mapping, options, offset, length);
    }
    IOReturn handleFault(mach_vm_size_t offset, mach_vm_size_t length)
    {
        return IOMemoryDescriptorHandleFault(this, offset, length);
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
    IOReturn dmaMap(IOMapper *mapper, IODMACommandRef command, const IODMAMapSpecification *specification,
                    uint64_t offset, uint64_t length, uint64_t *mapAddress, uint64_t *mapLength)
    {
        return IOMemoryDescriptorDMAMap(this, mapper, command, specification, offset, length, mapAddress, mapLength);
    }
    IOReturn dmaUnmap(IOMapper *mapper, IODMACommandRef command, uint64_t offset, uint64_t mapAddress,
                      uint64_t mapLength)
    {
        return IOMemoryDescriptorDMAUnmap(this, mapper, command, offset, mapAddress, mapLength);
    }

    /* DriverKit's. The caller of CreateMapping is kernel_task. */
    kern_return_t GetLength(uint64_t *returnLength)
    {
        return IOMemoryDescriptorGetLengthDK(this, returnLength);
    }
    kern_return_t CreateMapping(uint64_t options, uint64_t address, uint64_t offset, uint64_t length,
                                uint64_t alignment, IOMemoryMap **map)
    {
        return IOMemoryDescriptorCreateMappingDK(this, kernel_task, options, address, offset, length, alignment, map);
    }
    static kern_return_t CreateSubMemoryDescriptor(uint64_t options, uint64_t offset, uint64_t length,
                                                   IOMemoryDescriptor *of, IOMemoryDescriptor **memory)
    {
        return IOMemoryDescriptorCreateSubMemoryDescriptor(options, offset, length, of, memory);
    }
    static kern_return_t CreateWithMemoryDescriptors(uint64_t options, uint32_t count,
                                                     IOMemoryDescriptor *const *descriptors,
                                                     IOMemoryDescriptor **memory)
    {
        return IOMemoryDescriptorCreateWithMemoryDescriptors(options, count, descriptors, memory);
    }
};

struct IOGeneralMemoryDescriptor : IOMemoryDescriptor {
};

#endif
