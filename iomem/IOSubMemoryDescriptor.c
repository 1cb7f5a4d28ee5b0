#include "iomem/IOSubMemoryDescriptor.h"

#include "iomem/IOMemoryMap.h"
#include "iomem/descriptor.h"

struct IOSubMemoryDescriptor {
    struct IOMemoryDescriptor base;
    IOMemoryDescriptorRef parent; /* retained */
    uint64_t start;
    uint64_t parents_id; /* the preparation that ours stands for */
};

static uint32_t instances;

static IOSubMemoryDescriptorRef sub_of(IOMemoryDescriptorRef md)
{
    return (IOSubMemoryDescriptorRef)md;
}

static void free_sub(OSObjectRef object)
{
    IOMemoryDescriptorRef parent = ((IOSubMemoryDescriptorRef)object)->parent;

    descriptor_free(object);
    OSObjectRelease((OSObjectRef)parent);
}

static addr64_t get_physical_segment(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount *length,
                                     IOOptionBits options)
{
    addr64_t pa;

    *length = 0;
    if (offset >= md->length)
        return 0;
    pa = IOMemoryDescriptorGetPhysicalSegment(sub_of(md)->parent, sub_of(md)->start + offset, length, options);
    if (*length > md->length - offset)
        *length = md->length - offset;
    return pa;
}

static IOReturn prepare(IOMemoryDescriptorRef md, IODirection direction)
{
    return IOMemoryDescriptorPrepare(sub_of(md)->parent, direction);
}

static IOReturn complete(IOMemoryDescriptorRef md, IODirection direction)
{
    return IOMemoryDescriptorComplete(sub_of(md)->parent, direction);
}

/* A new one of its own for each of the parent's. */
static uint64_t get_preparation_id(IOMemoryDescriptorRef md)
{
    uint64_t id = IOMemoryDescriptorGetPreparationID(sub_of(md)->parent);

    if (id != sub_of(md)->parents_id)
        md->preparation_id = id == kIOPreparationIDUnprepared ? id : descriptor_new_preparation_id();
    sub_of(md)->parents_id = id;
    return md->preparation_id;
}

static IOMemoryMapRef make_mapping(IOMemoryDescriptorRef md, IOMemoryMapRef map, IOOptionBits options,
                                   IOByteCount offset)
{
    uint64_t from = IOMemoryMapGetOffset(map), end;

    if (__builtin_add_overflow(from, offset, &from) || __builtin_add_overflow(from, IOMemoryMapGetLength(map), &end) ||
        end > md->length) {
        OSObjectRelease((OSObjectRef)map);
        return NULL;
    }
    return descriptor_methods(sub_of(md)->parent)
        ->make_mapping(sub_of(md)->parent, map, options, offset + sub_of(md)->start);
}

static IOMemoryDescriptorRef resolve(IOMemoryDescriptorRef md, IOByteCount *offset)
{
    IOMemoryDescriptorRef parent = sub_of(md)->parent;

    *offset += sub_of(md)->start;
    return descriptor_methods(parent)->resolve ? descriptor_methods(parent)->resolve(parent, offset) : parent;
}

static IOReturn redirect(IOMemoryDescriptorRef md, task_t safe_task, bool redirected)
{
    descriptor_redirect(md, safe_task, redirected);
    return IOMemoryDescriptorRedirect(sub_of(md)->parent, safe_task, redirected);
}

/* Of all of the parent, as in IOKit. */
static IOReturn set_purgeable(IOMemoryDescriptorRef md, IOOptionBits state, IOOptionBits *old)
{
    return IOMemoryDescriptorSetPurgeable(sub_of(md)->parent, state, old);
}

static IOReturn page_counts(IOMemoryDescriptorRef md, IOByteCount *resident)
{
    IOByteCount parents = 0;
    IOReturn result = IOMemoryDescriptorGetPageCounts(sub_of(md)->parent, &parents, NULL);

    *resident += parents;
    return result;
}

static const struct descriptor_methods sub_methods = {
    .get_physical_segment = get_physical_segment,
    .prepare = prepare,
    .complete = complete,
    .get_preparation_id = get_preparation_id,
    .make_mapping = make_mapping,
    .resolve = resolve,
    .redirect = redirect,
    .set_purgeable = set_purgeable,
    .page_counts = page_counts,
};

const struct OSMetaClass IOSubMemoryDescriptor_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "IOSubMemoryDescriptor",
    .super = &IOMemoryDescriptor_class,
    .size = sizeof(struct IOSubMemoryDescriptor),
    .instances = &instances,
    .free = free_sub,
    .descriptor = &sub_methods,
};

static bool is_inside(IOMemoryDescriptorRef of, IOByteCount offset, IOByteCount length)
{
    return of && offset <= of->length && length <= of->length - offset;
}

bool IOSubMemoryDescriptorInitSubRange(IOSubMemoryDescriptorRef sub, IOMemoryDescriptorRef parent, IOByteCount offset,
                                       IOByteCount length, IODirection direction)
{
    IOMemoryDescriptorRef old;

    if (!sub || !is_inside(parent, offset, length))
        return false;
    old = sub->parent;
    OSObjectRetain((OSObjectRef)parent);
    sub->parent = parent;
    sub->start = offset;
    sub->parents_id = 0;
    sub->base.preparation_id = 0;
    sub->base.length = length;
    sub->base.flags = (direction & kIOMemoryDirectionMask) | kIOMemoryThreadSafe;
    sub->base.tag = parent->tag;
    OSObjectRelease((OSObjectRef)old);
    return true;
}

IOSubMemoryDescriptorRef IOSubMemoryDescriptorCreateWithSubRange(IOMemoryDescriptorRef of, IOByteCount offset,
                                                                 IOByteCount length, IOOptionBits options)
{
    IOSubMemoryDescriptorRef sub = (IOSubMemoryDescriptorRef)object_alloc(&IOSubMemoryDescriptor_class);

    if (sub && IOSubMemoryDescriptorInitSubRange(sub, of, offset, length, options))
        return sub;
    OSObjectRelease((OSObjectRef)sub);
    return NULL;
}

IOMemoryDescriptorRef IOMemoryDescriptorCreateWithSubRange(IOMemoryDescriptorRef of, IOByteCount offset,
                                                           IOByteCount length, IODirection direction)
{
    return (IOMemoryDescriptorRef)IOSubMemoryDescriptorCreateWithSubRange(of, offset, length, direction);
}

kern_return_t IOMemoryDescriptorCreateSubMemoryDescriptor(uint64_t options, uint64_t offset, uint64_t length,
                                                          IOMemoryDescriptorRef of, IOMemoryDescriptorRef *memory)
{
    if (!memory)
        return kIOReturnBadArgument;
    *memory = NULL;
    if (options & ~(uint64_t)kIODirectionInOut || !is_inside(of, offset, length))
        return kIOReturnBadArgument;
    *memory = IOMemoryDescriptorCreateWithSubRange(of, offset, length, (IODirection)options);
    return *memory ? kIOReturnSuccess : kIOReturnNoMemory;
}
