#include "iomem/IOMultiMemoryDescriptor.h"

#include <string.h>

#include "iomem/multi.h"
#include "iomem/port.h"

static uint32_t instances;

static IOMultiMemoryDescriptorRef multi_of(IOMemoryDescriptorRef md)
{
    return (IOMultiMemoryDescriptorRef)md;
}

IOMemoryDescriptorRef multi_child_at(IOMemoryDescriptorRef md, IOByteCount *offset)
{
    for (uint32_t i = 0; i < multi_of(md)->count; i++) {
        IOMemoryDescriptorRef child = multi_of(md)->children[i];

        if (*offset < child->length)
            return child;
        *offset -= child->length;
    }
    return NULL;
}

static addr64_t get_physical_segment(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount *length,
                                     IOOptionBits options)
{
    IOMemoryDescriptorRef child = multi_child_at(md, &offset);

    *length = 0;
    return child ? IOMemoryDescriptorGetPhysicalSegment(child, offset, length, options) : 0;
}

static IOReturn complete_first(IOMultiMemoryDescriptorRef multi, uint32_t count, IODirection direction)
{
    IOReturn result = kIOReturnSuccess;

    for (uint32_t i = 0; i < count; i++) {
        IOReturn one = IOMemoryDescriptorComplete(multi->children[i], direction);

        result = one == kIOReturnSuccess ? result : one;
    }
    return result;
}

static IOReturn prepare(IOMemoryDescriptorRef md, IODirection direction)
{
    IOMultiMemoryDescriptorRef multi = multi_of(md);
    IOReturn result = multi->count ? kIOReturnSuccess : kIOReturnInternalError;
    uint32_t done;

    if (!(direction & kIODirectionInOut))
        direction |= md->flags & kIODirectionInOut;
    for (done = 0; done < multi->count && result == kIOReturnSuccess; done++)
        result = IOMemoryDescriptorPrepare(multi->children[done], direction);
    if (result != kIOReturnSuccess && done)
        complete_first(multi, done - 1, direction);
    return result;
}

static IOReturn complete(IOMemoryDescriptorRef md, IODirection direction)
{
    return complete_first(multi_of(md), multi_of(md)->count, direction);
}

/* One for life, while all of them are prepared. */
static uint64_t get_preparation_id(IOMemoryDescriptorRef md)
{
    uint64_t least = kIOPreparationIDAlwaysPrepared;

    for (uint32_t i = 0; i < multi_of(md)->count; i++) {
        uint64_t id = IOMemoryDescriptorGetPreparationID(multi_of(md)->children[i]);

        if (id == kIOPreparationIDUnsupported)
            return id;
        least = id < least ? id : least;
    }
    if (least == kIOPreparationIDUnprepared)
        return least;
    if (md->preparation_id == kIOPreparationIDUnprepared)
        md->preparation_id = descriptor_new_preparation_id();
    return md->preparation_id;
}

static void drop_children(IOMultiMemoryDescriptorRef multi)
{
    for (uint32_t i = 0; i < multi->count; i++)
        OSObjectRelease((OSObjectRef)multi->children[i]);
    if (!multi->as_reference)
        port_free(multi->children);
    multi->children = NULL;
    multi->count = 0;
}

static void free_multi(OSObjectRef object)
{
    drop_children((IOMultiMemoryDescriptorRef)object);
    descriptor_free(object);
}

/* One after the other up to the first error. Empty before Volatile before NonVolatile, as their numbers are. */
static IOReturn set_purgeable(IOMemoryDescriptorRef md, IOOptionBits state, IOOptionBits *old)
{
    IOReturn result = kIOReturnSuccess;

    *old = kIOMemoryPurgeableNonVolatile;
    for (uint32_t i = 0; i < multi_of(md)->count && result == kIOReturnSuccess; i++) {
        IOOptionBits one = 0;

        result = IOMemoryDescriptorSetPurgeable(multi_of(md)->children[i], state, &one);
        *old = one > *old ? one : *old;
    }
    return result;
}

static IOReturn page_counts(IOMemoryDescriptorRef md, IOByteCount *resident)
{
    IOReturn result = kIOReturnSuccess;

    for (uint32_t i = 0; i < multi_of(md)->count && result == kIOReturnSuccess; i++) {
        IOByteCount childs = 0;

        result = IOMemoryDescriptorGetPageCounts(multi_of(md)->children[i], &childs, NULL);
        *resident += childs;
    }
    return result;
}

