#include "iomem/IOBufferMemoryDescriptor.h"

#include "iomem/IOAddressSpace.h"
#include "iomem/buffer.h"
#include "iomem/cache_mode.h"
#include "iomem/descriptor.h"
#include "iomem/map.h"
#include "iomem/mapper.h"
#include "iomem/pageable.h"
#include "iomem/port.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

/* What of a creating call's options a descriptor may see: the others reuse the bits of its types. */
#define DESCRIPTOR_OPTIONS                                                                                             \
    (kIOMemoryDirectionMask | kIOMemoryAutoPrepare | kIOMemoryThreadSafe | kIOMemoryClearEncrypt |                     \
     kIOMemoryMapperNone | kIOMemoryUseReserve)
/* Modes 8 and 9 are for map options: their bit means kIOMemoryMapperNone in a creating call. */
#define CACHE_OPTION 0x700u

struct IOBufferMemoryDescriptor {
    struct IOGeneralMemoryDescriptor general;
    uint64_t capacity;        /* as asked for */
    struct buffer *buffer;    /* wired memory, */
    struct pageable pageable; /* or pageable */
};

struct creation {
    task_t task;
    IOOptionBits options;
    uint64_t capacity, alignment, mask;
    bool guarded;
};

static uint32_t instances;

/* The memory goes last: completing the descriptor's prepares still reads its frames' records. */
static void free_buffer_descriptor(OSObjectRef object)
{
    IOBufferMemoryDescriptorRef self = (IOBufferMemoryDescriptorRef)object;
    struct buffer *buffer = self->buffer;
    struct memory_object *pages = self->pageable.object;

    pageable_unmap(&self->pageable);
    general_free(object);
    pageable_close(pages);
    buffer_free(buffer);
}

const struct OSMetaClass IOBufferMemoryDescriptor_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "IOBufferMemoryDescriptor",
    .super = &IOGeneralMemoryDescriptor_class,
    .size = sizeof(struct IOBufferMemoryDescriptor),
    .instances = &instances,
    .free = free_buffer_descriptor,
    .descriptor = &general_methods,
};

/* False: more than there can be. */
static bool round_up(uint64_t *value, uint64_t to)
{
    if (*value > UINT64_MAX - (to - 1u))
        return false;
    *value = (*value + to - 1u) & ~(to - 1u);
    return true;
}

static bool to_power_of_two(uint64_t *value)
{
    if (*value > 1ull << 63)
        return false;
    if (*value > 1)
        *value = 1ull << (64u - (unsigned)__builtin_clzll(*value - 1u)) % 64u;
    return *value != 0;
}

/*
 * The memory that a creating call asks for. It is whole pages of their own, whatever the alignment: a cache mode can
 * then be given to any buffer, and none shares a cache line with anything else.
 */
static bool to_request(const struct creation *creation, struct buffer_request *request)
{
    uint64_t alignment = creation->alignment ? creation->alignment : 1;

    if (creation->mask && alignment <= 1)
        alignment = creation->mask & -creation->mask;
    if (alignment < PAGE)
        alignment = PAGE;
    if (!to_power_of_two(&alignment))
        return false;
    *request = (struct buffer_request){
        .size = creation->capacity,
        .align = alignment,
        .max_pa = creation->mask ? creation->mask | (alignment - 1u) : UINT64_MAX,
        .guard = creation->guarded ? PAGE : 0,
        .contiguous = alignment > PAGE ||
                      (creation->options & (kIOMemoryPhysicallyContiguous | kIOMemoryHostPhysicallyContiguous)) != 0,
    };
    return round_up(&request->size, PAGE) && request->size <= UINT64_MAX - alignment;
}

/* What is asked for holds for devices' addresses. A mapper that remaps gives such to any memory. */
static void take_limits(struct IOGeneralMemoryDescriptor *general, const struct creation *creation,
                        struct buffer_request *request)
{
    IOMapperRef mapper = creation->options & kIOMemoryMapperNone ? NULL : IOMapperGetSystemMapper();

