/* Which memory a byte of a descriptor is: found by its ranges and its reference alone, and not by any map of it. */
#include <string.h>

#include "iomem/address_space.h"
#include "iomem/descriptor.h"
#include "iomem/mapper.h"
#include "iomem/memory_view.h"
#include "iomem/multi.h"
#include "iomem/overwriters.h"
#include "mmu/mmu.h"
#include "tests/host/walk_inner.h"

static const struct walk_source unknown = {.kind = SOURCE_UNKNOWN};

static struct walk_source by_reference(const struct reference *reference, uint64_t offset)
{
    for (uint32_t i = 0; i < reference->count; i++) {
        const struct memory_part *part = &reference->parts[i];

        if (offset - part->at < part->length)
            return (struct walk_source){SOURCE_OBJECT, 0, part->object, (part->offset + offset - part->at) / PAGE};
    }
    walk_wrong("byte %#jx of a descriptor is in no part of its reference", (uintmax_t)offset);
}

/* A wired buffer's, by its own pages; other memory may have changed since it was mapped. */
static struct walk_source by_address(const struct IOGeneralMemoryDescriptor *md, uint64_t va)
{
    struct mmu_leaf leaf;

    if (md->task != kernel_task || !md->owns_pages || walk_is_spoiled(kernel_task, va))
        return unknown;
    if (mmu_walk(address_space_tables(kernel_task), va, &leaf) != MMU_OK)
        walk_wrong("a buffer has no page at %#jx", (uintmax_t)va);
    return (struct walk_source){SOURCE_FRAME, leaf.pa, NULL, 0};
}

/* Described by device addresses, where there is a mapper. */
static struct walk_source by_device(IOMapperRef mapper, uint64_t address)
{
    return mapper_to_physical(mapper, &address) ? (struct walk_source){SOURCE_FRAME, address, NULL, 0} : unknown;
}

static struct walk_source of_general(const struct IOGeneralMemoryDescriptor *md, uint64_t offset)
{
    bool physical = (md->base.flags & kIOMemoryTypeMask) == kIOMemoryTypePhysical;
    uint64_t at = offset;

    if (md->base.flags & kIOMemoryMapCopyOnWrite && md->snapshot.count)
        return by_reference(&md->snapshot, offset);
    if (md->memory.count)
        return by_reference(&md->memory, offset);
    for (uint32_t i = 0; i < md->count; at -= md->ranges[i++].length)
        if (at < md->ranges[i].length)
            return physical ? by_device(md->mapper, md->ranges[i].address + at)
                            : by_address(md, md->ranges[i].address + at);
    return unknown;
}

struct walk_source walk_source_of(IOMemoryDescriptorRef md, uint64_t offset)
{
    const struct descriptor_methods *methods = descriptor_methods(md);

    if (methods->resolve) {
        md = methods->resolve(md, &offset);
        return walk_source_of(md, offset);
    }
    if (methods->collect)
        return of_general((struct IOGeneralMemoryDescriptor *)md, offset);
    if (strcmp(md->object.class->name, "IOMultiMemoryDescriptor") == 0) {
        IOMemoryDescriptorRef child = multi_child_at(md, &offset);

        return child ? walk_source_of(child, offset) : unknown;
    }
    return (struct walk_source){.kind = SOURCE_NOTHING};
}

/* A buffer's frame, which goes with the buffer, as the heap's memory does; the page of an object is held. */
static bool is_of_buffer(task_t task, uint64_t va)
{
    struct mmu_leaf leaf;

    return !memory_view_find(task, va) && mmu_walk(address_space_tables(task), va, &leaf) == MMU_OK &&
           port_is_ram(leaf.pa, 1) && port_frame(leaf.pa)->owner == PORT_OWNER_IOMEM;
}

/* By its addresses in a space alone, where overwriting maps lie or, since its own memory went, some buffer's pages. */
static bool is_of_others(const struct IOGeneralMemoryDescriptor *md)
{
    if (!md->task || md->task->dead || md->memory.count)
        return false;
    for (uint32_t i = 0; i < md->count; i++) {
        uint64_t va = md->ranges[i].address & ~(PAGE - 1), end = md->ranges[i].address + md->ranges[i].length;

        if (overwriters_next(md->task, va, end, NULL))
            return true;
        for (; !md->owns_pages && va < end; va += PAGE)
            if (is_of_buffer(md->task, va))
                return true;
    }
    return false;
}

bool walk_is_borrowed(IOMemoryDescriptorRef md)
{
    const struct descriptor_methods *methods = md ? descriptor_methods(md) : NULL;
    bool borrowed = false;
    uint64_t offset = 0;

    if (!md)
        return false;
    if (methods->resolve)
        return walk_is_borrowed(methods->resolve(md, &offset));
    if (strcmp(md->object.class->name, "IOMultiMemoryDescriptor") == 0)
        for (uint32_t i = 0; i < ((IOMultiMemoryDescriptorRef)md)->count && !borrowed; i++)
            borrowed = walk_is_borrowed(((IOMultiMemoryDescriptorRef)md)->children[i]);
    return borrowed || (methods->collect && is_of_others((struct IOGeneralMemoryDescriptor *)md));
}