static const struct descriptor_methods multi_methods = {
    .get_physical_segment = get_physical_segment,
    .prepare = prepare,
    .complete = complete,
    .get_preparation_id = get_preparation_id,
    .make_mapping = descriptor_make_mapping,
    .do_map = multi_do_map,
    .set_purgeable = set_purgeable,
    .page_counts = page_counts,
};

const struct OSMetaClass IOMultiMemoryDescriptor_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "IOMultiMemoryDescriptor",
    .super = &IOMemoryDescriptor_class,
    .size = sizeof(struct IOMultiMemoryDescriptor),
    .instances = &instances,
    .free = free_multi,
    .descriptor = &multi_methods,
};

/* Fences have no pages, and parts do not say what their parents' are. */
static bool says_what_its_pages_are(IOMemoryDescriptorRef child)
{
    OSObjectRef object = &child->object;

    return OSDynamicCastTo(&IOGeneralMemoryDescriptor_class, object) &&
           !OSDynamicCastTo(&IOGuardPageMemoryDescriptor_class, object);
}

static bool children_are_good(IOMemoryDescriptorRef const *children, uint32_t count)
{
    uint64_t length = 0;
    IOMemoryDescriptorRef first = NULL;

    if (!children || count == 0)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!children[i] || __builtin_add_overflow(length, children[i]->length, &length))
            return false;
        if (!says_what_its_pages_are(children[i]))
            continue;
        first = first ? first : children[i];
        if ((children[i]->flags ^ first->flags) & kIOMemoryBufferPageable)
            return false;
    }
    return true;
}

static bool take_array(IOMultiMemoryDescriptorRef multi, IOMemoryDescriptorRef const *children, uint32_t count)
{
    multi->children = port_alloc(count * sizeof(IOMemoryDescriptorRef));
    if (multi->children)
        memcpy(multi->children, children, count * sizeof(IOMemoryDescriptorRef));
    return multi->children != NULL;
}

/* The new children are retained before the old ones go: they may be the same. */
bool IOMultiMemoryDescriptorInitWithDescriptors(IOMultiMemoryDescriptorRef multi, IOMemoryDescriptorRef *descriptors,
                                                UInt32 count, IODirection direction, bool asReference)
{
    struct IOMultiMemoryDescriptor old;

    if (!multi || !children_are_good(descriptors, count))
        return false;
    old = *multi;
    multi->children = descriptors;
    if (!asReference && !take_array(multi, descriptors, count)) {
        multi->children = old.children;
        return false;
    }
    multi->as_reference = asReference;
    multi->count = count;
    multi->base.flags = direction & kIOMemoryDirectionMask;
    multi->base.length = 0;
    multi->base.tag = 0;
    multi->base.preparation_id = kIOPreparationIDUnprepared;
    for (uint32_t i = 0; i < count; i++) {
        OSObjectRetain((OSObjectRef)multi->children[i]);
        multi->base.length += multi->children[i]->length;
        if (multi->base.tag == 0)
            multi->base.tag = multi->children[i]->tag;
    }
    drop_children(&old);
    return true;
}

IOMultiMemoryDescriptorRef IOMultiMemoryDescriptorCreateWithDescriptors(IOMemoryDescriptorRef *descriptors,
                                                                        UInt32 count, IODirection direction,
                                                                        bool asReference)
{
    IOMultiMemoryDescriptorRef multi = (IOMultiMemoryDescriptorRef)object_alloc(&IOMultiMemoryDescriptor_class);

    if (multi && IOMultiMemoryDescriptorInitWithDescriptors(multi, descriptors, count, direction, asReference))
        return multi;
    OSObjectRelease((OSObjectRef)multi);
    return NULL;
}

kern_return_t IOMemoryDescriptorCreateWithMemoryDescriptors(uint64_t options, uint32_t count,
                                                            IOMemoryDescriptorRef const *descriptors,
                                                            IOMemoryDescriptorRef *memory)
{
    bool good = memory && descriptors && count && !(options & ~(uint64_t)kIODirectionInOut);

    if (memory)
        *memory = NULL;
    for (uint32_t i = 0; good && i < count; i++)
        good = descriptors[i] != NULL;
    if (!good)
        return kIOReturnBadArgument;
    *memory = (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(
        (IOMemoryDescriptorRef *)(uintptr_t)descriptors, count, (IODirection)options, false);
    return *memory ? kIOReturnSuccess : kIOReturnNoMemory;
}
