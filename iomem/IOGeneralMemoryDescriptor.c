#include <string.h>

#include "iomem/address_space.h"
#include "iomem/IOMapper.h"
#include "iomem/descriptor.h"
#include "iomem/general.h"
#include "iomem/map.h"
#include "iomem/port.h"
#include "iomem/source.h"

#define PAGE       ((uint64_t)PORT_PAGE_SIZE)
#define PAGE_SHIFT 12

static uint32_t instances;

const struct OSMetaClass IOGeneralMemoryDescriptor_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "IOGeneralMemoryDescriptor",
    .super = &IOMemoryDescriptor_class,
    .size = sizeof(struct IOGeneralMemoryDescriptor),
    .instances = &instances,
    .free = general_free,
    .descriptor = &general_methods,
};

const struct descriptor_methods general_methods = {
    .init = general_init,
    .get_physical_segment = general_physical_segment,
    .prepare = general_prepare,
    .complete = general_complete,
    .get_preparation_id = general_preparation_id,
    .make_mapping = descriptor_make_mapping,
    .do_map = general_do_map,
    .collect = general_collect,
    .set_purgeable = general_set_purgeable,
    .page_counts = general_page_counts,
};

static bool is_virtual(IOMemoryDescriptorRef md)
{
    return (md->flags & kIOMemoryTypeMask) == kIOMemoryTypeVirtual;
}

/* Page numbers have 32 bits, as in IOKit. */
static bool physical_range_is_good(const IOAddressRange *range, IOOptionBits flags)
{
    uint64_t end;

    if (__builtin_add_overflow(range->address, range->length, &end) || __builtin_add_overflow(end, PAGE - 1, &end))
        return false;
    return (flags & kIOMemoryRemote) || end >> PAGE_SHIFT <= UINT32_MAX;
}

static bool is_in_space(task_t task, uint64_t address)
{
    struct mmu_leaf leaf;

    return mmu_walk(address_space_tables(task), address, &leaf) != MMU_RANGE;
}

static bool virtual_range_is_good(const IOAddressRange *range, task_t task)
{
    uint64_t end;

    if (range->length == 0)
        return true;
    if (__builtin_add_overflow(range->address, range->length, &end))
        return false;
    return is_in_space(task, range->address) && is_in_space(task, end - 1);
}

/* Sums the ranges up. Virtual memory is more than the machine has when its pages outnumber RAM's. */
static bool measure(struct IOGeneralMemoryDescriptor *md)
{
    uint64_t length = 0, pages = 0;

    for (uint32_t i = 0; i < md->count; i++) {
        const IOAddressRange *range = &md->ranges[i];

        if (md->memory.count == 0 &&
            !(md->task ? virtual_range_is_good(range, md->task) : physical_range_is_good(range, md->base.flags)))
            return false;
        if (__builtin_add_overflow(length, range->length, &length))
            return false;
        pages += (range->address % PAGE + range->length % PAGE + PAGE - 1) / PAGE + range->length / PAGE;
    }
    md->base.length = md->capacity = length;
    return pages <= UINT32_MAX && (!is_virtual(&md->base) || pages <= (port_ram_last() >> PAGE_SHIFT) + 1);
}

/* One range lives in the object, which IOKit shows as kIOMemoryAsReference too. */
static bool take_ranges(struct IOGeneralMemoryDescriptor *md, const struct descriptor_request *request)
{
    size_t size = request->count * sizeof(IOAddressRange);
    IOAddressRange *copy;

    if (request->count == 1) {
        md->single = request->ranges[0];
        md->ranges = &md->single;
        md->base.flags |= kIOMemoryAsReference;
    } else if (request->options & kIOMemoryAsReference) {
        md->ranges = request->ranges;
    } else {
        copy = port_alloc(size);
        if (!copy)
            return false;
        md->ranges = memcpy(copy, request->ranges, size);
    }
    md->count = request->count;
    return true;
}

/* Back to what object_alloc gave, but for what outlives a second init. */
static void drop_ranges(struct IOGeneralMemoryDescriptor *md)
{
    while (is_virtual(&md->base) && md->wire_count)
        general_complete(&md->base, 0);
    general_drop_iova(md);
    lock_acquire(&gIOMemoryLock);
    reference_drop(&md->memory);
    reference_drop(&md->snapshot);
    lock_release(&gIOMemoryLock);
    OSObjectRelease((OSObjectRef)md->mapper);
    md->mapper = NULL;
    if (!(md->base.flags & kIOMemoryAsReference))
        port_free((void *)(uintptr_t)md->ranges);
    md->ranges = NULL;
    md->count = 0;
    md->wire_count = 0;
    md->base.length = 0;
}

static bool type_is_good(const struct descriptor_request *request)
{
    IOOptionBits type = request->options & kIOMemoryTypeMask;

    if (request->object)
        return type == kIOMemoryTypeVirtual;
    if (type == kIOMemoryTypeVirtual)
        return request->task && !request->task->dead;
    return type == kIOMemoryTypePhysical;
}

