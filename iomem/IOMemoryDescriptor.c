#include "iomem/IOMemoryDescriptor.h"

#include "iomem/descriptor.h"
#include "iomem/map.h"
#include "iomem/port.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

static uint32_t instances;

const struct OSMetaClass IOMemoryDescriptor_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "IOMemoryDescriptor",
    .super = &OSObject_class,
    .size = sizeof(struct IOMemoryDescriptor),
    .abstract = true,
    .instances = &instances,
    .free = descriptor_free,
};

void descriptor_free(OSObjectRef object)
{
    OSObjectRelease(((IOMemoryDescriptorRef)object)->context);
    object_free(object);
}

void IOMemoryDescriptorInitialize(void)
{
}

IOMemoryDescriptorRef descriptor_create(const struct descriptor_request *request)
{
    IOMemoryDescriptorRef md = (IOMemoryDescriptorRef)object_alloc(&IOGeneralMemoryDescriptor_class);

    if (md && !descriptor_methods(md)->init(md, request)) {
        OSObjectRelease(&md->object);
        md = NULL;
    }
    return md;
}

IOMemoryDescriptorRef IOMemoryDescriptorCreateWithAddress(void *address, IOByteCount length, IODirection direction)
{
    return IOMemoryDescriptorCreateWithAddressRange((uintptr_t)address, length, direction | kIOMemoryAutoPrepare,
                                                    kernel_task);
}

IOMemoryDescriptorRef IOMemoryDescriptorCreateWithPhysicalAddress(IOPhysicalAddress address, IOByteCount length,
                                                                  IODirection direction)
{
    return IOMemoryDescriptorCreateWithAddressRange(address, length, direction, NULL);
}

IOMemoryDescriptorRef IOMemoryDescriptorCreateWithAddressRange(mach_vm_address_t address, mach_vm_size_t length,
                                                               IOOptionBits options, task_t task)
{
    IOAddressRange range = {address, length};

    return IOMemoryDescriptorCreateWithAddressRanges(&range, 1, options, task);
}

IOMemoryDescriptorRef IOMemoryDescriptorCreateWithAddressRanges(const IOAddressRange *ranges, UInt32 rangeCount,
                                                                IOOptionBits options, task_t task)
{
    struct descriptor_request request = {
        .ranges = ranges,
        .count = rangeCount,
        .options = options | (task ? kIOMemoryTypeVirtual : kIOMemoryTypePhysical),
        .task = task,
    };

    return descriptor_create(&request);
}

IOMemoryDescriptorRef IOMemoryDescriptorCreateWithOptions(void *buffers, UInt32 count, UInt32 offset, task_t task,
                                                          IOOptionBits options, IOMapperRef mapper)
{
    struct descriptor_request request = {buffers, count, options, task, mapper, NULL};

    (void)offset;
    return descriptor_create(&request);
}

bool IOMemoryDescriptorInitWithOptions(IOMemoryDescriptorRef md, void *buffers, UInt32 count, UInt32 offset,
                                       task_t task, IOOptionBits options, IOMapperRef mapper)
{
    struct descriptor_request request = {buffers, count, options, task, mapper, NULL};

    (void)offset;
    return md && descriptor_methods(md)->init && descriptor_methods(md)->init(md, &request);
}

IOByteCount IOMemoryDescriptorGetLength(IOMemoryDescriptorRef md)
{
    return md ? md->length : 0;
}

kern_return_t IOMemoryDescriptorGetLengthDK(IOMemoryDescriptorRef md, uint64_t *returnLength)
{
    if (!md || !returnLength)
        return kIOReturnBadArgument;
    *returnLength = md->length;
    return kIOReturnSuccess;
}

IODirection IOMemoryDescriptorGetDirection(IOMemoryDescriptorRef md)
{
    return md ? md->flags & kIOMemoryDirectionMask : 0;
}

uint64_t IOMemoryDescriptorGetFlags(IOMemoryDescriptorRef md)
{
    return md ? md->flags : 0;
}

IOOptionBits IOMemoryDescriptorGetTag(IOMemoryDescriptorRef md)
{
    return md ? md->tag : 0;
}

