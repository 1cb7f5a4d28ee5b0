/* iomem/IOMemoryMap.h documents each call. IOKit declares the class in IOMemoryDescriptor.h, which includes this. */
#ifndef IOKIT_IOMEMORYMAP_H
#define IOKIT_IOMEMORYMAP_H

#include "iomem/IOMemoryMap.h"
#include "iomem/cxx/IOKit/IOTypes.h"
#include "iomem/cxx/IOKit/OSObject.h"

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
    IOMemoryMap *copyCompatible(IOMemoryMap *newMapping)
    {
        return IOMemoryMapCopyCompatible(this, newMapping);
    }
    bool init(task_t intoTask, mach_vm_address_t toAddress, IOOptionBits options, mach_vm_size_t offset,
              mach_vm_size_t length)
    {
        return IOMemoryMapInit(this, intoTask, toAddress, options, offset, length);
    }
    bool setMemoryDescriptor(IOMemoryDescriptor *memory, mach_vm_size_t offset)
    {
        return IOMemoryMapSetMemoryDescriptor(this, memory, offset);
    }

    /* DriverKit's. */
    uint64_t GetAddress()
    {
        return IOMemoryMapGetAddress(this);
    }
    uint64_t GetLength()
    {
        return IOMemoryMapGetLength(this);
    }
    uint64_t GetOffset()
    {
        return IOMemoryMapGetOffset(this);
    }
    kern_return_t CopyState(IOMemoryMapPrivateState *state)
    {
        return IOMemoryMapCopyState(this, state);
    }
    kern_return_t Dispatch(uint64_t selector, const void *in, size_t inSize, void *out, size_t outSize)
    {
        return IOMemoryMapDispatch(this, selector, in, inSize, out, outSize);
    }
};

#endif