IOReturn general_backing(const struct IOGeneralMemoryDescriptor *md, uint64_t *backing)
{
    const uint64_t prime = 0x100000001b3; /* FNV-1a, over words */
    struct source source;
    struct piece piece;
    IOReturn result;

    *backing = 0xcbf29ce484222325;
    source_start(&source, md, 0, md->capacity);
    do {
        result = source_next(&source, &piece);
        *backing = (*backing ^ piece.pa) * prime;
        *backing = (*backing ^ piece.size) * prime;
    } while (result == kIOReturnSuccess && piece.size);
    return result;
}

/* What a persistent descriptor holds on to. */
static IOReturn find_backing(struct IOGeneralMemoryDescriptor *md)
{
    IOReturn result = kIOReturnSuccess;

    lock_acquire(&gIOMemoryLock);
    result = reference_take_once(md);
    if (result == kIOReturnSuccess && md->memory.count == 0)
        result = general_backing(md, &md->backing);
    lock_release(&gIOMemoryLock);
    return result;
}

/* What asks at creation whether the memory is there. */
static bool prepare_at_birth(struct IOGeneralMemoryDescriptor *md)
{
    if (!is_virtual(&md->base))
        return true;
    if (md->base.flags & kIOMemoryPersistent && find_backing(md) != kIOReturnSuccess)
        return false;
    return !(md->base.flags & kIOMemoryAutoPrepare) || general_prepare(&md->base, 0) == kIOReturnSuccess;
}

bool general_init(IOMemoryDescriptorRef self, const struct descriptor_request *request)
{
    struct IOGeneralMemoryDescriptor *md = (struct IOGeneralMemoryDescriptor *)self;
    IOOptionBits redirected = self->flags & kIOMemoryRedirected;
    bool physical = (request->options & kIOMemoryTypeMask) == kIOMemoryTypePhysical;
    task_t task = physical ? NULL : request->task; /* IOKit only asserts that there is none */

    if (!type_is_good(request) || !request->ranges || !request->count)
        return false;
    if (md->ranges) /* not the first time */
        drop_ranges(md);
    if (!redirected)
        descriptor_drop_maps(self);
    self->flags = request->options | redirected;
    self->cache_mode = 0;
    self->preparation_id = 0;
    if (self->flags & (kIOMemoryHostOnly | kIOMemoryRemote))
        self->flags |= kIOMemoryMapperNone;
    address_space_retain(task);
    address_space_release(md->task);
    md->task = task;
    if (request->object) {
        lock_acquire(&gIOMemoryLock);
        reference_make(&md->memory, request->object, request->ranges[0].length);
        lock_release(&gIOMemoryLock);
    }
    if (!take_ranges(md, request))
        return false;
    if (!(self->flags & kIOMemoryMapperNone)) /* which goes with the ranges */
        md->mapper = request->mapper ? request->mapper : IOMapperGetSystemMapper();
    OSObjectRetain((OSObjectRef)md->mapper);
    if (!measure(md))
        return false;
    md->wire_count = is_virtual(self) ? 0 : 1;
    return prepare_at_birth(md);
}

void general_set_length(IOMemoryDescriptorRef self, uint64_t length)
{
    self->length = length; /* the range stays: all of it is the descriptor's memory */
}

void general_free(OSObjectRef object)
{
    struct IOGeneralMemoryDescriptor *md = (struct IOGeneralMemoryDescriptor *)object;

    if (md->ranges)
        drop_ranges(md);
    address_space_release(md->task);
    descriptor_free(object);
}

static bool is_persistent(const struct IOGeneralMemoryDescriptor *md)
{
    return md && md->count == 1 && md->base.flags & kIOMemoryPersistent;
}

/* Do its addresses lead to what they led to? An error: they lead nowhere. */
static IOReturn is_unchanged(const struct IOGeneralMemoryDescriptor *md, bool *same)
{
    uint64_t backing = 0;
    struct reference now = {0};
    IOReturn result;

    *same = true;
    if (!md->task) /* physical, or a buffer that is in no task */
        return kIOReturnSuccess;
    lock_acquire(&gIOMemoryLock);
    result = reference_take(md, &now);
    if (result == kIOReturnSuccess && md->memory.count == 0 && now.count == 0)
        result = general_backing(md, &backing);
    *same = reference_is_same(&now, &md->memory) && (now.count || backing == md->backing);
    reference_drop(&now);
    lock_release(&gIOMemoryLock);
    return result;
}

IOMemoryDescriptorRef IOMemoryDescriptorCreateWithPersistentMemoryDescriptor(IOMemoryDescriptorRef original)
{
    IOOptionBits state = kIOMemoryAsReference | kIOMemoryRedirected | kIOMemoryPreparedReadOnly;
    struct IOGeneralMemoryDescriptor *md =
        (struct IOGeneralMemoryDescriptor *)OSDynamicCastTo(&IOGeneralMemoryDescriptor_class, (OSObjectRef)original);
    struct descriptor_request request;
    bool same;

    if (!is_persistent(md) || is_unchanged(md, &same) != kIOReturnSuccess)
        return NULL;
    if (same) {
        OSObjectRetain(&original->object);
        return original;
    }
    request = (struct descriptor_request){md->ranges, 1, original->flags & ~state, md->task, md->mapper, NULL};
    return descriptor_create(&request);
}