void IOMemoryDescriptorSetTag(IOMemoryDescriptorRef md, IOOptionBits tag)
{
    if (md)
        md->tag = tag;
}

addr64_t IOMemoryDescriptorGetPhysicalSegment(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount *length,
                                              IOOptionBits options)
{
    IOByteCount unwanted;

    if (!length)
        length = &unwanted;
    *length = 0;
    return md ? descriptor_methods(md)->get_physical_segment(md, offset, length, options) : 0;
}

addr64_t IOMemoryDescriptorGetSourceSegment(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount *length)
{
    return IOMemoryDescriptorGetPhysicalSegment(md, offset, length, _kIOMemorySourceSegment);
}

IOPhysicalAddress IOMemoryDescriptorGetPhysicalAddress(IOMemoryDescriptorRef md)
{
    return IOMemoryDescriptorGetPhysicalSegment(md, 0, NULL, 0);
}

IOReturn IOMemoryDescriptorPrepare(IOMemoryDescriptorRef md, IODirection forDirection)
{
    return md ? descriptor_methods(md)->prepare(md, forDirection) : kIOReturnBadArgument;
}

IOReturn IOMemoryDescriptorComplete(IOMemoryDescriptorRef md, IODirection forDirection)
{
    return md ? descriptor_methods(md)->complete(md, forDirection) : kIOReturnBadArgument;
}

uint64_t IOMemoryDescriptorGetPreparationID(IOMemoryDescriptorRef md)
{
    return md ? descriptor_methods(md)->get_preparation_id(md) : kIOPreparationIDUnprepared;
}

uint64_t IOMemoryDescriptorGetDescriptorID(IOMemoryDescriptorRef md)
{
    static uint64_t last;

    if (!md)
        return kIODescriptorIDInvalid;
    lock_acquire(&gIOMemoryLock);
    if (md->descriptor_id == kIODescriptorIDInvalid)
        md->descriptor_id = ++last;
    lock_release(&gIOMemoryLock);
    return md->descriptor_id;
}

/* A buffer that has a memory reference: that is of all its pages, whatever length it has been given. 0: none. */
static uint64_t referred_pages(IOMemoryDescriptorRef md)
{
    const struct IOGeneralMemoryDescriptor *general =
        (const struct IOGeneralMemoryDescriptor *)OSDynamicCastTo(&IOGeneralMemoryDescriptor_class, (OSObjectRef)md);

    if (!general || !general->owns_pages || !(md->flags & kIOMemoryPersistent))
        return 0;
    return (general->capacity + PAGE - 1) & ~(PAGE - 1);
}

/* The pages that each run touches, summed; *first is the offset of the first in its page. */
static uint64_t pages_of_runs(IOMemoryDescriptorRef md, uint64_t *first)
{
    uint64_t total = 0, done = 0;
    IOByteCount length;

    while (md && done < md->length) {
        uint64_t in_page = IOMemoryDescriptorGetSourceSegment(md, done, &length) % PAGE;

        if (length == 0)
            break;
        if (done == 0)
            *first = in_page;
        total += (in_page + length + PAGE - 1) & ~(PAGE - 1);
        done += length;
    }
    return total;
}

uint64_t IOMemoryDescriptorGetDMAMapLength(IOMemoryDescriptorRef md, uint64_t *offset)
{
    uint64_t first = 0, total = referred_pages(md);

    if (total == 0)
        total = pages_of_runs(md, &first);
    if (offset)
        *offset = first;
    return total;
}

OSObjectRef IOMemoryDescriptorCopyContext(IOMemoryDescriptorRef md)
{
    if (!md)
        return NULL;
    OSObjectRetain(md->context);
    return md->context;
}

void IOMemoryDescriptorSetContext(IOMemoryDescriptorRef md, OSObjectRef context)
{
    OSObjectRef old;

    if (!md)
        return;
    old = md->context;
    OSObjectRetain(context);
    md->context = context;
    OSObjectRelease(old);
}

void IOMemoryDescriptorSetMapperOptions(IOMemoryDescriptorRef md, uint16_t options)
{
    if (md)
        md->mapper_options = options;
}

uint16_t IOMemoryDescriptorGetMapperOptions(IOMemoryDescriptorRef md)
{
    return md ? md->mapper_options : 0;
}
