#include "iomem/IOInterleavedMemoryDescriptor.h"

#include "iomem/descriptor.h"
#include "iomem/port.h"

struct part {
    IOMemoryDescriptorRef md; /* retained */
    uint64_t offset, length;
};

struct IOInterleavedMemoryDescriptor {
    struct IOMemoryDescriptor base;
    struct part *parts;
    uint64_t count, capacity;
    bool prepared;
};

static uint32_t instances;

static IOInterleavedMemoryDescriptorRef interleaved_of(IOMemoryDescriptorRef md)
{
    return (IOInterleavedMemoryDescriptorRef)md;
}

static addr64_t get_physical_segment(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount *length,
                                     IOOptionBits options)
{
    IOInterleavedMemoryDescriptorRef self = interleaved_of(md);
    addr64_t pa;

    *length = 0;
    for (uint64_t i = 0; i < self->count; i++) {
        const struct part *part = &self->parts[i];

        if (offset >= part->length) {
            offset -= part->length;
            continue;
        }
        pa = IOMemoryDescriptorGetPhysicalSegment(part->md, part->offset + offset, length, options);
        if (*length > part->length - offset)
            *length = part->length - offset;
        return pa;
    }
    return 0;
}

static IOReturn complete_parts(IOInterleavedMemoryDescriptorRef self, uint64_t count, IODirection direction)
{
    IOReturn result = kIOReturnSuccess;

    for (uint64_t i = 0; i < count; i++) {
        IOReturn one = IOMemoryDescriptorComplete(self->parts[i].md, direction);

        result = one == kIOReturnSuccess ? result : one;
    }
    return result;
}

static IOReturn prepare(IOMemoryDescriptorRef md, IODirection direction)
{
    IOInterleavedMemoryDescriptorRef self = interleaved_of(md);

    if (!(direction & kIODirectionInOut))
        direction |= md->flags & kIODirectionInOut;
    for (uint64_t i = 0; i < self->count; i++) {
        IOReturn result = IOMemoryDescriptorPrepare(self->parts[i].md, direction);

        if (result != kIOReturnSuccess) {
            complete_parts(self, i, direction);
            return result;
        }
    }
    self->prepared = true;
    return kIOReturnSuccess;
}

static IOReturn complete(IOMemoryDescriptorRef md, IODirection direction)
{
    IOInterleavedMemoryDescriptorRef self = interleaved_of(md);

    self->prepared = false;
    return complete_parts(self, self->count, direction);
}

static uint64_t get_preparation_id(IOMemoryDescriptorRef md)
{
    (void)md;
    return kIOPreparationIDUnsupported;
}

static void drop_parts(IOInterleavedMemoryDescriptorRef self)
{
    while (self->count)
        OSObjectRelease((OSObjectRef)self->parts[--self->count].md);
}

/* The parts are not completed: whoever prepared them that way may still have a device at work. */
static void free_interleaved(OSObjectRef object)
{
    IOInterleavedMemoryDescriptorRef self = (IOInterleavedMemoryDescriptorRef)object;

    drop_parts(self);
    port_free(self->parts);
    descriptor_free(object);
}

static const struct descriptor_methods interleaved_methods = {
    .get_physical_segment = get_physical_segment,
    .prepare = prepare,
    .complete = complete,
    .get_preparation_id = get_preparation_id,
    .make_mapping = descriptor_make_mapping,
};

const struct OSMetaClass IOInterleavedMemoryDescriptor_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "IOInterleavedMemoryDescriptor",
    .super = &IOMemoryDescriptor_class,
    .size = sizeof(struct IOInterleavedMemoryDescriptor),
    .instances = &instances,
    .free = free_interleaved,
    .descriptor = &interleaved_methods,
};

IOInterleavedMemoryDescriptorRef IOInterleavedMemoryDescriptorCreateWithCapacity(IOByteCount capacity,
                                                                                 IODirection direction)
{
    IOInterleavedMemoryDescriptorRef self;
    size_t size;

    if (capacity == 0 || __builtin_mul_overflow(capacity, sizeof(struct part), &size))
        return NULL;
    self = (IOInterleavedMemoryDescriptorRef)object_alloc(&IOInterleavedMemoryDescriptor_class);
    if (!self)
        return NULL;
    self->parts = port_alloc(size);
    if (!self->parts) {
        OSObjectRelease((OSObjectRef)self);
        return NULL;
    }
    self->capacity = capacity;
    self->base.flags = direction & kIOMemoryDirectionMask;
    return self;
}

bool IOInterleavedMemoryDescriptorSetMemoryDescriptor(IOInterleavedMemoryDescriptorRef interleaved,
                                                      IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount length)
{
    if (!interleaved || !md || interleaved->prepared || interleaved->count == interleaved->capacity)
        return false;
    if (offset > md->length || length > md->length - offset || length > UINT64_MAX - interleaved->base.length)
        return false;
    OSObjectRetain((OSObjectRef)md);
    interleaved->parts[interleaved->count++] = (struct part){md, offset, length};
    interleaved->base.length += length;
    return true;
}

void IOInterleavedMemoryDescriptorClearMemoryDescriptors(IOInterleavedMemoryDescriptorRef interleaved,
                                                         IODirection direction)
{
    if (!interleaved)
        return;
    if (interleaved->prepared)
        complete(&interleaved->base, direction);
    drop_parts(interleaved);
    if (direction != kIODirectionNone)
        interleaved->base.flags = direction & kIOMemoryDirectionMask;
    interleaved->base.length = 0;
    interleaved->base.tag = 0;
}