    if (!mapper || mapper_only_translates(mapper))
        return;
    if (request->max_pa != UINT64_MAX)
        general->dma_bits = (uint8_t)(63 - __builtin_clzll(request->max_pa + 1));
    general->dma_alignment = request->align > PAGE ? request->align : 0;
    request->max_pa = UINT64_MAX;
    request->contiguous = request->align > PAGE || creation->options & kIOMemoryHostPhysicallyContiguous;
}

static IOReturn set_mode(const struct buffer *buffer, unsigned mode)
{
    IOReturn result = kIOReturnSuccess;

    lock_acquire(&gIOMemoryLock);
    for (struct buffer_run *run = buffer->runs; run && result == kIOReturnSuccess; run = run->next)
        result = cache_mode_set(run->node.pa, run->node.size, mode);
    lock_release(&gIOMemoryLock);
    return result;
}

/* The mode that the memory has been given. */
static void record_mode(IOBufferMemoryDescriptorRef buffer, unsigned mode)
{
    buffer->general.base.cache_mode = (uint8_t)mode;
    buffer->general.base.flags |= mode << kIOMemoryBufferCacheShift;
}

static bool init_general(IOBufferMemoryDescriptorRef buffer, const struct creation *creation)
{
    IOAddressRange range = {buffer->buffer->va, creation->capacity};
    unsigned mode = (creation->options & CACHE_OPTION) >> kIOMapCacheShift;
    struct descriptor_request request = {
        .ranges = &range,
        .count = 1,
        .options = kIOMemoryTypeVirtual | kIOMemoryAutoPrepare | (creation->options & DESCRIPTOR_OPTIONS) |
                   (mode != kIODefaultCache ? kIOMemoryPersistent : 0),
        .task = kernel_task,
    };

    if (set_mode(buffer->buffer, mode) != kIOReturnSuccess || !general_init((IOMemoryDescriptorRef)buffer, &request))
        return false;
    record_mode(buffer, mode);
    buffer->general.owns_pages = true;
    return true;
}

static bool init_pageable(IOBufferMemoryDescriptorRef self, const struct creation *creation)
{
    unsigned mode = (creation->options & CACHE_OPTION) >> kIOMapCacheShift;
    bool purgeable = creation->options & kIOMemoryPurgeable;
    IOAddressRange range = {0, creation->capacity};
    struct pageable_request request = {.task = creation->task, .mode = mode, .purgeable = purgeable};
    struct descriptor_request descriptor = {.ranges = &range, .count = 1, .task = creation->task};
    struct buffer_request memory;

    if (creation->guarded || !to_request(creation, &memory))
        return false;
    take_limits(&self->general, creation, &memory);
    request.size = memory.size;
    request.align = memory.align;
    request.max_pa = memory.max_pa;
    request.prefault = creation->options & kIOMapPrefault;
    if (!pageable_open(&self->pageable, &request))
        return false;
    range.address = self->pageable.region ? self->pageable.region->region.va : 0;
    descriptor.object = self->pageable.object;
    descriptor.options = kIOMemoryTypeVirtual | kIOMemoryPersistent | kIOMemoryBufferPageable |
                         (creation->options & DESCRIPTOR_OPTIONS) | (purgeable ? kIOMemoryBufferPurgeable : 0);
    self->capacity = creation->capacity;
    self->general.owns_pages = true;
    if (!general_init((IOMemoryDescriptorRef)self, &descriptor))
        return false;
    record_mode(self, mode);
    return true;
}

