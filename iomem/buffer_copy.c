/* A pageable buffer that begins as a copy of somebody's memory. */
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/descriptor.h"
#include "iomem/map.h"
#include "iomem/port.h"

/* The source's pages are made resident and read by their frames. */
static bool copy_from(struct memory_object *object, IOMemoryDescriptorRef source)
{
    uint64_t length = source->length;
    IOReturn result = IOMemoryDescriptorPrepare(source, kIODirectionOut);

    lock_acquire(&gIOMemoryLock);
    for (uint64_t done = 0, size; done < length && result == kIOReturnSuccess; done += size) {
        uint64_t pa = IOMemoryDescriptorGetPhysicalSegment(source, done, &size, kIOMemoryMapperNone);

        result = size && port_is_ram(pa, size) ? kIOReturnSuccess : kIOReturnNotReadable;
        if (result == kIOReturnSuccess)
            result = memory_object_write(object, done, port_linear(pa), size);
    }
    lock_release(&gIOMemoryLock);
    IOMemoryDescriptorComplete(source, kIODirectionOut);
    return result == kIOReturnSuccess;
}

IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateWithCopy(task_t inTask, IOOptionBits options,
                                                                   task_t sourceTask, mach_vm_address_t source,
                                                                   mach_vm_size_t size)
{
    IOBufferMemoryDescriptorRef buffer = NULL;
    IOMemoryDescriptorRef from;

    if (!(options & kIOMemoryPageable) || !sourceTask)
        return NULL;
    from = IOMemoryDescriptorCreateWithAddressRange(source, size, kIODirectionOut | kIOMemoryMapperNone, sourceTask);
    if (from)
        buffer = IOBufferMemoryDescriptorCreateInTaskWithOptions(inTask, options, size, 1);
    if (buffer && !copy_from(((struct IOGeneralMemoryDescriptor *)buffer)->memory.parts[0].object, from)) {
        OSObjectRelease((OSObjectRef)buffer);
        buffer = NULL;
    }
    OSObjectRelease((OSObjectRef)from);
    return buffer;
}