static bool init(IOBufferMemoryDescriptorRef buffer, const struct creation *creation)
{
    struct buffer_request request;

    if (!buffer || buffer->capacity || creation->capacity == 0)
        return false;
    if (creation->options & kIOMemoryPageable)
        return init_pageable(buffer, creation);
    if (creation->task != kernel_task || !to_request(creation, &request))
        return false;
    if (creation->guarded && request.contiguous)
        return false;
    take_limits(&buffer->general, creation, &request);
    buffer->buffer = buffer_alloc(&request);
    if (!buffer->buffer)
        return false;
    buffer->capacity = creation->capacity;
    return init_general(buffer, creation);
}

static IOBufferMemoryDescriptorRef create(const struct creation *creation)
{
    IOBufferMemoryDescriptorRef buffer = (IOBufferMemoryDescriptorRef)object_alloc(&IOBufferMemoryDescriptor_class);

    if (buffer && init(buffer, creation))
        return buffer;
    OSObjectRelease((OSObjectRef)buffer);
    return NULL;
}

bool IOBufferMemoryDescriptorInitWithPhysicalMask(IOBufferMemoryDescriptorRef buffer, task_t inTask,
                                                  IOOptionBits options, mach_vm_size_t capacity,
                                                  mach_vm_address_t alignment, mach_vm_address_t physicalMask)
{
    return init(buffer, &(struct creation){inTask, options, capacity, alignment, physicalMask, false});
}

bool IOBufferMemoryDescriptorInitWithOptions(IOBufferMemoryDescriptorRef buffer, IOOptionBits options,
                                             vm_size_t capacity, vm_offset_t alignment, task_t inTask)
{
    return init(buffer, &(struct creation){inTask, options, capacity, alignment, 0, false});
}

IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateWithOptions(IOOptionBits options, vm_size_t capacity,
                                                                      vm_offset_t alignment)
{
    return create(&(struct creation){kernel_task, options, capacity, alignment, 0, false});
}

IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateInTaskWithOptions(task_t inTask, IOOptionBits options,
                                                                            vm_size_t capacity, vm_offset_t alignment)
{
    return create(&(struct creation){inTask, options, capacity, alignment, 0, false});
}

IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(task_t inTask, IOOptionBits options,
                                                                                 mach_vm_size_t capacity,
                                                                                 mach_vm_address_t physicalMask)
{
    return create(&(struct creation){inTask, options, capacity, 1, physicalMask, false});
}

IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateInTaskWithGuardPages(task_t inTask, IOOptionBits options,
                                                                               mach_vm_size_t capacity)
{
    if (!round_up(&capacity, PAGE))
        return NULL;
    return create(&(struct creation){inTask, options, capacity, PAGE, 0, true});
}

static struct creation plain(vm_size_t capacity, IODirection direction, bool contiguous)
{
    struct creation creation = {.task = kernel_task, .options = direction, .capacity = capacity, .alignment = 1};

    if (contiguous)
        creation.options |= kIOMemoryPhysicallyContiguous;
    return creation;
}

IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateWithCapacity(vm_size_t capacity, IODirection direction,
                                                                       bool contiguous)
{
    struct creation creation = plain(capacity, direction, contiguous);

    if (contiguous)
        creation.alignment = capacity;
    return create(&creation);
}

bool IOBufferMemoryDescriptorInitWithBytes(IOBufferMemoryDescriptorRef buffer, const void *bytes, vm_size_t length,
                                           IODirection direction, bool contiguous)
{
    struct creation creation = plain(length, direction, contiguous);

    if (!init(buffer, &creation))
        return false;
    IOBufferMemoryDescriptorSetLength(buffer, 0);
    return IOBufferMemoryDescriptorAppendBytes(buffer, bytes, length);
}

IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateWithBytes(const void *bytes, vm_size_t length,
                                                                    IODirection direction, bool contiguous)
{
    IOBufferMemoryDescriptorRef buffer = (IOBufferMemoryDescriptorRef)object_alloc(&IOBufferMemoryDescriptor_class);

    if (buffer && IOBufferMemoryDescriptorInitWithBytes(buffer, bytes, length, direction, contiguous))
        return buffer;
    OSObjectRelease((OSObjectRef)buffer);
    return NULL;
}

vm_size_t IOBufferMemoryDescriptorGetCapacity(IOBufferMemoryDescriptorRef buffer)
{
    return buffer ? buffer->capacity : 0;
}

void IOBufferMemoryDescriptorSetLength(IOBufferMemoryDescriptorRef buffer, vm_size_t length)
{
    if (buffer && length <= buffer->capacity)
        general_set_length((IOMemoryDescriptorRef)buffer, length);
}

void IOBufferMemoryDescriptorSetDirection(IOBufferMemoryDescriptorRef buffer, IODirection direction)
{
    uint32_t *flags;

    if (!buffer)
        return;
    flags = &buffer->general.base.flags;
    *flags = (*flags & ~(uint32_t)kIOMemoryDirectionMask) | (direction & kIOMemoryDirectionMask);
}

/* Pages of a task other than the kernel's, or of none, have to be prepared, as in IOKit. */
static void fill_pageable(IOBufferMemoryDescriptorRef buffer, uint64_t offset, const void *bytes, uint64_t size)
{
    if (buffer->general.task != kernel_task) {
        IOMemoryDescriptorWriteBytes((IOMemoryDescriptorRef)buffer, offset, bytes, size);
        return;
    }
    lock_acquire(&gIOMemoryLock);
    memory_object_write(buffer->pageable.object, offset, bytes, size);
    lock_release(&gIOMemoryLock);
}

bool IOBufferMemoryDescriptorAppendBytes(IOBufferMemoryDescriptorRef buffer, const void *bytes, vm_size_t length)
{
    uint64_t old, room;

    if (!buffer || !buffer->capacity)
        return false;
    old = buffer->general.base.length;
    room = buffer->capacity - old;
    if (length > room)
        length = room;
    general_set_length((IOMemoryDescriptorRef)buffer, old + length);
    if (buffer->buffer)
        buffer_write(buffer->buffer, old, bytes, length);
    else if (length)
        fill_pageable(buffer, old, bytes, length);
    return true;
}

/* 0: it is nowhere. */
static uint64_t address_of(IOBufferMemoryDescriptorRef buffer)
{
    if (buffer->buffer)
        return buffer->buffer->va;
    return buffer->pageable.region ? buffer->pageable.region->region.va : 0;
}

void *IOBufferMemoryDescriptorGetBytesNoCopy(IOBufferMemoryDescriptorRef buffer)
{
    return buffer ? (void *)(uintptr_t)address_of(buffer) : NULL;
}

void *IOBufferMemoryDescriptorGetBytesNoCopyRange(IOBufferMemoryDescriptorRef buffer, vm_size_t start, vm_size_t length)
{
    uint64_t size = buffer ? buffer->general.base.length : 0, address = buffer ? address_of(buffer) : 0;

    if (!address || start >= size || length > size - start)
        return NULL;
    return (void *)(uintptr_t)(address + start);
}

kern_return_t IOBufferMemoryDescriptorCreateDK(uint64_t options, uint64_t capacity, uint64_t alignment,
                                               IOBufferMemoryDescriptorRef *memory)
{
    struct creation creation = {.task = kernel_task, .capacity = capacity, .alignment = alignment};

    if (!memory || options & ~(uint64_t)kIODirectionInOut)
        return kIOReturnBadArgument;
    creation.options = (IOOptionBits)options | kIOMemoryKernelUserShared | kIOMemoryThreadSafe;
    *memory = create(&creation);
    return *memory ? kIOReturnSuccess : kIOReturnNoMemory;
}

kern_return_t IOBufferMemoryDescriptorSetLengthDK(IOBufferMemoryDescriptorRef buffer, uint64_t length)
{
    if (!buffer)
        return kIOReturnBadArgument;
    IOBufferMemoryDescriptorSetLength(buffer, length);
    return kIOReturnSuccess;
}
